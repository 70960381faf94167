package dev.balsa.proto.resp;

/**
 * Finds where a reply ends, RESP2 or RESP3, without building it: what a proxy needs to pass replies on in order.
 * Incremental: bytes that were looked at are not looked at again; what is kept is relative to the reply's start, so
 * the caller may move the bytes between two calls. Owned by one thread; one per upstream connection.
 */
public final class RespReplyDecoder {
    /** What {@link #decode} returns for bytes that are no reply; {@link #error()} says why. */
    public static final int ERROR = -1;

    /** Deepest nesting of arrays, maps, sets and pushes; Redis' own replies nest less than ten deep. */
    public static final int DEPTH_MAX = 64;

    private static final int LINE_MAX_BYTES = 64 << 10;
    private static final long BAD = Long.MIN_VALUE;

    /** Values that are still to come at each depth; depth 0 is the reply itself. */
    private final long[] left = new long[DEPTH_MAX + 1];

    private int depth;
    private int at;
    private boolean begun;
    private int scanned;
    private int needed = 1;
    private String error = "";

    /**
     * @param from where the reply begins; after a call that returned 0 the next one begins with the same bytes
     * @return the length of the complete reply that begins at {@code from}, 0 if it is not complete before {@code to},
     *     {@link #ERROR} if this is no reply (also: streamed types and attributes, which no Redis sends unasked)
     */
    public int decode(byte[] array, int from, int to) {
        if (!error.isEmpty()) {
            return ERROR;
        }
        if (at == 0 && !begun) {
            depth = 0;
            left[0] = 1;
        }
        while (true) {
            if (from + at >= to) {
                needed = Math.max(1, from + at - to + 1);
                return 0;
            }
            int step = value(array, from, to);
            if (step <= 0) {
                return step;
            }
            while (left[depth] == 0) {
                if (depth == 0) {
                    int length = at;
                    reset();
                    return length;
                }
                depth--;
            }
        }
    }

    /**
     * After 0: how many bytes from the reply's beginning on are done with. The next {@link #decode} begins behind them,
     * and the length that it returns in the end is that of the rest.
     */
    public int passOn() {
        int passed = at;
        at = 0;
        scanned = Math.max(0, scanned - passed);
        begun |= passed > 0;
        return passed;
    }

    /** After 0: how many more bytes are needed at least. */
    public int needed() {
        return needed;
    }

    /** After {@link #ERROR}: what is wrong, and where. */
    public String error() {
        return error;
    }

    /** Forgets an unfinished reply or an error. */
    public void reset() {
        at = 0;
        begun = false;
        scanned = 0;
        needed = 1;
        depth = 0;
        error = "";
    }

    /** Passes over one value's line and its bytes: 1, or 0 if they are not complete, or {@link #ERROR}. */
    private int value(byte[] array, int from, int to) {
        int start = from + at;
        int cr = Math.max(start + 1, from + scanned);
        while (cr < to - 1 && array[cr] != '\r') {
            cr++;
        }
        if (cr >= to - 1) {
            scanned = cr - from;
            needed = 1;
            boolean text = array[start] == '+' || array[start] == '-' || array[start] == '(';
            return cr - start > LINE_MAX_BYTES && !text ? refuse("a line without end") : 0;
        }
        if (array[cr + 1] != '\n') {
            return refuse("CR without LF");
        }
        return switch (array[start]) {
            case '+', '-', ':', '_', ',', '#', '(' -> {
                left[depth]--;
                at = cr + 2 - from;
                yield 1;
            }
            case '$', '=', '!' -> bulk(array, from, to, cr);
            case '*', '~', '>' -> open(array, from, cr, 1);
            case '%' -> open(array, from, cr, 2);
            case '|' -> refuse("an attribute");
            default -> refuse("type byte " + (array[start] & 0xff));
        };
    }

    private int bulk(byte[] array, int from, int to, int cr) {
        long length = number(array, from + at + 1, cr);
        if (length == BAD || length < -1 || length > Integer.MAX_VALUE - 64) {
            return refuse("length of a bulk string");
        }
        if (length >= 0) {
            long end = cr + 2 + length + 2;
            if (end > to) {
                // The line is read again when the bytes are there; that is cheaper than one more state.
                needed = (int) Math.min(end - to, Integer.MAX_VALUE);
                return 0;
            }
            at = (int) end - from;
        } else {
            at = cr + 2 - from;
        }
        scanned = at;
        left[depth]--;
        return 1;
    }

    private int open(byte[] array, int from, int cr, int valuesEach) {
        long size = number(array, from + at + 1, cr);
        if (size == BAD || size < -1 || size > Integer.MAX_VALUE) {
            return refuse("length of an array");
        }
        at = cr + 2 - from;
        scanned = at;
        left[depth]--;
        if (size > 0) {
            if (depth == DEPTH_MAX) {
                return refuse("nested deeper than " + DEPTH_MAX);
            }
            left[++depth] = size * valuesEach;
        }
        return 1;
    }

    private int refuse(String what) {
        error = what + " at byte " + at + " of a reply";
        return ERROR;
    }

    private static long number(byte[] array, int from, int to) {
        boolean negative = from < to && array[from] == '-';
        int at = negative ? from + 1 : from;
        if (at == to || to - at > 10) {
            return BAD;
        }
        long value = 0;
        for (; at < to; at++) {
            int digit = array[at] - '0';
            if (digit < 0 || digit > 9) {
                return BAD;
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }
}
