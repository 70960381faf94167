package dev.balsa.node.command;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.WatchMarks;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import org.jspecify.annotations.Nullable;

/*
 * A transaction is one command of the log, so nothing can come between its parts on any replica:
 *
 *     BALSA EXEC  watched   (database key id) * watched   (database words word * words) * commands
 *                 1         0 from         17             0 2        GET a
 */

/** The commands that a MULTI has queued, with the keys watched for them. Reused; owned by the engine thread. */
public final class Transaction {
    private static final int FIRST = 2;
    private static final int WATCHED_WORDS = 3;

    private Args all = new Args();
    private int watched;
    private int commands;
    private int at;
    private int database;

    /** Whether a command of an entry is a transaction. */
    public static boolean isOne(CommandSpec spec) {
        return spec.name().startsWith("balsa|exec");
    }

    /** Begins to read; false if it is none that a front would make. {@code args} must stay as they are. */
    public boolean open(Args args, int databases) {
        all = args;
        commands = 0;
        watched = args.count() > FIRST ? number(FIRST) : -1;
        if (watched < 0 || watched > (args.count() - FIRST - 1) / WATCHED_WORDS) {
            return false;
        }
        for (int i = 0; i < watched; i++) {
            int mark = watchedAt(i);
            if (number(mark) < 0 || number(mark) >= databases || !isNumber(mark + 2)) {
                return false;
            }
        }
        int p = watchedAt(watched);
        while (p < args.count()) {
            int words = p + 1 < args.count() ? number(p + 1) : -1;
            if (number(p) < 0 || number(p) >= databases || words < 1 || words > args.count() - p - 2) {
                return false;
            }
            p += 2 + words;
            commands++;
        }
        at = watchedAt(watched);
        return true;
    }

    /** How many commands it has. */
    public int commands() {
        return commands;
    }

    /** Whether no watched key has changed. The watchers are gone afterwards. */
    public boolean admits(Keyspace keyspace) {
        WatchMarks marks = keyspace.marks();
        boolean unchanged = true;
        for (int i = 0; i < watched; i++) {
            int p = watchedAt(i);
            unchanged &= marks.holds(number(p), all.array(), all.offset(p + 1), all.length(p + 1), id(p + 2),
                    keyspace.logMillis());
        }
        for (int i = 0; i < watched; i++) {
            int p = watchedAt(i);
            marks.leave(number(p), all.array(), all.offset(p + 1), all.length(p + 1), id(p + 2));
        }
        return unchanged;
    }

    /** Makes {@code into} the next command; false after the last. */
    public boolean next(Args into) {
        if (at >= all.count()) {
            return false;
        }
        database = number(at);
        int words = number(at + 1);
        into.reset(all.array());
        for (int i = 0; i < words; i++) {
            into.add(all.offset(at + 2 + i), all.length(at + 2 + i));
        }
        at += 2 + words;
        return true;
    }

    /** The database of the command that {@link #next} gave last. */
    public int database() {
        return database;
    }

    /** The command that a transaction may run, or null: one that runs against the keyspace, with as many arguments as it wants. */
    public static @Nullable Command find(Args args, boolean reads) {
        Command command = CommandTable.find(args);
        if (command == null || command.isElsewhere() || !command.spec().accepts(args.count())) {
            return null;
        }
        boolean inside = command.spec().name().startsWith("balsa|") && !command.spec().name().startsWith("balsa|as");
        boolean fits = command.spec().isReadOnly() || !reads && command.spec().isWrite();
        return fits && !inside ? command : null;
    }

    private static int watchedAt(int i) {
        return FIRST + 1 + i * WATCHED_WORDS;
    }

    private boolean isNumber(int i) {
        return Decimal.isCanonical(all.array(), all.offset(i), all.length(i));
    }

    /** -1 if it is none, or too large a one. */
    private int number(int i) {
        long number = isNumber(i) ? id(i) : -1;
        return number != (int) number ? -1 : (int) number;
    }

    private long id(int i) {
        return Decimal.parse(all.array(), all.offset(i), all.length(i));
    }

    /** The seed of command {@code k} of a transaction. */
    public static long seedOf(long seed, long k) {
        return seed ^ k * 0x9E37_79B9_7F4A_7C15L;
    }
}
