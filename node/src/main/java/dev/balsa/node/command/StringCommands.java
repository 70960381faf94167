package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.DECREMENT_OVERFLOW;
import static dev.balsa.node.command.CommandError.DELEX_CONDITION;
import static dev.balsa.node.command.CommandError.DELEX_TYPE;
import static dev.balsa.node.command.CommandError.MSETEX_NUMKEYS;
import static dev.balsa.node.command.CommandError.MSETEX_PAIRS;
import static dev.balsa.node.command.CommandError.NAN_OR_INFINITY;
import static dev.balsa.node.command.CommandError.NOT_AN_INTEGER;
import static dev.balsa.node.command.CommandError.NOT_A_FLOAT;
import static dev.balsa.node.command.CommandError.OFFSET;
import static dev.balsa.node.command.CommandError.OVERFLOW;
import static dev.balsa.node.command.CommandError.STRING_TOO_LONG;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.resp.Args;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Commands on string values. The table is the contents page; methods follow in its order. */
final class StringCommands {
    static final List<Command> TABLE = table(
            read("get", 2, StringCommands::get, FAST).of("string").key("RO ACCESS", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Replies with the string value of a key."),
            write("set", -3, StringCommands::set, DENYOOM).of("string").key("RW ACCESS UPDATE VARIABLE_FLAGS", 1)
                    .syntax("key value [condition=(NX | XX)^2.6.12] [GET^6.2.0] [expiration=(EX "
                            + "seconds:integer^2.6.12 | PX milliseconds:integer^2.6.12 | EXAT "
                            + "unix-time-seconds:unix-time^6.2.0 | PXAT unix-time-milliseconds:unix-time^6.2.0 | "
                            + "KEEPTTL^6.0.0)]")
                    .doc("1.0.0", "O(1)", "Sets the string value of a key, whatever type was there before."),
            write("getset", 3, StringCommands::getSet, DENYOOM, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .replaced("6.2.0", "SET with the GET argument")
                    .syntax("key value")
                    .doc("1.0.0", "O(1)", "Replaces the string value of a key and replies with the old one."),
            write("getdel", 2, StringCommands::getDel, FAST).of("string").key("RW ACCESS DELETE", 1)
                    .syntax("key")
                    .doc("6.2.0", "O(1)", "Replies with the string value of a key and removes the key."),
            write("delex", -2, StringCommands::delEx, FAST).of("string").key("RW DELETE VARIABLE_FLAGS", 1)
                    .doc("8.4.0", "O(1) by value, O(N) by digest, N = length of the string",
                            "Removes a key if its string value or the digest of it is, or is not, the given one."),
            read("digest", 2, StringCommands::digest, FAST).of("string").key("RO ACCESS", 1)
                    .doc("8.4.0", "O(N), N = length of the string",
                            "Replies with the XXH3 digest of the string value of a key."),
            write("getex", -2, StringCommands::getEx, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .syntax("key [expiration=(EX seconds:integer | PX milliseconds:integer | EXAT "
                            + "unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)]")
                    .doc("6.2.0", "O(1)", "Replies with the string value of a key and changes its time to live."),
            write("append", 3, StringCommands::append, DENYOOM, FAST).of("string").key("RW INSERT", 1)
                    .syntax("key value")
                    .doc("2.0.0", "O(1) amortized", "Appends bytes to a string, creating the key if it is missing."),
            read("strlen", 2, StringCommands::strlen, FAST).of("string").key("RO", 1)
                    .syntax("key")
                    .doc("2.2.0", "O(1)", "Replies with the length of the string value of a key."),
            write("setrange", 4, StringCommands::setRange, DENYOOM).of("string").key("RW UPDATE", 1)
                    .syntax("key offset:integer value")
                    .doc("2.2.0", "O(N), N = bytes written",
                            "Overwrites a part of a string, growing it with zero bytes if needed."),
            read("getrange", 4, StringCommands::getRange).of("string").key("RO ACCESS", 1)
                    .syntax("key start:integer end:integer")
                    .doc("2.4.0", "O(N), N = bytes replied", "Replies with a part of the string value of a key."),
            read("substr", 4, StringCommands::getRange).of("string").key("RO ACCESS", 1)
                    .replaced("2.0.0", "GETRANGE")
                    .syntax("key start:integer end:integer")
                    .doc("1.0.0", "O(N), N = bytes replied", "Replies with a part of the string value of a key."),
            write("incr", 2, StringCommands::incr, DENYOOM, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Adds one to the integer in a key; a missing key counts as 0."),
            write("decr", 2, StringCommands::decr, DENYOOM, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Subtracts one from the integer in a key; a missing key counts as 0."),
            write("incrby", 3, StringCommands::incrBy, DENYOOM, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .syntax("key increment:integer")
                    .doc("1.0.0", "O(1)", "Adds a number to the integer in a key; a missing key counts as 0."),
            write("decrby", 3, StringCommands::decrBy, DENYOOM, FAST).of("string").key("RW ACCESS UPDATE", 1)
                    .syntax("key decrement:integer")
                    .doc("1.0.0", "O(1)", "Subtracts a number from the integer in a key; a missing key counts as 0."),
            write("incrbyfloat", 3, StringCommands::incrByFloat, DENYOOM, FAST).of("string")
                    .key("RW ACCESS UPDATE", 1)
                    .syntax("key increment:double")
                    .doc("2.6.0", "O(1)",
                            "Adds a floating point number to the number in a key; a missing key counts as 0."),
            read("mget", -2, StringCommands::mget, FAST).of("string").keys("RO ACCESS", 1, -1, 1)
                    .tips("request_policy:multi_shard")
                    .syntax("key...")
                    .doc("1.0.0", "O(N), N = keys",
                            "Replies with the string values of several keys. Not atomic across slot groups."),
            write("mset", -3, StringCommands::mset, DENYOOM).of("string").keys("OW UPDATE", 1, -1, 2)
                    .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                    .syntax("key_value=(key value)...")
                    .doc("1.0.1", "O(N), N = keys",
                            "Sets the string values of several keys. Not atomic across slot groups."),
            write("msetnx", -3, StringCommands::msetNx, DENYOOM).of("string").keys("OW INSERT", 1, -1, 2)
                    .tips("request_policy:multi_shard", "response_policy:agg_min")
                    .syntax("key_value=(key value)...")
                    .doc("1.0.1", "O(N), N = keys", "Sets the string values of several keys if none of them exists."),
            // No tips: a proxy that splits the keys of a request would have to count them anew.
            write("msetex", -4, StringCommands::msetEx, DENYOOM, MOVABLEKEYS).of("string")
                    .keys(new KeySpec("OW UPDATE", null, 1, new KeySpec.Count(0, 1, 2)))
                    .doc("8.4.0", "O(N), N = keys", "Sets the string values and one time to live of several keys."),
            write("setnx", 3, StringCommands::setNx, DENYOOM, FAST).of("string").key("OW INSERT", 1)
                    .syntax("key value")
                    .doc("1.0.0", "O(1)", "Sets the string value of a key if the key does not exist."),
            write("setex", 4, StringCommands::setEx, DENYOOM).of("string").key("OW UPDATE", 1)
                    .syntax("key seconds:integer value")
                    .doc("2.0.0", "O(1)", "Sets the string value of a key with a time to live in seconds."),
            write("psetex", 4, StringCommands::psetEx, DENYOOM).of("string").key("OW UPDATE", 1)
                    .syntax("key milliseconds:integer value")
                    .doc("2.6.0", "O(1)", "Sets the string value of a key with a time to live in milliseconds."),
            read("lcs", -3, StringCommands::lcs).of("string").keys("RO ACCESS", 1, 2, 1)
                    .syntax("key1:key key2:key [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]")
                    .doc("7.0.0", "O(N*M), N and M = lengths of the strings",
                            "Finds the longest common subsequence of two strings."));

    private static final byte[] NOTHING = {};

    private StringCommands() {}

    // GET key
    private static void get(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (!call.refusesType(ref)) {
            Strings.reply(call, ref);
        }
    }

    // SET key value [NX | XX | IFEQ value | IFNE value | IFDEQ digest | IFDNE digest] [GET]
    //     [EX seconds | PX milliseconds | EXAT second | PXAT millisecond | KEEPTTL]
    private static void set(Call call) {
        SetOptions options = SetOptions.ofSet(call.args());
        if (options == null) {
            call.reply().error(SYNTAX);
            return;
        }
        long deadline = 0;
        if (options.unit() != null) {
            deadline = ExpireTime.read(call, options.timeAt(), options.unit(), "set");
            if (deadline == ExpireTime.INVALID) {
                return;
            }
        }
        int ref = call.find(1);
        Comparison comparison = options.comparison();
        if (comparison != null && ref != MISSING
                && (call.refusesType(ref) || comparison.refusesOperand(call, options.operandAt()))) {
            return;
        }
        if (options.get() && !repliesString(call, ref)) {
            return;
        }
        boolean refused = ref == MISSING ? options.xx() : options.nx();
        if (refused || (comparison != null && !comparison.holds(call, ref, options.operandAt()))) {
            if (!options.get()) {
                call.reply().nil();
            }
            return;
        }
        if (options.keepTtl() && ref != MISSING) {
            deadline = call.db().deadlineMillis(ref);
        }
        put(call, 2, deadline);
        if (!options.get()) {
            call.reply().ok();
        }
    }

    // GETSET key value
    private static void getSet(Call call) {
        if (repliesString(call, call.find(1))) {
            put(call, 2, 0);
        }
    }

    // GETDEL key
    private static void getDel(Call call) {
        int ref = call.find(1);
        if (repliesString(call, ref) && ref != MISSING) {
            call.remove(1);
        }
    }

    // DELEX key [IFEQ value | IFNE value | IFDEQ digest | IFDNE digest]
    private static void delEx(Call call) {
        int count = call.args().count();
        if (count == 3 || count > 4) {
            call.reply().error(CommandError.arity("delex"));
            return;
        }
        int ref = call.find(1);
        boolean removes = ref != MISSING;
        if (removes && count == 4) {
            if (call.db().type(ref) != ValueType.STRING) {
                call.reply().error(DELEX_TYPE);
                return;
            }
            Comparison comparison = Comparison.of(call.args(), 2);
            if (comparison == null) {
                call.reply().error(DELEX_CONDITION);
                return;
            }
            if (comparison.refusesOperand(call, 3)) {
                return;
            }
            removes = comparison.holds(call, ref, 3);
        }
        if (removes) {
            call.remove(1);
        }
        call.reply().integer(removes ? 1 : 0);
    }

    // DIGEST key
    private static void digest(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (!call.refusesType(ref)) {
            call.reply().bulk(Comparison.digest(call, ref));
        }
    }

    // GETEX key [EX seconds | PX milliseconds | EXAT second | PXAT millisecond | PERSIST]
    private static void getEx(Call call) {
        SetOptions options = SetOptions.ofGetEx(call.args());
        if (options == null) {
            call.reply().error(SYNTAX);
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
            return;
        }
        if (call.refusesType(ref)) {
            return;
        }
        long deadline = 0;
        if (options.unit() != null) {
            deadline = ExpireTime.read(call, options.timeAt(), options.unit(), "getex");
            if (deadline == ExpireTime.INVALID) {
                return;
            }
        }
        Strings.reply(call, ref);
        if (options.unit() != null && deadline <= call.nowMillis()) {
            call.remove(1);
        } else if (options.unit() != null || options.persist()) {
            Args args = call.args();
            call.db().setDeadline(args.array(), args.offset(1), args.length(1), deadline);
        }
    }

    // APPEND key value
    private static void append(Call call) {
        int ref = call.find(1);
        int size = call.args().length(2);
        if (ref == MISSING) {
            put(call, 2, 0);
            call.reply().integer(size);
        } else if (!call.refusesType(ref)) {
            overwrite(call, Strings.length(call.db(), ref), 2);
        }
    }

    // STRLEN key
    private static void strlen(Call call) {
        int ref = call.peek(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref)) {
            call.reply().integer(Strings.length(call.db(), ref));
        }
    }

    // SETRANGE key offset value
    private static void setRange(Call call) {
        if (!call.readsInteger(2)) {
            return;
        }
        long at = call.number();
        if (at < 0) {
            call.reply().error(OFFSET);
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref)) {
            return;
        }
        if (call.args().length(3) == 0) {
            call.reply().integer(ref == MISSING ? 0 : Strings.length(call.db(), ref));
        } else {
            overwrite(call, at, 3);
        }
    }

    // GETRANGE key start end, SUBSTR key start end
    private static void getRange(Call call) {
        if (!call.readsStartAndStop(2)) {
            return;
        }
        long start = call.start();
        long end = call.number();
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().bulk(NOTHING);
            return;
        }
        if (call.refusesType(ref)) {
            return;
        }
        Database db = call.db();
        int length = Strings.length(db, ref);
        // Both negative and crossed is empty in Redis even where clipping at zero would make them meet.
        boolean crossed = start < 0 && end < 0 && start > end;
        long from = Math.max(start < 0 ? start + length : start, 0);
        long to = Math.min(Math.max(end < 0 ? end + length : end, 0), length - 1L);
        if (crossed || from > to) {
            call.reply().bulk(NOTHING);
        } else if (db.isInteger(ref)) {
            call.reply().bulk(Strings.bytes(db, ref), (int) from, (int) (to - from + 1));
        } else {
            call.reply().bulk(db.segment(), db.valueOffset(ref) + from, (int) (to - from + 1));
        }
    }

    // INCR key
    private static void incr(Call call) {
        add(call, 1);
    }

    // DECR key
    private static void decr(Call call) {
        add(call, -1);
    }

    // INCRBY key increment
    private static void incrBy(Call call) {
        if (call.readsInteger(2)) {
            add(call, call.number());
        }
    }

    // DECRBY key decrement
    private static void decrBy(Call call) {
        if (!call.readsInteger(2)) {
            return;
        }
        if (call.number() == Long.MIN_VALUE) {
            call.reply().error(DECREMENT_OVERFLOW);
            return;
        }
        add(call, -call.number());
    }

    // INCRBYFLOAT key increment
    private static void incrByFloat(Call call) {
        Args args = call.args();
        Database db = call.db();
        int ref = call.find(1);
        LongDouble value = LongDouble.ZERO;
        long deadline = 0;
        if (ref != MISSING) {
            if (call.refusesType(ref)) {
                return;
            }
            byte[] text = db.isInteger(ref) ? NOTHING : Strings.bytes(db, ref);
            value = db.isInteger(ref) ? LongDouble.of(db.integer(ref)) : LongDouble.parse(text, 0, text.length);
            deadline = db.deadlineMillis(ref);
        }
        LongDouble increment =
                value == null ? null : LongDouble.parse(args.array(), args.offset(2), args.length(2));
        if (value == null || increment == null) {
            call.reply().error(NOT_A_FLOAT);
            return;
        }
        LongDouble sum = value.plus(increment);
        if (sum.isInfinite()) {
            call.reply().error(NAN_OR_INFINITY);
            return;
        }
        byte[] text = sum.text().getBytes(StandardCharsets.US_ASCII);
        db.setString(args.array(), args.offset(1), args.length(1), text, 0, text.length, deadline);
        call.reply().bulk(text);
    }

    // MGET key [key ...]
    private static void mget(Call call) {
        int count = call.args().count();
        call.reply().array(count - 1);
        for (int i = 1; i < count; i++) {
            int ref = call.find(i);
            if (ref == MISSING || call.db().type(ref) != ValueType.STRING) {
                call.reply().nil();
            } else {
                Strings.reply(call, ref);
            }
        }
    }

    // MSET key value [key value ...]
    private static void mset(Call call) {
        if (call.args().count() % 2 == 0) {
            call.reply().error(CommandError.arity("mset"));
            return;
        }
        putPairs(call);
        call.reply().ok();
    }

    // MSETNX key value [key value ...]
    private static void msetNx(Call call) {
        int count = call.args().count();
        if (count % 2 == 0) {
            call.reply().error(CommandError.arity("msetnx"));
            return;
        }
        for (int i = 1; i < count; i += 2) {
            if (call.find(i) != MISSING) {
                call.reply().integer(0);
                return;
            }
        }
        putPairs(call);
        call.reply().integer(1);
    }

    // MSETEX numkeys key value [key value ...] [NX | XX]
    //     [EX seconds | PX milliseconds | EXAT second | PXAT millisecond | KEEPTTL]
    private static void msetEx(Call call) {
        Args args = call.args();
        if (!call.readsRange(1, 1, Integer.MAX_VALUE, MSETEX_NUMKEYS)) {
            return;
        }
        if (call.number() > (args.count() - 2) / 2) {
            call.reply().error(MSETEX_PAIRS);
            return;
        }
        int end = 2 + 2 * (int) call.number();
        SetOptions options = SetOptions.ofMsetEx(args, end);
        if (options == null) {
            call.reply().error(SYNTAX);
            return;
        }
        long deadline = 0;
        if (options.unit() != null) {
            deadline = ExpireTime.read(call, options.timeAt(), options.unit(), "msetex");
            if (deadline == ExpireTime.INVALID) {
                return;
            }
        }
        for (int i = 2; i < end; i += 2) {
            if (call.find(i) == MISSING ? options.xx() : options.nx()) {
                call.reply().integer(0);
                return;
            }
        }
        for (int i = 2; i < end; i += 2) {
            int ref = options.keepTtl() ? call.peek(i) : MISSING;
            put(call, i, i + 1, ref == MISSING ? deadline : call.db().deadlineMillis(ref));
        }
        call.reply().integer(1);
    }

    // SETNX key value
    private static void setNx(Call call) {
        boolean absent = call.find(1) == MISSING;
        if (absent) {
            put(call, 2, 0);
        }
        call.reply().integer(absent ? 1 : 0);
    }

    // SETEX key seconds value
    private static void setEx(Call call) {
        setWithTime(call, ExpireTime.Unit.SECONDS, "setex");
    }

    // PSETEX key milliseconds value
    private static void psetEx(Call call) {
        setWithTime(call, ExpireTime.Unit.MILLIS, "psetex");
    }

    // LCS key1 key2 [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]
    private static void lcs(Call call) {
        Lcs.run(call);
    }

    private static void setWithTime(Call call, ExpireTime.Unit unit, String name) {
        long deadline = ExpireTime.read(call, 2, unit, name);
        if (deadline != ExpireTime.INVALID) {
            put(call, 3, deadline);
            call.reply().ok();
        }
    }

    private static void putPairs(Call call) {
        Args args = call.args();
        for (int i = 1; i < args.count(); i += 2) {
            call.db().setString(
                    args.array(), args.offset(i), args.length(i),
                    args.array(), args.offset(i + 1), args.length(i + 1),
                    0);
        }
    }

    /** Sets key 1 to argument {@code valueAt}; a deadline that has passed already removes the key instead. */
    private static void put(Call call, int valueAt, long deadlineMillis) {
        put(call, 1, valueAt, deadlineMillis);
    }

    private static void put(Call call, int keyAt, int valueAt, long deadlineMillis) {
        Args args = call.args();
        if (deadlineMillis != 0 && deadlineMillis <= call.nowMillis()) {
            call.remove(keyAt);
            return;
        }
        call.db().setString(
                args.array(), args.offset(keyAt), args.length(keyAt),
                args.array(), args.offset(valueAt), args.length(valueAt),
                deadlineMillis);
    }

    /**
     * Writes argument {@code valueAt} at byte {@code at} of key 1 and replies the new length, or the error of Redis.
     */
    private static void overwrite(Call call, long at, int valueAt) {
        Args args = call.args();
        int size = args.length(valueAt);
        if (at > Strings.LENGTH_MAX_BYTES - size) {
            call.reply().error(STRING_TOO_LONG);
            return;
        }
        call.reply().integer(call.db().setRange(
                args.array(), args.offset(1), args.length(1), (int) at, args.array(), args.offset(valueAt), size));
    }

    /** Replies the string behind {@code ref} or nil; false if it is none, after replying the error. */
    private static boolean repliesString(Call call, int ref) {
        if (ref == MISSING) {
            call.reply().nil();
            return true;
        }
        if (call.refusesType(ref)) {
            return false;
        }
        Strings.reply(call, ref);
        return true;
    }

    private static void add(Call call, long increment) {
        Args args = call.args();
        Database db = call.db();
        int ref = call.find(1);
        long value = 0;
        long deadline = 0;
        if (ref != MISSING) {
            if (call.refusesType(ref)) {
                return;
            }
            deadline = db.deadlineMillis(ref);
            if (db.isInteger(ref)) {
                value = db.integer(ref);
            } else {
                byte[] text = db.valueLength(ref) > Decimal.LENGTH_MAX ? NOTHING : Strings.bytes(db, ref);
                if (!Decimal.isCanonical(text, 0, text.length)) {
                    call.reply().error(NOT_AN_INTEGER);
                    return;
                }
                value = Decimal.parse(text, 0, text.length);
            }
        }
        long sum = value + increment;
        if (((value ^ sum) & (increment ^ sum)) < 0) {
            call.reply().error(OVERFLOW);
            return;
        }
        db.setInteger(args.array(), args.offset(1), args.length(1), sum, deadline);
        call.reply().integer(sum);
    }
}
