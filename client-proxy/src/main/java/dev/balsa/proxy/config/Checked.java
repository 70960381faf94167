package dev.balsa.proxy.config;

/** A directive's value after its check. */
public sealed interface Checked {
    /** The value in the one form that CONFIG GET shows and the accessors read. */
    record Good(String text) implements Checked {}

    /** Why it is refused, in Redis' words where Redis has words. */
    record Bad(String reason) implements Checked {}
}
