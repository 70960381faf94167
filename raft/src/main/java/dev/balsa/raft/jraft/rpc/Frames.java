package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/**
 * The frame that everything on a connection is in. Stateless.
 *
 * <pre>
 *  0        4      5              13       15
 *  | length | kind | call id       | type   | body ... | checksum |
 *    int32    int8   int64           int16               int32
 * </pre>
 *
 * All numbers are big endian; the length counts what follows it. The checksum is the CRC32C of everything between the
 * two; frames of the handshake have none, so that another version is told as such. It is what protects an entry
 * between two logs: TCP's own checksum misses one damaged segment in 65,536, and a follower must not vouch for bytes
 * that its leader never sent. Type is a {@link MessageType} code in requests and
 * replies, 1 in a confirmation that says yes, else 0. The body is protobuf in requests and replies, UTF-8 text in an
 * error, see {@link Handshake} in its four kinds, a term of 8 bytes and a group's name in a question for confirmation,
 * and empty in ping, pong and confirmation.
 */
final class Frames {
    static final byte REQUEST = 1;
    static final byte REPLY = 2;
    static final byte ERROR = 3;
    static final byte PING = 4;
    static final byte PONG = 5;
    static final byte HELLO = 6;
    static final byte CHALLENGE = 7;
    static final byte PROOF = 8;
    static final byte WELCOME = 9;
    /** Asks whether the term is still the receiver's; see {@link TermWitness}. */
    static final byte CONFIRM = 10;
    static final byte CONFIRMED = 11;

    static final int LENGTH_BYTES = 4;
    /** Kind, call id, type: what the length counts besides the body. */
    static final int HEAD_BYTES = 1 + 8 + 2;

    static final int OVERHEAD_BYTES = LENGTH_BYTES + HEAD_BYTES;
    /** At the end of every frame but those of the handshake. */
    static final int CHECKSUM_BYTES = 4;

    /** Longest frame before the peer has proved who it is: text of another protocol reads as a far greater length. */
    static final int HANDSHAKE_MAX_BYTES = 1024;

    private Frames() {}

    /** What stands behind the body of a frame of that kind. */
    static int checksumBytes(byte kind) {
        return kind >= HELLO && kind <= WELCOME ? 0 : CHECKSUM_BYTES;
    }

    /** Everything but the length, of a frame whose checksum has been written or is about to be. */
    static int checksum(CRC32C crc, ByteBuf frame, int start, int bodyBytes) {
        crc.reset();
        crc.update(frame.internalNioBuffer(start + LENGTH_BYTES, HEAD_BYTES + bodyBytes));
        return (int) crc.getValue();
    }

    /** A whole frame without body. */
    static void writeEmpty(ByteBuf out, byte kind) {
        int start = out.writerIndex();
        writeHead(out, kind, 0, 0, 0);
        out.writeInt(checksum(new CRC32C(), out, start, 0));
    }

    static void writeHead(ByteBuf out, byte kind, long callId, int type, int bodyBytes) {
        out.writeInt(HEAD_BYTES + bodyBytes + checksumBytes(kind));
        out.writeByte(kind);
        out.writeLong(callId);
        out.writeShort(type);
    }
}
