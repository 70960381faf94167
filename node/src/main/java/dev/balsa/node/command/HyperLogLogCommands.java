package dev.balsa.node.command;

import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.refused;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.HyperLogLogs;
import dev.balsa.node.engine.value.HyperLogLog;
import dev.balsa.proto.resp.Args;
import java.util.List;

/** Counting different elements, about. The table is the contents page; methods follow in its order. */
final class HyperLogLogCommands {
    static final List<Command> TABLE = table(
            write("pfadd", -2, HyperLogLogCommands::pfadd, DENYOOM, FAST).of("hyperloglog").key("RW INSERT", 1)
                    .syntax("key [element...]")
                    .doc("2.8.9", "O(1) for each element", "Adds elements to a HyperLogLog."),
            read("pfcount", -2, HyperLogLogCommands::pfcount).of("hyperloglog").keys("RW ACCESS", 1, -1, 1)
                    .notes("RW because it may change the internal representation of the key, and propagate to"
                            + " replicas")
                    .syntax("key...")
                    .doc("2.8.9", "O(N), N = keys", "Replies about how many different elements were added."),
            write("pfmerge", -2, HyperLogLogCommands::pfmerge, DENYOOM).of("hyperloglog")
                    .key("RW ACCESS INSERT", 1).keys("RO ACCESS", 2, -1, 1)
                    .syntax("destkey:key sourcekey:key@1...")
                    .doc("2.8.9", "O(N), N = keys", "Merges HyperLogLogs into one."),
            refused("pfdebug", 3, "it looks inside another implementation", "PFCOUNT, or GETRANGE for the bytes",
                    ADMIN)
                    .of("hyperloglog").internal().since("2.8.9"),
            refused("pfselftest", 1, "it tests another implementation", "PFCOUNT", ADMIN)
                    .of("hyperloglog").internal().since("2.8.9"));

    private static final String NOT_ONE = "WRONGTYPE Key is not a valid HyperLogLog string value.";
    private static final String CORRUPT = "INVALIDOBJ Corrupted HLL object detected";

    private HyperLogLogCommands() {}

    // PFADD key [element [element ...]]
    private static void pfadd(Call call) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref != MISSING && refuses(call, ref)) {
            return;
        }
        boolean changed = ref == MISSING;
        Database db = call.db();
        boolean adds = args.count() > 2;
        if (adds && ref != MISSING
                && !HyperLogLog.isWhole(db.segment(), db.valueOffset(ref), db.valueLength(ref))) {
            call.reply().error(CORRUPT);
            return;
        }
        HyperLogLogs log = open(call);
        for (int i = 2; i < args.count(); i++) {
            long hash = HyperLogLog.hash(args.array(), args.offset(i), args.length(i));
            changed |= log.raise(HyperLogLog.register(hash), HyperLogLog.value(hash));
        }
        if (changed) {
            log.outdate();
        }
        call.reply().integer(changed ? 1 : 0);
    }

    // PFCOUNT key [key ...]
    private static void pfcount(Call call) {
        Args args = call.args();
        Database db = call.db();
        if (args.count() == 2) {
            int ref = call.find(1);
            if (ref != MISSING && refuses(call, ref)) {
                return;
            }
            long known = ref == MISSING ? 0 : HyperLogLog.knownCount(db.segment(), db.valueOffset(ref));
            if (known >= 0) {
                call.reply().integer(known);
                return;
            }
        }
        byte[] registers = new byte[HyperLogLog.REGISTERS];
        if (merges(call, registers)) {
            call.reply().integer(HyperLogLog.count(registers));
        }
    }

    // PFMERGE destkey [sourcekey [sourcekey ...]]
    private static void pfmerge(Call call) {
        Args args = call.args();
        Database db = call.db();
        byte[] registers = new byte[HyperLogLog.REGISTERS];
        if (!merges(call, registers)) {
            return;
        }
        boolean dense = false;
        for (int i = 1; i < args.count(); i++) {
            int ref = call.peek(i);
            dense |= ref != MISSING && HyperLogLog.isDense(db.segment(), db.valueOffset(ref));
        }
        HyperLogLogs log = open(call);
        if (dense) {
            log.makeDense();
        }
        for (int i = 0; i < registers.length; i++) {
            if (registers[i] != 0) {
                log.raise(i, registers[i]);
            }
        }
        log.outdate();
        call.reply().ok();
    }

    private static HyperLogLogs open(Call call) {
        Args args = call.args();
        int sparseMaxBytes = call.keyspace().limits().hllSparseMaxBytes();
        return new HyperLogLogs(call.db(), args.array(), args.offset(1), args.length(1), sparseMaxBytes);
    }

    /** Raises registers to those of all keys; false after an error. */
    private static boolean merges(Call call, byte[] registers) {
        Database db = call.db();
        for (int i = 1; i < call.args().count(); i++) {
            int ref = call.find(i);
            if (ref == MISSING) {
                continue;
            }
            if (refuses(call, ref)) {
                return false;
            }
            if (!HyperLogLog.isWhole(db.segment(), db.valueOffset(ref), db.valueLength(ref))) {
                call.reply().error(CORRUPT);
                return false;
            }
            HyperLogLog.merge(db.segment(), db.valueOffset(ref), db.valueLength(ref), registers);
        }
        return true;
    }

    private static boolean refuses(Call call, int ref) {
        Database db = call.db();
        if (call.refusesType(ref)) {
            return true;
        }
        if (db.isInteger(ref) || !HyperLogLog.isValid(db.segment(), db.valueOffset(ref), db.valueLength(ref))) {
            call.reply().error(NOT_ONE);
            return true;
        }
        return false;
    }
}
