package dev.balsa.chaos.history;

/**
 * One line of a history: an operation begins, or ends in one of three ways. Immutable.
 *
 * @param index place in the history, from 0
 * @param process who did it: one at a time each; {@link #NEMESIS} for a fault
 * @param type how it stands
 * @param f what was done ({@code read}, {@code append})
 * @param value what it was given, and once it is known what it returned
 * @param nanos since the run began
 * @param error what the client was told when it failed, or why nobody knows; empty = nothing
 */
public record Op(long index, int process, Type type, String f, Value value, long nanos, String error) {
    /** The process that breaks things. */
    public static final int NEMESIS = -1;

    /** How an operation stands. */
    public enum Type {
        /** It begins. */
        INVOKE,
        /** It happened. */
        OK,
        /** It did not happen and never will. */
        FAIL,
        /** It may have happened, or happen at any time from its invocation on. */
        INFO
    }

    public static Op of(int process, Type type, String f, Value value) {
        return new Op(0, process, type, f, value, 0, "");
    }

    /** The same with place and time. */
    Op at(long newIndex, long newNanos) {
        return new Op(newIndex, process, type, f, value, newNanos, error);
    }
}
