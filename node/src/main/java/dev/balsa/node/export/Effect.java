package dev.balsa.node.export;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.rdb.DumpPayload;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/*
 * Some commands would mean something else to a redis-server that loads their text: those that pick by chance, those that
 * ask how long something has been idle, and those that Redis 7.0 does not know. Of these is written what they left:
 *
 *     SPOP s 2                        RESTORE s 0 <payload> REPLACE ABSTTL, or DEL s
 *     XADD s MAXLEN 5 * f v           XADD s MAXLEN 5 1700000000000-0 f v      (the id that it replied)
 *
 *     BLPOP q r 0                     LPOP r                                   (where it popped, not where it came)
 *
 * A payload costs as much as the value, so XADD has a form of its own.
 */

/** Commands of which the export writes what they did. Pure functions. */
final class Effect {
    private static final byte[] RESTORE = {'R', 'E', 'S', 'T', 'O', 'R', 'E'};

    private Effect() {}

    /** Whether what a command has left is written instead of the command. */
    static boolean concerns(String word, Args args, Database database) {
        return switch (word) {
            case "SPOP", "XCLAIM", "XAUTOCLAIM", "DELEX", "MSETEX", "XDELEX", "XACKDEL", "HGETDEL", "HGETEX", "HSETEX" ->
                true;
            case "SET" -> isCompared(args);
            case "RESTORE" -> !isString(database, args.copy(1));
            default -> false;
        };
    }

    /** Writes what is now under each of the command's keys. */
    static void write(AofOutput out, int index, String word, Args args, Database database) throws IOException {
        for (byte[] key : keys(word, args)) {
            int ref = database.find(key, 0, key.length);
            if (ref == Keyspace.MISSING) {
                RespWriter text = out.command(index, 2);
                text.bulk("DEL");
                text.bulk(key);
            } else {
                RespWriter text = out.command(index, 6);
                text.bulk(RESTORE);
                text.bulk(key);
                text.bulk(database.deadlineMillis(ref));
                text.bulk(DumpPayload.dump(database, ref));
                text.bulk("REPLACE");
                text.bulk("ABSTTL");
            }
        }
    }

    private static List<byte[]> keys(String word, Args args) {
        List<byte[]> keys = new ArrayList<>();
        if (word.equals("MSETEX")) {
            int count = Integer.parseInt(args.text(1));
            for (int i = 0; i < count; i++) {
                keys.add(args.copy(2 + 2 * i));
            }
        } else {
            keys.add(args.copy(1));
        }
        return keys;
    }

    private static boolean isCompared(Args args) {
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "IFEQ") || args.is(i, "IFNE") || args.is(i, "IFDEQ") || args.is(i, "IFDNE")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isString(Database database, byte[] key) {
        int ref = database.find(key, 0, key.length);
        return ref == Keyspace.MISSING || database.type(ref) == ValueType.STRING;
    }

    /** Writes XADD with the id that it replied, {@code $length id}; nothing if it replied nil. */
    static void writeAdded(AofOutput out, int index, Args args, RespWriter reply) throws IOException {
        byte[] bytes = reply.copy();
        if (bytes[1] == '-') {
            return;
        }
        int from = 1;
        while (bytes[from++] != '\n') {
            // Passes over the length.
        }
        byte[] id = Arrays.copyOfRange(bytes, from, bytes.length - 2);
        int place = idPlace(args);
        RespWriter text = out.command(index, args.count());
        for (int i = 0; i < args.count(); i++) {
            if (i == place) {
                text.bulk(id);
            } else {
                text.bulk(args, i);
            }
        }
    }

    /** Whether it is a command that may wait: written as what it did when it did it, with {@link #writeServed}. */
    static boolean mayWait(String word) {
        return switch (word) {
            case "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "XREADGROUP" -> true;
            default -> false;
        };
    }

    /** Writes what a command that may wait did, without waiting. Only XREADGROUP does something without a reply. */
    static void writeServed(AofOutput out, int index, String word, Args args, byte[] reply) throws IOException {
        boolean nothing = reply.length == 0 || reply[1] == '-';
        if (nothing && !word.equals("XREADGROUP")) {
            return;
        }
        switch (word) {
            case "BLPOP", "BRPOP", "BZPOPMIN", "BZPOPMAX" -> {
                RespWriter text = out.command(index, 2);
                text.bulk(word.substring(1));
                text.bulk(firstBulk(reply));
            }
            case "BLMOVE" -> write(out, index, "LMOVE", args, 1, 5);
            case "BRPOPLPUSH" -> write(out, index, "RPOPLPUSH", args, 1, 3);
            case "BLMPOP" -> write(out, index, "LMPOP", args, 2, args.count());
            case "BZMPOP" -> write(out, index, "ZMPOP", args, 2, args.count());
            default -> {
                int block = 4;
                while (block < args.count() && !args.is(block, "BLOCK") && !args.is(block, "STREAMS")) {
                    block += args.is(block, "COUNT") ? 2 : 1;
                }
                boolean blocks = args.is(block, "BLOCK");
                RespWriter text = out.command(index, args.count() - (blocks ? 2 : 0));
                for (int i = 0; i < args.count(); i++) {
                    if (!blocks || i != block && i != block + 1) {
                        text.bulk(args, i);
                    }
                }
            }
        }
    }

    private static void write(AofOutput out, int index, String word, Args args, int from, int to) throws IOException {
        RespWriter text = out.command(index, 1 + to - from);
        text.bulk(word);
        for (int i = from; i < to; i++) {
            text.bulk(args, i);
        }
    }

    /** The first element of an array reply, {@code *n $length element}. */
    private static byte[] firstBulk(byte[] reply) {
        int at = 0;
        while (reply[at++] != '$') {
            // Passes over the array's header.
        }
        int length = 0;
        for (; reply[at] != '\r'; at++) {
            length = length * 10 + reply[at] - '0';
        }
        return Arrays.copyOfRange(reply, at + 2, at + 2 + length);
    }

    /** Where the id of an XADD that was carried out stands: behind its options. */
    private static int idPlace(Args args) {
        int i = 2;
        while (true) {
            if (args.is(i, "NOMKSTREAM")) {
                i++;
            } else if (args.is(i, "LIMIT")) {
                i += 2;
            } else if (args.is(i, "MAXLEN") || args.is(i, "MINID")) {
                boolean signed = args.is(i + 1, "=") || args.is(i + 1, "~");
                i += signed ? 3 : 2;
            } else {
                return i;
            }
        }
    }
}
