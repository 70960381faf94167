package dev.balsa.node.lua;

/** A script has used up what its caller allowed. No script can catch it. */
public final class LimitExceeded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LimitExceeded(String message) {
        super(message, null, false, false);
    }
}
