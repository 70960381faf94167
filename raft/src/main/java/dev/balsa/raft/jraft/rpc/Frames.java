package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;

/**
 * The frame that everything on a connection is in. Stateless.
 *
 * <pre>
 *  0        4      5              13       15
 *  | length | kind | call id       | type   | body ... |
 *    int32    int8   int64           int16
 * </pre>
 *
 * All numbers are big endian; the length counts what follows it. Type is a {@link MessageType} code in requests and
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
    /** Longest frame before the peer has proved who it is: text of another protocol reads as a far greater length. */
    static final int HANDSHAKE_MAX_BYTES = 1024;

    private Frames() {}

    static void writeHead(ByteBuf out, byte kind, long callId, int type, int bodyBytes) {
        out.writeInt(HEAD_BYTES + bodyBytes);
        out.writeByte(kind);
        out.writeLong(callId);
        out.writeShort(type);
    }
}
