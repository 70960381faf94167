package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.INVALID_CURSOR;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.command.Glob;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What HSCAN, SSCAN and ZSCAN have in common: cursor, key, options, the reply. Until {@link #end} the command writes
 * the elements that {@link #matches} and counts them by {@link #wrote}. One object serves one call.
 */
final class ElementScan {
    private static final int DEFAULT_COUNT = 10;
    private static final int ANY = -1;

    private final Call call;
    private final int ref;
    private final long cursor;
    private int patternAt = ANY;
    private int count = DEFAULT_COUNT;
    private boolean values = true;
    private byte[] text = new byte[64];
    private int start;
    private int written;

    private ElementScan(Call call, int ref, long cursor) {
        this.call = call;
        this.ref = ref;
        this.cursor = cursor;
    }

    /**
     * Reads the cursor, argument 2, finds the key, reads the options, and begins the reply; null if there was an error
     * or nothing under the key, which is replied then.
     */
    static @Nullable ElementScan of(Call call, ValueType type) {
        if (!Scan.isCursor(call.args(), 2)) {
            call.reply().error(INVALID_CURSOR);
            return null;
        }
        ElementScan scan = new ElementScan(call, call.find(1), Scan.cursor(call.args(), 2));
        scan.start = call.reply().length();
        if (scan.ref == MISSING) {
            scan.end(0);
            return null;
        }
        return !call.refusesType(scan.ref, type) && scan.readsOptions(type == ValueType.HASH) ? scan : null;
    }

    /** Reads the options from argument 3 on, or replies the error of Redis and answers false. */
    private boolean readsOptions(boolean ofHash) {
        Args args = call.args();
        for (int i = 3; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (more && args.is(i, "COUNT")) {
                if (!call.readsInteger(++i)) {
                    return false;
                }
                if (call.number() < 1) {
                    call.reply().error(SYNTAX);
                    return false;
                }
                count = (int) Math.min(call.number(), Integer.MAX_VALUE);
            } else if (more && args.is(i, "MATCH")) {
                i++;
                patternAt = Glob.matchesEverything(args.array(), args.offset(i), args.length(i)) ? ANY : i;
            } else if (ofHash && args.is(i, "NOVALUES")) {
                values = false;
            } else {
                call.reply().error(SYNTAX);
                return false;
            }
        }
        return true;
    }

    /** What the key holds. */
    int ref() {
        return ref;
    }

    long cursor() {
        return cursor;
    }

    /** How many elements to visit at least. */
    int count() {
        return count;
    }

    /** Whether a hash's values are wanted. */
    boolean values() {
        return values;
    }

    /** Whether an element is to be replied. */
    boolean matches(StringView name) {
        if (patternAt == ANY) {
            return true;
        }
        if (text.length < name.length()) {
            text = new byte[name.length() * 2];
        }
        int length = name.copy(text);
        Args args = call.args();
        int from = args.offset(patternAt);
        return Glob.matches(args.array(), from, from + args.length(patternAt), text, 0, length);
    }

    /** Notes that {@code strings} strings were written. */
    void wrote(int strings) {
        written += strings;
    }

    /** Completes the reply. The new cursor stands before the elements, so these are moved behind it. */
    void end(long next) {
        RespWriter reply = call.reply();
        byte[] elements = Arrays.copyOfRange(reply.array(), start, reply.length());
        reply.truncate(start);
        reply.array(2);
        reply.bulk(Long.toUnsignedString(next));
        reply.array(written);
        reply.raw(elements, 0, elements.length);
    }
}
