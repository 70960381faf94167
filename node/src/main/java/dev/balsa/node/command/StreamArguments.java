package dev.balsa.node.command;

import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamFields;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/** Reads what stream commands are given: ids, ends of ranges, trimming. Pure functions. */
final class StreamArguments {
    private static final int ID_LENGTH_MAX = 127;

    private StreamArguments() {}

    // -- ids ----------------------------------------------------------------------------------------------------

    /** Argument {@code i} as {@code ms} or {@code ms-seq}, or null after replying the error. */
    static @Nullable StreamId id(Call call, int i) {
        StreamId id = strictId(call.args(), i);
        if (id == null) {
            call.reply().error(StreamError.INVALID_ID);
        }
        return id;
    }

    /** As {@link #id}, or null without a reply. */
    static @Nullable StreamId strictId(Args args, int i) {
        return parse(args.array(), args.offset(i), args.length(i), 0);
    }

    /** As {@link #id}; {@code -} and {@code +} are the lowest and the highest. */
    static @Nullable StreamId idOrEnd(Call call, int i) {
        StreamId end = end(call.args(), i);
        return end == null ? id(call, i) : end;
    }

    private static @Nullable StreamId end(Args args, int i) {
        if (args.length(i) != 1) {
            return null;
        }
        byte sign = args.array()[args.offset(i)];
        return sign == '-' ? StreamId.ZERO : sign == '+' ? StreamId.MAX : null;
    }

    /** The lowest id of a range, which may be given as {@code -} or {@code (exclusive}; null after an error. */
    static @Nullable StreamId from(Call call, int i) {
        return edge(call, i, 0, StreamError.INTERVAL_START);
    }

    /** The highest id of a range, which may be given as {@code +} or {@code (exclusive}; null after an error. */
    static @Nullable StreamId to(Call call, int i) {
        return edge(call, i, -1, StreamError.INTERVAL_END);
    }

    private static @Nullable StreamId edge(Call call, int i, long missingSeq, String atTheEnd) {
        Args args = call.args();
        StreamId id = end(args, i);
        if (id != null) {
            return id;
        }
        int offset = args.offset(i);
        int length = args.length(i);
        boolean exclusive = length > 1 && args.array()[offset] == '(';
        id = exclusive
                ? parse(args.array(), offset + 1, length - 1, missingSeq)
                : parse(args.array(), offset, length, missingSeq);
        if (id == null) {
            call.reply().error(StreamError.INVALID_ID);
            return null;
        }
        if (!exclusive) {
            return id;
        }
        if (missingSeq == 0 ? id.isMax() : id.isZero()) {
            call.reply().error(atTheEnd);
            return null;
        }
        return missingSeq == 0 ? id.next() : id.previous();
    }

    /** {@code ms} or {@code ms-seq}, or null. */
    private static @Nullable StreamId parse(byte[] array, int offset, int length, long missingSeq) {
        if (length > ID_LENGTH_MAX) {
            return null;
        }
        int end = end(array, offset, offset + length, (byte) 0);
        int dash = end(array, offset, end, (byte) '-');
        long seq = missingSeq;
        if (!isUnsigned(array, offset, dash) || (dash < end && !isUnsigned(array, dash + 1, end))) {
            return null;
        }
        if (dash < end) {
            seq = unsigned(array, dash + 1, end);
        }
        return new StreamId(unsigned(array, offset, dash), seq);
    }

    private static int end(byte[] array, int from, int to, byte mark) {
        int at = from;
        while (at < to && array[at] != mark) {
            at++;
        }
        return at;
    }

    /**
     * Whether the text is an unsigned number as C's strtoull reads it: blanks and a sign may precede it, a minus turns
     * it over; but a plain negative number is none.
     */
    private static boolean isUnsigned(byte[] text, int from, int to) {
        if (Decimal.isCanonical(text, from, to - from)) {
            return text[from] != '-';
        }
        int at = digits(text, from, to);
        if (at == to) {
            return false;
        }
        long value = 0;
        for (; at < to; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Long.divideUnsigned(-1 - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
        }
        return true;
    }

    private static long unsigned(byte[] text, int from, int to) {
        int start = digits(text, from, to);
        long value = 0;
        for (int at = start; at < to; at++) {
            value = value * 10 + (text[at] - '0');
        }
        return start > from && text[start - 1] == '-' ? -value : value;
    }

    private static int digits(byte[] text, int from, int to) {
        int at = from;
        while (at < to && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) {
            at++;
        }
        return at < to && (text[at] == '+' || text[at] == '-') ? at + 1 : at;
    }

    // -- XADD and XTRIM -----------------------------------------------------------------------------------------

    /**
     * What XADD and XTRIM say before the fields.
     *
     * @param trim null: not at all
     * @param idAt XADD: which argument is the id
     * @param id null: to be made from the time
     * @param seqGiven false: only the first part of the id is given
     */
    record Addition(
            Stream.@Nullable Trim trim, boolean makesStream, int idAt, @Nullable StreamId id, boolean seqGiven) {}

    /** Reads the options, or replies an error and answers null. */
    static @Nullable Addition addition(Call call, boolean xadd) {
        return new AdditionParser(call, xadd).parse();
    }

    private static final class AdditionParser {
        private final Call call;
        private final Args args;
        private final boolean xadd;
        private boolean trims;
        private boolean approximate;
        private long maxLength = -1;
        private StreamId minId = StreamId.ZERO;
        private long limit;
        private boolean limitGiven;
        private boolean makesStream = true;

        AdditionParser(Call call, boolean xadd) {
            this.call = call;
            this.xadd = xadd;
            args = call.args();
        }

        @Nullable Addition parse() {
            int count = args.count();
            int i = 2;
            for (; i < count; i++) {
                boolean more = i + 1 < count;
                if (xadd && isByte(i, '*')) {
                    return done(i, null, true);
                }
                if (more && (args.is(i, "MAXLEN") || args.is(i, "MINID"))) {
                    i = strategy(i);
                    if (i < 0) {
                        return null;
                    }
                } else if (more && args.is(i, "LIMIT")) {
                    if (!readsLimit(++i)) {
                        return null;
                    }
                } else if (xadd && args.is(i, "NOMKSTREAM")) {
                    makesStream = false;
                } else if (xadd) {
                    return withId(i);
                } else {
                    call.reply().error(CommandError.SYNTAX);
                    return null;
                }
            }
            return done(i, null, true);
        }

        private @Nullable Addition withId(int i) {
            int offset = args.offset(i);
            int length = args.length(i);
            byte[] array = args.array();
            boolean partial = length > 2 && array[offset + length - 1] == '*' && array[offset + length - 2] == '-';
            StreamId id = partial
                    ? StreamArguments.parse(array, offset, length - 2, 0)
                    : StreamArguments.parse(array, offset, length, 0);
            if (id == null || (partial && end(array, offset, offset + length - 2, (byte) '-') < offset + length - 2)) {
                call.reply().error(StreamError.INVALID_ID);
                return null;
            }
            return done(i, id, !partial);
        }

        /** Reads MAXLEN or MINID at {@code i}; returns where its number stands, or -1 after an error. */
        private int strategy(int i) {
            if (trims) {
                call.reply().error(StreamError.TWO_STRATEGIES);
                return -1;
            }
            int at = i + 1;
            approximate = false;
            if (at + 1 < args.count() && (isByte(at, '~') || isByte(at, '='))) {
                approximate = isByte(at, '~');
                at++;
            }
            trims = true;
            if (args.is(i, "MAXLEN")) {
                if (!call.readsInteger(at)) {
                    return -1;
                }
                maxLength = call.number();
                if (maxLength < 0) {
                    call.reply().error(StreamError.MAXLEN_NEGATIVE);
                    return -1;
                }
                return at;
            }
            StreamId id = StreamArguments.id(call, at);
            if (id == null) {
                return -1;
            }
            minId = id;
            return at;
        }

        private boolean readsLimit(int at) {
            if (!call.readsInteger(at)) {
                return false;
            }
            limit = call.number();
            if (limit < 0) {
                call.reply().error(StreamError.LIMIT_NEGATIVE);
                return false;
            }
            limitGiven = true;
            return true;
        }

        private @Nullable Addition done(int idAt, @Nullable StreamId id, boolean seqGiven) {
            String error = limit != 0 && !trims ? StreamError.LIMIT_WITHOUT_STRATEGY
                    : !xadd && !trims ? StreamError.TRIM_WITHOUT_STRATEGY
                    : limitGiven && !approximate ? StreamError.LIMIT_NOT_APPROXIMATE
                    : null;
            if (error != null) {
                call.reply().error(error);
                return null;
            }
            if (!limitGiven && approximate) {
                // 100 nodes as a rule, so that one command never takes long; a later one goes on.
                long entries = 100L * call.keyspace().limits().streamNodeMaxEntries();
                limit = entries <= 0 ? 10_000 : Math.min(entries, 1_000_000);
            }
            Stream.Trim trim = trims ? new Stream.Trim(maxLength, minId, approximate, limit) : null;
            return new Addition(trim, makesStream, idAt, id, seqGiven);
        }

        private boolean isByte(int i, char c) {
            return args.length(i) == 1 && args.array()[args.offset(i)] == c;
        }
    }

    /** The fields of XADD from argument {@code from} on. */
    record Fields(Args args, int from) implements StreamFields {
        @Override
        public int count() {
            return (args.count() - from) / 2;
        }

        @Override
        public byte[] array() {
            return args.array();
        }

        @Override
        public int offset(int i) {
            return args.offset(from + i);
        }

        @Override
        public int length(int i) {
            return args.length(from + i);
        }
    }
}
