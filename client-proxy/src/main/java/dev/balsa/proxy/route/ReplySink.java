package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;

/** Where the answer of a {@link Pending} goes. Called on the request's event loop, exactly once per submission. */
public interface ReplySink {
    /** Of requests whose replies nobody waits for. */
    ReplySink NOBODY = new ReplySink() {
        @Override
        public void replied(Pending pending, byte[] bytes, int offset, int length) {}

        @Override
        public void refused(Pending pending, Request.Refusal refusal, Args args) {}

        @Override
        public void unknown(Pending pending, String reason) {}
    };

    /** The reply; the bytes are valid during the call. */
    void replied(Pending pending, byte[] bytes, int offset, int length);

    /** What {@link Request#readNanos} says, on the sink's loop. */
    default long readNanos() {
        return 0;
    }

    /** Whether {@link #part} may be called. */
    default boolean takesParts() {
        return false;
    }

    /** A part of the reply before the last; the bytes are valid during the call. */
    default void part(Pending pending, byte[] bytes, int offset, int length, Request.Rest rest) {
        throw new UnsupportedOperationException("replies are taken as a whole here");
    }

    /** It was not executed; {@code args} are valid during the call. */
    void refused(Pending pending, Request.Refusal refusal, Args args);

    /** It may or may not have been executed. */
    void unknown(Pending pending, String reason);
}
