package dev.balsa.raft.jraft.rpc;

import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A frame on its way out, and a link of the {@link Outbox} it waits in.
 *
 * <p>Filled by one thread, then owned by the outbox, then by the connection's loop. A message is serialized on the
 * loop: a request may live in a buffer that JRaft reuses once the call's callback has run, and only the loop knows
 * that it has not.
 */
class Outgoing {
    private static final byte[] NOTHING = {};

    @Nullable Outgoing next;
    private byte kind;
    long callId;
    private int type;
    private @Nullable Message message;
    private byte[] text = NOTHING;
    private int bodyBytes;

    final void carry(byte newKind, MessageType newType, Message newMessage) {
        kind = newKind;
        type = newType.code();
        message = newMessage;
        bodyBytes = newMessage.getSerializedSize();
    }

    final void carryError(String newText) {
        kind = Frames.ERROR;
        type = 0;
        message = null;
        byte[] utf8 = newText.getBytes(StandardCharsets.UTF_8);
        text = utf8.length <= 512 ? utf8 : java.util.Arrays.copyOf(utf8, 512);
        bodyBytes = text.length;
    }

    /** @param bytes not changed by anyone until the frame is written */
    final void carryBytes(byte newKind, byte[] bytes) {
        kind = newKind;
        type = 0;
        message = null;
        text = bytes;
        bodyBytes = bytes.length;
    }

    final void carryNothing(byte newKind, int newType) {
        kind = newKind;
        type = newType;
        message = null;
        text = NOTHING;
        bodyBytes = 0;
    }

    final int frameBytes() {
        return Frames.OVERHEAD_BYTES + bodyBytes + Frames.CHECKSUM_BYTES;
    }

    /** Appends the frame; {@code out} has room for {@link #frameBytes()}. */
    final void writeTo(ByteBuf out, CRC32C crc) {
        int start = out.writerIndex();
        Frames.writeHead(out, kind, callId, type, bodyBytes);
        Message body = message;
        if (body == null) {
            out.writeBytes(text);
        } else {
            MessageType.serialize(body, out, bodyBytes);
        }
        out.writeInt(Frames.checksum(crc, out, start, bodyBytes));
    }

    /** Lets go of the message: a pending call must not keep a written request's bytes alive. */
    final void forgetBody() {
        message = null;
        text = NOTHING;
    }
}
