package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.INVALID_CURSOR;
import static dev.balsa.node.command.CommandError.SYNTAX;

import dev.balsa.node.engine.Database;
import dev.balsa.proto.command.Glob;
import dev.balsa.proto.resp.Args;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;

/** Replies the keys that a walk through a database visits, those that match. One object serves one call. */
final class Scan implements Database.KeyVisitor {
    private static final int DEFAULT_COUNT = 10;
    private static final int KEYS_STEP = 1024;
    private static final int ANY = -1;

    private final Call call;
    private final Database db;
    private int patternAt = ANY;
    private int typeAt = ANY;
    private int count = DEFAULT_COUNT;
    private byte[] key = new byte[64];
    private int replied;

    private Scan(Call call) {
        this.call = call;
        this.db = call.db();
    }

    // KEYS pattern
    static void keys(Call call) {
        Scan scan = new Scan(call);
        scan.match(1);
        int mark = call.reply().arrayLater();
        long cursor = 0;
        do {
            cursor = scan.db.scan(cursor, KEYS_STEP, scan);
        } while (cursor != 0);
        call.reply().arrayLength(mark, scan.replied);
    }

    // SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
    static void scan(Call call) {
        Args args = call.args();
        if (!isCursor(args, 1)) {
            call.reply().error(INVALID_CURSOR);
            return;
        }
        Scan scan = new Scan(call);
        if (!scan.readsOptions()) {
            return;
        }
        // The new cursor stands before the keys: they are written first and the reply is put together afterwards.
        int start = call.reply().length();
        long next = scan.db.scan(cursor(args, 1), scan.count, scan);
        byte[] keys = Arrays.copyOfRange(call.reply().array(), start, call.reply().length());
        call.reply().truncate(start);
        call.reply().array(2);
        call.reply().bulk(Long.toUnsignedString(next));
        call.reply().array(scan.replied);
        call.reply().raw(keys, 0, keys.length);
    }

    @Override
    public void visit(int ref) {
        if (typeAt != ANY && !call.args().is(typeAt, db.type(ref).shown().toUpperCase(Locale.ROOT))) {
            return;
        }
        MemorySegment segment = db.segment();
        int length = db.keyLength(ref);
        if (patternAt != ANY) {
            if (key.length < length) {
                key = new byte[length * 2];
            }
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, db.keyOffset(ref), key, 0, length);
            Args args = call.args();
            int from = args.offset(patternAt);
            if (!Glob.matches(args.array(), from, from + args.length(patternAt), key, 0, length)) {
                return;
            }
        }
        call.reply().bulk(segment, db.keyOffset(ref), length);
        replied++;
    }

    private void match(int i) {
        Args args = call.args();
        patternAt = Glob.matchesEverything(args.array(), args.offset(i), args.length(i)) ? ANY : i;
    }

    private boolean readsOptions() {
        Args args = call.args();
        for (int i = 2; i < args.count(); i += 2) {
            boolean more = i + 1 < args.count();
            if (more && args.is(i, "COUNT")) {
                if (!call.readsInteger(i + 1)) {
                    return false;
                }
                if (call.number() < 1) {
                    call.reply().error(SYNTAX);
                    return false;
                }
                count = (int) Math.min(call.number(), Integer.MAX_VALUE);
            } else if (more && args.is(i, "MATCH")) {
                match(i + 1);
            } else if (more && args.is(i, "TYPE")) {
                typeAt = i + 1;
            } else {
                call.reply().error(SYNTAX);
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the argument is an unsigned 64-bit number, as C's strtoul takes it: a sign is allowed, and so is
     * nothing at all.
     */
    static boolean isCursor(Args args, int i) {
        int from = digitsAt(args, i);
        int end = digitsEnd(args, i);
        if (from == end) {
            return end == args.offset(i);
        }
        long value = 0;
        for (int at = from; at < end; at++) {
            int digit = args.array()[at] - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
        }
        return true;
    }

    /** The number of an argument that {@link #isCursor}. */
    static long cursor(Args args, int i) {
        long value = 0;
        for (int at = digitsAt(args, i); at < digitsEnd(args, i); at++) {
            value = value * 10 + (args.array()[at] - '0');
        }
        return args.length(i) > 0 && args.array()[args.offset(i)] == '-' ? -value : value;
    }

    private static int digitsAt(Args args, int i) {
        int offset = args.offset(i);
        boolean signed = args.length(i) > 0 && (args.array()[offset] == '-' || args.array()[offset] == '+');
        return signed ? offset + 1 : offset;
    }

    /** Redis reads a cursor as text of C: a zero byte ends it. */
    private static int digitsEnd(Args args, int i) {
        int end = args.offset(i) + args.length(i);
        for (int at = args.offset(i); at < end; at++) {
            if (args.array()[at] == 0) {
                return at;
            }
        }
        return end;
    }
}
