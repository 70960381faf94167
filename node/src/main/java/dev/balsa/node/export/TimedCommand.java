package dev.balsa.node.export;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/*
 * What redis-server does with times while it loads an appendonly file decides the form of the commands here: no key
 * dies while loading, whatever its deadline, and a deadline that has passed does not delete its key. So
 *
 *     SET k v EX 10            is written  SET k v PXAT <log time + 10000>
 *     SETEX k 10 v                         SET k v PXAT ...
 *     EXPIRE k 10 NX                       PEXPIREAT k ... NX
 *     GETEX k EX 10                        GETEX k PXAT ...
 *     RESTORE k 10 <payload>               SET k <value> PXAT ...
 *
 * and a deadline that lay in the past when the command ran becomes the DEL that it was. RESTORE is written as what it
 * did because a payload of a newer Redis would not load into an older one.
 */

/** The commands that give a key a deadline, rewritten so that they mean the same at any time. Pure functions. */
final class TimedCommand {
    /** The command gives its key no deadline. */
    static final long NONE = Long.MIN_VALUE;

    private static final byte[] PXAT = {'P', 'X', 'A', 'T'};

    private TimedCommand() {}

    /** Whether the text of this command has to change. */
    static boolean concerns(String word) {
        return switch (word) {
            case "SET", "GETEX", "SETEX", "PSETEX", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "RESTORE" -> true;
            default -> false;
        };
    }

    /**
     * The deadline, in milliseconds since 1970, that a command which has run without an error asks for key 1.
     *
     * @param word one that {@link #concerns}
     * @param nowMillis log time
     */
    static long deadline(String word, Args args, long nowMillis) {
        return switch (word) {
            case "SET" -> lastTime(args, 3, nowMillis);
            case "GETEX" -> lastTime(args, 2, nowMillis);
            case "SETEX", "EXPIRE" -> number(args, 2) * 1000 + nowMillis;
            case "PSETEX", "PEXPIRE" -> number(args, 2) + nowMillis;
            case "EXPIREAT" -> number(args, 2) * 1000;
            case "PEXPIREAT" -> number(args, 2);
            case "RESTORE" -> restored(args, nowMillis);
            default -> throw new IllegalArgumentException(word);
        };
    }

    /** Writes the command with its deadline in absolute form; {@code keyspace} is as the command left it. */
    static void write(AofOutput out, int database, String word, Args args, long deadline, Keyspace keyspace)
            throws IOException {
        switch (word) {
            case "SETEX", "PSETEX" -> set(out.command(database, 5), args, 3, deadline);
            case "RESTORE" -> writeRestored(out, database, args, deadline, keyspace.database(database));
            case "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT" -> {
                RespWriter text = out.command(database, args.count());
                text.bulk("PEXPIREAT");
                text.bulk(args, 1);
                text.bulk(deadline);
                for (int i = 3; i < args.count(); i++) {
                    text.bulk(args, i);
                }
            }
            case "SET" -> writeOptions(out, database, args, 3, deadline);
            case "GETEX" -> writeOptions(out, database, args, 2, deadline);
            default -> throw new IllegalArgumentException(word);
        }
    }

    /** Everything but the options of time, then PXAT. */
    private static void writeOptions(AofOutput out, int database, Args args, int from, long deadline)
            throws IOException {
        int kept = args.count();
        for (int i = from; i < args.count(); i++) {
            if (isTime(args, i)) {
                kept -= 2;
                i++;
            }
        }
        RespWriter text = out.command(database, deadline == NONE ? kept : kept + 2);
        for (int i = 0; i < args.count(); i++) {
            if (i >= from && isTime(args, i)) {
                i++;
            } else {
                text.bulk(args, i);
            }
        }
        if (deadline != NONE) {
            text.bulk(PXAT);
            text.bulk(deadline);
        }
    }

    private static void set(RespWriter text, Args args, int valueAt, long deadline) {
        text.bulk("SET");
        text.bulk(args, 1);
        text.bulk(args, valueAt);
        text.bulk(PXAT);
        text.bulk(deadline);
    }

    private static void writeRestored(AofOutput out, int database, Args args, long deadline, Database from)
            throws IOException {
        int ref = from.find(args.array(), args.offset(1), args.length(1));
        if (ref == Keyspace.MISSING) {
            throw new IllegalStateException("RESTORE replied OK and left no key");
        }
        RespWriter text = out.command(database, deadline == NONE ? 3 : 5);
        text.bulk("SET");
        text.bulk(args, 1);
        if (from.isInteger(ref)) {
            text.bulk(from.integer(ref));
        } else {
            byte[] value = new byte[from.valueLength(ref)];
            MemorySegment.copy(
                    from.segment(), ValueLayout.JAVA_BYTE, from.valueOffset(ref), value, 0, value.length);
            text.bulk(value);
        }
        if (deadline != NONE) {
            text.bulk(PXAT);
            text.bulk(deadline);
        }
    }

    /** The last one counts: the same unit may be given again. */
    private static long lastTime(Args args, int from, long nowMillis) {
        int at = 0;
        for (int i = from; i < args.count(); i++) {
            if (isTime(args, i)) {
                at = i++;
            }
        }
        if (at == 0) {
            return NONE;
        }
        boolean seconds = args.is(at, "EX") || args.is(at, "EXAT");
        boolean fromNow = args.is(at, "EX") || args.is(at, "PX");
        return number(args, at + 1) * (seconds ? 1000 : 1) + (fromNow ? nowMillis : 0);
    }

    private static boolean isTime(Args args, int i) {
        return args.is(i, "EX") || args.is(i, "PX") || args.is(i, "EXAT") || args.is(i, "PXAT");
    }

    private static long restored(Args args, long nowMillis) {
        long time = number(args, 2);
        if (time == 0) {
            return NONE;
        }
        for (int i = 4; i < args.count(); i++) {
            if (args.is(i, "ABSTTL")) {
                return time;
            }
        }
        return time + nowMillis;
    }

    private static long number(Args args, int i) {
        return Long.parseLong(args.text(i));
    }
}
