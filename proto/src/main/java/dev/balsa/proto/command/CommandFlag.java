package dev.balsa.proto.command;

import java.util.Locale;

/** Flags of a command, in the order and with the names that COMMAND INFO shows. */
public enum CommandFlag {
    WRITE,
    READONLY,
    DENYOOM,
    MODULE,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    MAY_REPLICATE,
    NO_MANDATORY_KEYS,
    PROTECTED,
    NO_ASYNC_LOADING,
    NO_MULTI,
    MOVABLEKEYS,
    ALLOW_BUSY;

    /** This flag's bit in {@link CommandSpec#flagBits()}. */
    public long bit() {
        return 1L << ordinal();
    }

    /** As COMMAND INFO shows it. */
    public String shown() {
        return name().toLowerCase(Locale.ROOT);
    }
}
