package dev.balsa.proto.command;

import dev.balsa.proto.command.KeySpec.Count;
import dev.balsa.proto.command.KeySpec.Range;
import dev.balsa.proto.command.KeySpec.Unknown;
import dev.balsa.proto.resp.Args;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds a request's keys from its command's spec, as Redis does. Keeps nothing; thread-safe. */
public final class KeyPositions {
    /**
     * The arguments do not fit the spec (a number of keys that is no number or too large, too few arguments): the
     * command itself will answer with its error.
     */
    public static final int MALFORMED = -1;

    private static final int NOT_FOUND = 0;
    private static final int DIGITS_MAX = 9;

    private KeyPositions() {}

    /**
     * Gives {@code sink} the position of each key, in the order of the spec.
     *
     * @param spec of the command, or of the subcommand where {@code args} names one
     * @return the number of keys, or {@link #MALFORMED}; then {@code sink} may have been given some, which mean nothing
     */
    public static int find(CommandSpec spec, Args args, KeySink sink) {
        List<KeySpec> keySpecs = spec.keySpecs();
        boolean simple = keySpecs.isEmpty() || (keySpecs.size() == 1 && !spec.has(CommandFlag.MOVABLEKEYS));
        return simple && spec.firstKey() > 0 ? firstLastStep(spec, args, sink) : byKeySpecs(keySpecs, args, sink);
    }

    private static int firstLastStep(CommandSpec spec, Args args, KeySink sink) {
        int count = args.count();
        int last = spec.lastKey() < 0 ? count + spec.lastKey() : spec.lastKey();
        if (last >= count || last < spec.firstKey()) {
            return MALFORMED;
        }
        return each(spec.firstKey(), last, spec.keyStep(), sink);
    }

    private static int byKeySpecs(List<KeySpec> keySpecs, Args args, KeySink sink) {
        int keys = 0;
        for (int i = 0; i < keySpecs.size(); i++) {
            int found = find(keySpecs.get(i), args, sink);
            if (found < 0) {
                return MALFORMED;
            }
            keys += found;
        }
        return keys;
    }

    /** As {@link #find(CommandSpec, Args, KeySink)}, for the keys of one specification. */
    public static int find(KeySpec spec, Args args, KeySink sink) {
        if (spec.find() instanceof Unknown) {
            return 0;
        }
        int first = begin(spec, args);
        if (first == NOT_FOUND) {
            return 0;
        }
        return switch (spec.find()) {
            case Range range -> range(range, first, args, sink);
            case Count count -> count(count, first, args, sink);
            case Unknown unknown -> 0;
        };
    }

    private static int begin(KeySpec spec, Args args) {
        String keyword = spec.keyword();
        if (keyword == null) {
            return spec.begin();
        }
        int count = args.count();
        if (spec.begin() > 0) {
            for (int i = spec.begin(); i < count - 1; i++) {
                if (named(args, i, keyword)) {
                    return i + 1;
                }
            }
        } else {
            for (int i = count + spec.begin(); i > 1; i--) {
                if (named(args, i, keyword)) {
                    return i + 1;
                }
            }
        }
        return NOT_FOUND;
    }

    private static boolean named(Args args, int i, @Nullable String keyword) {
        return keyword != null && args.is(i, keyword);
    }

    private static int range(Range range, int first, Args args, KeySink sink) {
        int count = args.count();
        int last;
        if (range.last() >= 0) {
            last = first + range.last();
        } else if (range.limit() <= 1) {
            last = count + range.last();
        } else {
            last = first + (count - first) / range.limit() + range.last();
        }
        if (first >= count || last >= count || last < first) {
            return MALFORMED;
        }
        return each(first, last, range.step(), sink);
    }

    private static int count(Count spec, int first, Args args, KeySink sink) {
        int at = first + spec.countAt();
        int number = at < args.count() ? number(args, at) : MALFORMED;
        if (number <= 0) {
            return number;
        }
        int from = first + spec.firstAt();
        long last = from + (number - 1L) * spec.step();
        if (last >= args.count()) {
            return MALFORMED;
        }
        return each(from, (int) last, spec.step(), sink);
    }

    private static int each(int first, int last, int step, KeySink sink) {
        int keys = 0;
        for (int i = first; i <= last; i += Math.max(step, 1)) {
            sink.key(i);
            keys++;
        }
        return keys;
    }

    /** Argument {@code i} as a number that is not negative, or MALFORMED. */
    private static int number(Args args, int i) {
        int length = args.length(i);
        if (length < 1 || length > DIGITS_MAX) {
            return MALFORMED;
        }
        int number = 0;
        for (int k = 0; k < length; k++) {
            int digit = args.array()[args.offset(i) + k] - '0';
            if (digit < 0 || digit > 9) {
                return MALFORMED;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
