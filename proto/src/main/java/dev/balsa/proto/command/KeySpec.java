package dev.balsa.proto.command;

import org.jspecify.annotations.Nullable;

/**
 * Where a command's keys stand, in the two steps of Redis 7: where to begin, and how to go on from there.
 *
 * @param flags of the key, separated by spaces, e.g. {@code RW ACCESS UPDATE}; COMMAND INFO shows all but the words of
 *     two letters in lower case
 * @param keyword begin after this word, searched from {@code begin} on (negative: from the end backwards); null: begin
 *     at argument {@code begin}
 * @param begin index of the argument to begin at, or to begin the search at
 * @param find how the keys are found from the beginning
 * @param notes for people; mostly empty
 */
public record KeySpec(String flags, @Nullable String keyword, int begin, Find find, String notes) {

    /** Key positions without notes. */
    public KeySpec(String flags, @Nullable String keyword, int begin, Find find) {
        this(flags, keyword, begin, find, "");
    }

    /** How keys go on from where they begin. */
    public sealed interface Find {}

    /**
     * Keys at every {@code step}-th argument.
     *
     * @param last relative to the first key, inclusive; negative counts from the last argument (-1 = the last)
     * @param limit with last = -1: 0 or 1 no limit, 2 half of the remaining arguments, and so on
     */
    public record Range(int last, int step, int limit) implements Find {}

    /**
     * A count stands at {@code countAt}, the keys from {@code firstAt} on, both relative to the beginning.
     */
    public record Count(int countAt, int firstAt, int step) implements Find {}

    /** Keys that cannot be told from the arguments' positions, e.g. those that SORT's BY and GET lead to. */
    public record Unknown() implements Find {}

    /** Keys at {@code first} to {@code last} (negative: from the end), every {@code step}-th. */
    public static KeySpec range(String flags, int first, int last, int step) {
        return new KeySpec(flags, null, first, new Range(last >= 0 ? last - first : last, step, 0));
    }
}
