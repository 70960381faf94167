package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.BUSY_KEY;
import static dev.balsa.node.command.CommandError.DB_INDEX;
import static dev.balsa.node.command.CommandError.DUMP_CHECKSUM;
import static dev.balsa.node.command.CommandError.DUMP_FORMAT;
import static dev.balsa.node.command.CommandError.FIRST_DB_INDEX;
import static dev.balsa.node.command.CommandError.INVALID_TTL;
import static dev.balsa.node.command.CommandError.NO_SUCH_KEY;
import static dev.balsa.node.command.CommandError.SAME_OBJECT;
import static dev.balsa.node.command.CommandError.SECOND_DB_INDEX;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.rdb.DumpPayload;
import dev.balsa.proto.resp.Args;
import java.util.List;

/** Commands on keys, whatever their values. The table is the contents page; methods follow in its order. */
final class KeyCommands {
    static final List<Command> TABLE = table(
            write("del", -2, KeyCommands::del).of("generic").keys("RM DELETE", 1, -1, 1)
                    .tips("request_policy:multi_shard", "response_policy:agg_sum")
                    .syntax("key...")
                    .doc("1.0.0", "O(N), N = keys and their nested items",
                            "Removes keys. Not atomic across slot groups."),
            write("unlink", -2, KeyCommands::del, FAST).of("generic").keys("RM DELETE", 1, -1, 1)
                    .tips("request_policy:multi_shard", "response_policy:agg_sum")
                    .syntax("key...")
                    .doc("4.0.0", "O(1) a key, freeing is done later",
                            "Removes keys and frees their memory later. Not atomic across slot groups."),
            read("exists", -2, KeyCommands::exists, FAST).of("generic").keys("RO", 1, -1, 1)
                    .tips("request_policy:multi_shard", "response_policy:agg_sum")
                    .syntax("key...")
                    .doc("1.0.0", "O(N), N = keys", "Counts how many of the given keys exist."),
            read("touch", -2, KeyCommands::touch, FAST).of("generic").keys("RO", 1, -1, 1)
                    .tips("request_policy:multi_shard", "response_policy:agg_sum")
                    .syntax("key...")
                    .doc("3.2.1", "O(N), N = keys", "Notes an access to keys and counts how many exist."),
            read("type", 2, KeyCommands::type, FAST).of("generic").key("RO", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Replies with the type of the value of a key."),
            write("rename", 3, KeyCommands::rename).of("generic").key("RW ACCESS DELETE", 1).key("OW UPDATE", 2)
                    .syntax("key newkey:key@1")
                    .doc("1.0.0", "O(1)", "Renames a key, replacing the one that has the new name."),
            write("renamenx", 3, KeyCommands::renameNx, FAST).of("generic").key("RW ACCESS DELETE", 1)
                    .key("OW INSERT", 2)
                    .syntax("key newkey:key@1")
                    .doc("1.0.0", "O(1)", "Renames a key if no key has the new name."),
            write("copy", -3, KeyCommands::copy, DENYOOM).of("generic").key("RO ACCESS", 1).key("OW UPDATE", 2)
                    .syntax("source:key destination:key@1 [DB destination-db:integer] [REPLACE]")
                    .doc("6.2.0", "O(N), N = nested items",
                            "Copies the value and the time to live of a key to another key."),
            write("move", 3, KeyCommands::move, FAST).of("generic").key("RW ACCESS UPDATE", 1)
                    .syntax("key db:integer")
                    .doc("1.0.0", "O(1)", "Moves a key to another database."),
            read("dump", 2, KeyCommands::dump).of("generic").key("RO ACCESS", 1).tips("nondeterministic_output")
                    .syntax("key")
                    .doc("2.6.0", "O(N), N = size of the value", "Replies with the value of a key in serialized form."),
            write("restore", -4, KeyCommands::restore, DENYOOM).of("generic").acl("dangerous").key("OW UPDATE", 1)
                    .syntax("key ttl:integer serialized-value [REPLACE^3.0.0] [ABSTTL^5.0.0] [IDLETIME "
                            + "seconds:integer^5.0.0] [FREQ frequency:integer^5.0.0]")
                    .doc("2.6.0", "O(N), N = size of the value", "Creates a key from a serialized value."),
            read("randomkey", 1, KeyCommands::randomKey).of("generic")
                    .tips("request_policy:all_shards", "nondeterministic_output")
                    .doc("1.0.0", "O(1)", "Replies with the name of a key picked at random."),
            read("keys", 2, KeyCommands::keys).of("generic").acl("dangerous")
                    .tips("request_policy:all_shards", "nondeterministic_output_order")
                    .syntax("pattern")
                    .doc("1.0.0", "O(N), N = keys in the database", "Replies with all key names that match a pattern."),
            read("scan", -2, KeyCommands::scan).of("generic")
                    .tips("nondeterministic_output", "request_policy:special")
                    .syntax("cursor:integer [MATCH pattern] [COUNT count:integer] [TYPE type^6.0.0]")
                    .doc("2.8.0", "O(1) a call, O(N) for all keys",
                            "Walks through the key names of a database in steps."),
            read("dbsize", 1, KeyCommands::dbSize, FAST).of("server").acl("keyspace")
                    .tips("request_policy:all_shards", "response_policy:agg_sum")
                    .doc("1.0.0", "O(1)", "Counts the keys of the database."),
            write("flushdb", -1, KeyCommands::flushDb).of("server").acl("keyspace", "dangerous")
                    .tips("request_policy:all_shards", "response_policy:all_succeeded")
                    .syntax("[async=(ASYNC^4.0.0 | SYNC^6.2.0)]")
                    .doc("1.0.0", "O(1), freeing is done later", "Removes all keys of the database."),
            write("flushall", -1, KeyCommands::flushAll).of("server").acl("keyspace", "dangerous")
                    .tips("request_policy:all_shards", "response_policy:all_succeeded")
                    .syntax("[async=(ASYNC^4.0.0 | SYNC^6.2.0)]")
                    .doc("1.0.0", "O(1), freeing is done later", "Removes all keys of all databases."),
            write("swapdb", 3, KeyCommands::swapDb, FAST).of("server").acl("keyspace", "dangerous")
                    .syntax("index1:integer index2:integer")
                    .doc("4.0.0", "O(1)", "Exchanges two databases."));

    /** Between a leader and its group. */
    static final Row EVICT = write("evict", -4, KeyCommands::evict, NOSCRIPT, NO_MULTI)
            .of("server").internal()
            .doc("7.2.0", "O(N), N = keys", "Removes keys because memory is full.");

    private KeyCommands() {}

    // DEL key [key ...], UNLINK key [key ...]
    private static void del(Call call) {
        int removed = 0;
        for (int i = 1; i < call.args().count(); i++) {
            removed += call.remove(i) ? 1 : 0;
        }
        call.reply().integer(removed);
    }

    // BALSA EVICT database key [database key ...]
    private static void evict(Call call) {
        Args args = call.args();
        if (args.count() % 2 != 0) {
            call.reply().error(SYNTAX);
            return;
        }
        long evicted = 0;
        for (int i = 2; i < args.count(); i += 2) {
            if (!call.readsInt(i)) {
                return;
            }
            int database = (int) call.number();
            if (database < 0 || database >= call.keyspace().databases()) {
                call.reply().error(DB_INDEX);
                return;
            }
            boolean there = call.keyspace().evict(database, args.array(), args.offset(i + 1), args.length(i + 1));
            evicted += there ? 1 : 0;
        }
        call.reply().integer(evicted);
    }

    // EXISTS key [key ...]
    private static void exists(Call call) {
        int found = 0;
        for (int i = 1; i < call.args().count(); i++) {
            found += call.peek(i) == MISSING ? 0 : 1;
        }
        call.reply().integer(found);
    }

    // TOUCH key [key ...]
    private static void touch(Call call) {
        int found = 0;
        for (int i = 1; i < call.args().count(); i++) {
            found += call.find(i) == MISSING ? 0 : 1;
        }
        call.reply().integer(found);
    }

    // TYPE key
    private static void type(Call call) {
        int ref = call.peek(1);
        call.reply().simple(ref == MISSING ? "none" : call.db().type(ref).shown());
    }

    // RENAME key newkey
    private static void rename(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().error(NO_SUCH_KEY);
            return;
        }
        if (!call.args().same(1, 2)) {
            move(call, ref, call.db(), 2);
        }
        call.reply().ok();
    }

    // RENAMENX key newkey
    private static void renameNx(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().error(NO_SUCH_KEY);
            return;
        }
        boolean free = !call.args().same(1, 2) && call.peek(2) == MISSING;
        if (free) {
            move(call, ref, call.db(), 2);
        }
        call.reply().integer(free ? 1 : 0);
    }

    // COPY source destination [DB index] [REPLACE]
    private static void copy(Call call) {
        Args args = call.args();
        int targetIndex = call.databaseIndex();
        boolean replace = false;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "REPLACE")) {
                replace = true;
            } else if (args.is(i, "DB") && i + 1 < args.count()) {
                targetIndex = readDatabase(call, ++i);
                if (targetIndex < 0) {
                    return;
                }
            } else {
                call.reply().error(SYNTAX);
                return;
            }
        }
        if (targetIndex == call.databaseIndex() && args.same(1, 2)) {
            call.reply().error(SAME_OBJECT);
            return;
        }
        Database target = call.keyspace().database(targetIndex);
        int ref = call.find(1);
        boolean copies = ref != MISSING
                && (replace || target.find(args.array(), args.offset(2), args.length(2)) == MISSING);
        if (copies) {
            copy(call, ref, target, 2);
        }
        call.reply().integer(copies ? 1 : 0);
    }

    // MOVE key db
    private static void move(Call call) {
        Args args = call.args();
        int targetIndex = readDatabase(call, 2);
        if (targetIndex < 0) {
            return;
        }
        if (targetIndex == call.databaseIndex()) {
            call.reply().error(SAME_OBJECT);
            return;
        }
        Database target = call.keyspace().database(targetIndex);
        int ref = call.find(1);
        boolean moves = ref != MISSING && target.find(args.array(), args.offset(1), args.length(1)) == MISSING;
        if (moves) {
            move(call, ref, target, 1);
        }
        call.reply().integer(moves ? 1 : 0);
    }

    // DUMP key
    private static void dump(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
        } else {
            call.reply().bulk(DumpPayload.dump(call.db(), ref));
        }
    }

    // RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]
    private static void restore(Call call) {
        RestoreOptions options = RestoreOptions.parse(call);
        if (options == null) {
            return;
        }
        if (!options.replace() && call.find(1) != MISSING) {
            call.reply().error(BUSY_KEY);
            return;
        }
        if (!call.readsInteger(2)) {
            return;
        }
        long ttl = call.number();
        if (ttl < 0) {
            call.reply().error(INVALID_TTL);
            return;
        }
        long deadline = ttl == 0 || options.absoluteTtl() ? ttl : ttl + call.nowMillis();
        boolean past = deadline != 0 && deadline <= call.nowMillis();
        Args args = call.args();
        var restored = DumpPayload.restore(
                args.array(), args.offset(3), args.length(3), call.db(), args.copy(1), past ? 0 : deadline);
        switch (restored) {
            case DONE -> {
                if (past) {
                    call.remove(1);
                } else {
                    options.note(call.db(), call.peek(1));
                }
                call.reply().ok();
            }
            case WRONG_VERSION_OR_CHECKSUM -> call.reply().error(DUMP_CHECKSUM);
            case BAD_FORMAT -> call.reply().error(DUMP_FORMAT);
        }
    }

    // RANDOMKEY
    private static void randomKey(Call call) {
        Database db = call.db();
        int ref = db.random(call.seed());
        if (ref == MISSING) {
            call.reply().nil();
        } else {
            call.reply().bulk(db.segment(), db.keyOffset(ref), db.keyLength(ref));
        }
    }

    // KEYS pattern
    private static void keys(Call call) {
        Scan.keys(call);
    }

    // SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
    private static void scan(Call call) {
        Scan.scan(call);
    }

    // DBSIZE
    private static void dbSize(Call call) {
        call.reply().integer(call.db().size());
    }

    // FLUSHDB [ASYNC | SYNC]
    private static void flushDb(Call call) {
        if (readsFlushOption(call)) {
            call.db().clear();
            call.reply().ok();
        }
    }

    // FLUSHALL [ASYNC | SYNC]
    private static void flushAll(Call call) {
        if (readsFlushOption(call)) {
            call.keyspace().clear();
            call.reply().ok();
        }
    }

    // SWAPDB index1 index2
    private static void swapDb(Call call) {
        if (!readsDatabase(call, 1, FIRST_DB_INDEX)) {
            return;
        }
        int first = (int) call.number();
        if (!readsDatabase(call, 2, SECOND_DB_INDEX)) {
            return;
        }
        int second = (int) call.number();
        int databases = call.keyspace().databases();
        if (first < 0 || first >= databases || second < 0 || second >= databases) {
            call.reply().error(DB_INDEX);
            return;
        }
        call.keyspace().swap(first, second);
        call.reply().ok();
    }

    /** Both ways free memory later and in slices, so the option is only checked. */
    private static boolean readsFlushOption(Call call) {
        Args args = call.args();
        if (args.count() == 1 || (args.count() == 2 && (args.is(1, "ASYNC") || args.is(1, "SYNC")))) {
            return true;
        }
        call.reply().error(SYNTAX);
        return false;
    }

    /** Copies value and deadline to the key that argument {@code to} names, replacing what is there. */
    private static void move(Call call, int ref, Database target, int to) {
        Args args = call.args();
        call.db().move(ref, target, args.array(), args.offset(to), args.length(to));
    }

    private static void copy(Call call, int ref, Database target, int to) {
        Args args = call.args();
        call.db().copy(ref, target, args.array(), args.offset(to), args.length(to));
    }

    /** Index of a database, or -1 after replying the error of Redis. */
    private static int readDatabase(Call call, int i) {
        if (!call.readsInt(i)) {
            return -1;
        }
        if (call.number() < 0 || call.number() >= call.keyspace().databases()) {
            call.reply().error(DB_INDEX);
            return -1;
        }
        return (int) call.number();
    }

    private static boolean readsDatabase(Call call, int i, String error) {
        if (!call.readsInteger(i, error)) {
            return false;
        }
        if (call.number() != (int) call.number()) {
            call.reply().error(error);
            return false;
        }
        return true;
    }
}
