package dev.balsa.node.engine.rdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Libraries of functions as FUNCTION DUMP gives and FUNCTION RESTORE takes them: each as in an RDB file, RDB version
 * (two bytes), CRC64 of all that. Stateless.
 */
public final class FunctionPayload {
    private static final int FOOTER_BYTES = 2 + RdbFormat.CHECKSUM_BYTES;

    private FunctionPayload() {}

    /** The payload of these libraries' codes. */
    public static byte[] dump(Collection<byte[]> codes) {
        try {
            RdbOutput out = new RdbOutput(64);
            for (byte[] code : codes) {
                write(code, out);
            }
            out.writeShort(RdbFormat.VERSION);
            out.writeChecksum();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail", e);
        }
    }

    static void write(byte[] code, RdbOutput out) throws IOException {
        out.writeByte(RdbFormat.OPCODE_FUNCTION2);
        out.writeString(code, code.length);
    }

    /** Whether version and checksum are right. */
    public static boolean verify(byte[] payload) {
        return DumpPayload.verify(payload, 0, payload.length);
    }

    /**
     * The codes in a payload that {@link #verify} has approved.
     *
     * @throws IllegalArgumentException with Redis' error line if they cannot be read
     */
    public static List<byte[]> read(byte[] payload) {
        RdbInput in = new RdbInput(payload, 0, payload.length - FOOTER_BYTES);
        List<byte[]> codes = new ArrayList<>();
        try {
            while (in.left() > 0) {
                if (in.readByte() != RdbFormat.OPCODE_FUNCTION2) {
                    throw new IllegalArgumentException("ERR given type is not a function");
                }
                in.readString();
                codes.add(in.copyOfString());
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("ERR failed loading the given functions payload", e);
        }
        return codes;
    }
}
