package dev.balsa.proto.resp;

import java.util.Arrays;

/**
 * Decodes what a client sends: RESP arrays of bulk strings and inline requests, with Redis' limits and Redis' error
 * texts. Incremental: a request that arrives in pieces is parsed once, however many pieces there are. What it keeps of
 * an unfinished request is relative to the request's start, so the caller may move the bytes between two calls.
 *
 * <p>Arguments lie in the caller's array, with {@link Args#span} around the request's own text. A request whose text
 * is not a canonical RESP array (an inline one, or one with something else where CR LF belongs, which Redis does not
 * check) is copied into an array of the decoder's own, so that {@link Args#isRespArray()} holds for every request.
 *
 * <p>Memory follows what has arrived, never what a client announces. Owned by one thread; one per connection.
 */
public final class RespDecoder {
    /** What {@link #decode} returns after a protocol error; {@link #error()} says which. */
    public static final int ERROR = -1;

    /** Arguments of an unfinished request that are remembered first; grows by doubling. */
    private static final int PENDING_FIRST = 16;
    /** A copy buffer larger than this is not kept. */
    private static final int COPY_KEPT_BYTES = 16 << 10;

    private static final int UNKNOWN = -1;
    private static final int TOO_LONG = -2;
    private static final long NOT_A_NUMBER = Long.MAX_VALUE;

    private final RespLimits limits;
    private boolean authenticated = true;
    private String error = "";

    // The unfinished request. All positions are relative to its start.
    private boolean unfinished;
    private int at;
    private int scanned;
    private int argumentsLeft;
    private int bulkLength = UNKNOWN;
    private boolean canonical;
    private int[] offsets = {};
    private int[] lengths = {};
    private int count;
    private int needed;

    private RespWriter copy = new RespWriter(256);

    public RespDecoder(RespLimits limits) {
        this.limits = limits;
    }

    /** False while the client has to authenticate first: then the narrower limits hold. True at the beginning. */
    public void authenticated(boolean value) {
        authenticated = value;
    }

    /**
     * Decodes the request at {@code from}.
     *
     * @param array holds what has arrived from {@code from} to {@code to}; after a call that returned 0, the next one
     *     has to begin with the same bytes, in any array
     * @return the bytes consumed, &gt; 0: {@code args} is the request, <b>or empty ({@code args.count() == 0})</b> if
     *     it was an empty line or an empty array, which Redis passes over without a reply; 0: not complete, see {@link
     *     #needed()}; {@link #ERROR}: see {@link #error()}, and so for ever until {@link #reset()}
     */
    public int decode(byte[] array, int from, int to, Args args) {
        if (!unfinished && authenticated) {
            int length = RespArrays.decode(array, from, to, args, limits.bulkMaxBytes(), limits.argumentsMax());
            if (length > 0) {
                return length;
            }
        }
        return decodePieces(array, from, to, args);
    }

    /**
     * After {@link #decode} returned 0: how many more bytes are needed at least before another call makes sense, as far
     * as the client has announced them; 1 if that is not known. A buffer should follow it only in steps that are in
     * proportion to what has arrived already.
     */
    public int needed() {
        return Math.max(needed, 1);
    }

    /** After {@link #ERROR}: the line to answer with, without the minus, before the connection is closed. */
    public String error() {
        return error;
    }

    /** Forgets an unfinished request or an error. */
    public void reset() {
        error = "";
        unfinished = false;
        forgetRequest();
    }

    private int decodePieces(byte[] array, int from, int to, Args args) {
        args.reset(array);
        if (!error.isEmpty()) {
            return ERROR;
        }
        if (from == to) {
            needed = 1;
            return 0;
        }
        unfinished = true;
        int length = array[from] == '*' ? multibulk(array, from, to, args) : inline(array, from, to, args);
        if (length == 0 && to - from > limits.requestMaxBytes()) {
            length = refuse("too big request");
        }
        if (length > 0) {
            unfinished = false;
            forgetRequest();
        } else if (length < 0) {
            args.reset(array);
        }
        return length;
    }

    private void forgetRequest() {
        at = 0;
        scanned = 0;
        argumentsLeft = 0;
        bulkLength = UNKNOWN;
        count = 0;
        needed = 0;
        if (offsets.length > PENDING_FIRST) {
            offsets = new int[0];
            lengths = new int[0];
        }
    }

    private int multibulk(byte[] array, int from, int to, Args args) {
        if (at == 0) {
            int end = line(array, from, to);
            if (end < 0) {
                return end == UNKNOWN ? 0 : refuse("too big mbulk count string");
            }
            long announced = number(array, from + 1, from + end);
            if (announced > limits.argumentsMax() || announced == NOT_A_NUMBER) {
                return refuse("invalid multibulk length");
            }
            if (announced > limits.unauthenticatedArgumentsMax() && !authenticated) {
                return refuse("unauthenticated multibulk length");
            }
            at = end + 2;
            if (announced <= 0) {
                return at;
            }
            canonical = array[from + end + 1] == '\n';
            argumentsLeft = (int) announced;
        }
        while (argumentsLeft > 0) {
            int result = bulk(array, from, to);
            if (result <= 0) {
                return result;
            }
        }
        return finish(array, from, args);
    }

    /** Takes one argument: 1, or 0 if it is not complete, or {@link #ERROR}. */
    private int bulk(byte[] array, int from, int to) {
        if (bulkLength == UNKNOWN) {
            int end = line(array, from, to);
            if (end < 0) {
                return end == UNKNOWN ? 0 : refuse("too big bulk count string");
            }
            int start = from + at;
            if (array[start] != '$') {
                return refuse("expected '$', got '" + (char) (array[start] & 0xff) + "'");
            }
            long announced = number(array, start + 1, from + end);
            if (announced < 0 || announced > limits.bulkMaxBytes()) {
                return refuse("invalid bulk length");
            }
            if (announced > limits.unauthenticatedBulkMaxBytes() && !authenticated) {
                return refuse("unauthenticated bulk length");
            }
            canonical &= array[from + end + 1] == '\n';
            at = end + 2;
            bulkLength = (int) announced;
            if ((long) at + bulkLength + 2 > limits.requestMaxBytes()) {
                return refuse("too big request");
            }
        }
        int arrived = to - from - at;
        if (arrived - 2 < bulkLength) {
            needed = bulkLength + 2 - arrived;
            return 0;
        }
        remember(at, bulkLength);
        at += bulkLength + 2;
        canonical &= array[from + at - 2] == '\r' && array[from + at - 1] == '\n';
        bulkLength = UNKNOWN;
        argumentsLeft--;
        return 1;
    }

    /** Where the CR of the line at {@link #at} stands, relative to the start; or UNKNOWN or TOO_LONG. */
    private int line(byte[] array, int from, int to) {
        int longest = (int) Math.min(to - from, (long) at + limits.inlineMaxBytes() + 1);
        int cr = Math.max(scanned, at);
        while (cr < longest && array[from + cr] != '\r') {
            cr++;
        }
        scanned = cr;
        if (cr < longest) {
            // The LF belongs to the line, though nothing but its being there matters.
            needed = 1;
            return cr + 1 < to - from ? cr : UNKNOWN;
        }
        needed = 1;
        return cr - at > limits.inlineMaxBytes() ? TOO_LONG : UNKNOWN;
    }

    private void remember(int offset, int length) {
        if (count == offsets.length) {
            int size = Math.max(PENDING_FIRST, count * 2);
            offsets = Arrays.copyOf(offsets, size);
            lengths = Arrays.copyOf(lengths, size);
        }
        offsets[count] = offset;
        lengths[count] = length;
        count++;
    }

    private int finish(byte[] array, int from, Args args) {
        if (canonical) {
            for (int i = 0; i < count; i++) {
                args.add(from + offsets[i], lengths[i]);
            }
            args.span(from, from + at);
        } else {
            startCopy(count);
            for (int i = 0; i < count; i++) {
                copy.bulk(array, from + offsets[i], lengths[i]);
            }
            finishCopy(args);
        }
        return at;
    }

    private void startCopy(int arguments) {
        if (copy.array().length > COPY_KEPT_BYTES) {
            copy = new RespWriter(256);
        }
        copy.reset();
        copy.array(arguments);
    }

    private void finishCopy(Args args) {
        int length = RespArrays.decode(copy.array(), 0, copy.length(), args);
        if (length != copy.length()) {
            throw new AssertionError("a request of " + copy.length() + " bytes was copied as one of " + length);
        }
    }

    private int inline(byte[] array, int from, int to, Args args) {
        int longest = Math.min(to - from, limits.inlineMaxBytes() + 1);
        int lf = scanned;
        while (lf < longest && array[from + lf] != '\n') {
            lf++;
        }
        scanned = lf;
        if (lf == longest) {
            needed = 1;
            return lf > limits.inlineMaxBytes() ? refuse("too big inline request") : 0;
        }
        int end = lf > 0 && array[from + lf - 1] == '\r' ? lf - 1 : lf;
        byte[][] words = InlineRequest.split(array, from, from + end);
        if (words == null) {
            return refuse("unbalanced quotes in request");
        }
        if (words.length > 0) {
            startCopy(words.length);
            for (byte[] word : words) {
                copy.bulk(word, 0, word.length);
            }
            finishCopy(args);
        }
        return lf + 1;
    }

    private int refuse(String what) {
        error = "ERR Protocol error: " + what;
        unfinished = true;
        return ERROR;
    }

    /** The decimal number that fills {@code array[from, to)}, in the one form that Redis takes; or NOT_A_NUMBER. */
    private static long number(byte[] array, int from, int to) {
        int digitsAt = from < to && array[from] == '-' ? from + 1 : from;
        int digits = to - digitsAt;
        if (digits < 1 || digits > 18) {
            return NOT_A_NUMBER;
        }
        if (array[digitsAt] == '0' && (digits > 1 || digitsAt > from)) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (int i = digitsAt; i < to; i++) {
            int digit = array[i] - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            value = value * 10 + digit;
        }
        return digitsAt > from ? -value : value;
    }
}
