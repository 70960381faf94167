package dev.balsa.node.engine.memory;

/**
 * The reserved address space is used up. A bound of the configuration was passed that callers check beforehand (see
 * {@code Keyspace.roomBytes}); the
 * keyspace is as it was before the refused change.
 */
public final class OutOfSpaceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfSpaceException(long wantedBytes, long reservedBytes) {
        super("No room for " + wantedBytes + " bytes in an address space of " + reservedBytes + " bytes");
    }
}
