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
