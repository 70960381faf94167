package dev.balsa.node.command;

import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.Xxh3;
import dev.balsa.proto.resp.Args;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A condition on the present value of a string, as SET and DELEX take it since Redis 8.4. Stateless. */
enum Comparison {
    IFEQ(false, true),
    IFNE(false, false),
    IFDEQ(true, true),
    IFDNE(true, false);

    /** Digits of a digest. */
    private static final int DIGEST_LENGTH = 16;

    private static final Comparison[] ALL = values();

    private final boolean byDigest;
    private final boolean equal;

    Comparison(boolean byDigest, boolean equal) {
        this.byDigest = byDigest;
        this.equal = equal;
    }

    /** The condition that argument {@code i} names, or null. */
    static @Nullable Comparison of(Args args, int i) {
        for (Comparison one : ALL) {
            if (args.is(i, one.name())) {
                return one;
            }
        }
        return null;
    }

    /** Replies the error of Redis and answers true, if argument {@code at} is no digest where one is needed. */
    boolean refusesOperand(Call call, int at) {
        // As in Redis only the length is looked at: other characters are a digest that nothing has.
        if (!byDigest || call.args().length(at) == DIGEST_LENGTH) {
            return false;
        }
        call.reply().error(CommandError.DIGEST_LENGTH);
        return true;
    }

    /** Whether the string behind {@code ref} satisfies this; a missing one is unequal to everything. */
    boolean holds(Call call, int ref, int at) {
        return equal == (ref != MISSING && (byDigest ? sameDigest(call, ref, at) : sameBytes(call, ref, at)));
    }

    /** The digest of a string, 16 hexadecimal digits in lower case. */
    static String digest(Call call, int ref) {
        Database db = call.db();
        long hash;
        if (db.isInteger(ref)) {
            byte[] digits = call.scratch();
            hash = Xxh3.hash(MemorySegment.ofArray(digits), 0, Decimal.write(db.integer(ref), digits));
        } else {
            hash = Xxh3.hash(db.segment(), db.valueOffset(ref), db.valueLength(ref));
        }
        return "%016x".formatted(hash);
    }

    private static boolean sameDigest(Call call, int ref, int at) {
        return digest(call, ref).equalsIgnoreCase(call.args().text(at));
    }

    private static boolean sameBytes(Call call, int ref, int at) {
        Args args = call.args();
        Database db = call.db();
        int length = args.length(at);
        if (db.isInteger(ref)) {
            String digits = Long.toString(db.integer(ref));
            return digits.length() == length && digits.equals(args.text(at));
        }
        long from = db.valueOffset(ref);
        MemorySegment operand = MemorySegment.ofArray(args.array());
        return db.valueLength(ref) == length
                && MemorySegment.mismatch(
                                db.segment(), from, from + length, operand, args.offset(at), args.offset(at) + length)
                        < 0;
    }
}
