package dev.balsa.raft;

/** A replica cannot start: its message names what is damaged (file, offset) and says what to do. */
public final class RaftStartException extends RuntimeException {
    public RaftStartException(String message, Throwable cause) {
        super(message, cause);
    }

    public RaftStartException(String message) {
        super(message);
    }
}
