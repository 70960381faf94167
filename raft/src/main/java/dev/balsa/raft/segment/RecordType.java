package dev.balsa.raft.segment;

import org.jspecify.annotations.Nullable;

/** What an entry is for. The codes are on disk and never change. */
public enum RecordType {
    /** A leader's first entry; no payload. */
    NO_OP(1),
    /** The state machine's bytes. */
    DATA(2),
    /** The members of the group, as {@link MembershipText}. */
    CONFIGURATION(3);

    private final byte code;

    RecordType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    /** Null if no type has this code. */
    static @Nullable RecordType ofCode(byte code) {
        return switch (code) {
            case 1 -> NO_OP;
            case 2 -> DATA;
            case 3 -> CONFIGURATION;
            default -> null;
        };
    }
}
