package dev.balsa.node.command;

import dev.balsa.node.engine.Held;
import dev.balsa.proto.resp.RespWriter;

/**
 * What is left of a reply that is too long for one turn: elements of a large value as it was when the command ran.
 * Owned by the group's engine thread.
 *
 * @param elements those that are still to come
 * @param value kept as it is until {@link #close}
 */
public record SlicedReply(Slices elements, Held value) implements AutoCloseable {
    /** Elements of a value in their order, at the place where the reply has come to. */
    @FunctionalInterface
    public interface Slices {
        /**
         * Replies further elements until about {@code bytes} were written; false if those were the last.
         *
         * @param bytes what it costs to read them is about as much again
         */
        boolean next(RespWriter reply, int bytes);
    }

    /** Replies the next slice; false if it was the last. */
    public boolean next(RespWriter reply) {
        return elements.next(reply, Call.SLICE_BYTES);
    }

    /** The value may change in place again. */
    @Override
    public void close() {
        value.close();
    }
}
