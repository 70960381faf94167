package dev.balsa.proto.resp;

/**
 * Requests as RESP arrays of bulk strings in their canonical form, complete and without any state between calls: what
 * a log entry holds, and what nearly every client sends. No method keeps anything; thread-safe.
 */
public final class RespArrays {
    /** Digits of a number that surely fits an int. */
    private static final int DIGITS_MAX = 9;

    private RespArrays() {}

    /**
     * Decodes the request that begins at {@code from}.
     *
     * @return its length, with {@code args} filled, or 0 where no complete canonical array of at least one bulk string
     *     stands before {@code to}; then {@code args} holds nothing of use
     */
    public static int decode(byte[] array, int from, int to, Args args) {
        return decode(array, from, to, args, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** As the other; an argument longer than {@code bulkMaxBytes} or more than {@code argumentsMax} of them give 0. */
    static int decode(byte[] array, int from, int to, Args args, int bulkMaxBytes, int argumentsMax) {
        if (to - from < 4 || array[from] != '*') {
            return 0;
        }
        args.reset(array);
        long header = line(array, from + 1, to);
        int left = (int) header;
        if (header <= 0 || left == 0 || left > argumentsMax) {
            return 0;
        }
        int at = (int) (header >>> 32);
        do {
            if (to - at < 4 || array[at] != '$') {
                return 0;
            }
            long bulk = line(array, at + 1, to);
            int length = (int) bulk;
            at = (int) (bulk >>> 32);
            if (bulk <= 0 || length > bulkMaxBytes || to - at - 2 < length) {
                return 0;
            }
            args.add(at, length);
            at += length;
            if (array[at] != '\r' || array[at + 1] != '\n') {
                return 0;
            }
            at += 2;
        } while (--left != 0);
        args.span(from, at);
        return at - from;
    }

    /**
     * The number that stands at {@code from} in canonical decimal and ends with CR LF.
     *
     * @return where the line after it begins, times 2^32, plus the number; 0 if it is none or is not complete
     */
    private static long line(byte[] array, int from, int to) {
        int digit = array[from] - '0';
        if (digit < 0 || digit > 9) {
            return 0;
        }
        int number = digit;
        int at = from + 1;
        int end = Math.min(to - 1, from + DIGITS_MAX + 1);
        while (at < end) {
            digit = array[at] - '0';
            if (digit < 0 || digit > 9) {
                boolean canonical = array[at] == '\r'
                        && array[at + 1] == '\n'
                        && (array[from] != '0' || at == from + 1);
                return canonical ? (long) (at + 2) << 32 | number : 0;
            }
            number = number * 10 + digit;
            at++;
        }
        return 0;
    }
}
