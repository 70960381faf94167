package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.HASH_NOT_A_FLOAT;
import static dev.balsa.node.command.CommandError.HASH_NOT_AN_INTEGER;
import static dev.balsa.node.command.CommandError.NAN_OR_INFINITY;
import static dev.balsa.node.command.CommandError.NOT_A_FLOAT;
import static dev.balsa.node.command.CommandError.OUT_OF_RANGE;
import static dev.balsa.node.command.CommandError.OVERFLOW;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Hashes;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands on hashes. The table is the contents page; methods follow in its order. */
final class HashCommands {
    static final List<Command> TABLE = table(
            write("hset", -4, HashCommands::hset, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .syntax("key field_value=(field value)...")
                    .doc("2.0.0", "O(N), N = fields", "Sets fields of a hash, creating it if it is missing."),
            write("hmset", -4, HashCommands::hmset, DENYOOM, FAST).of("hash").key("RW UPDATE", 1)
                    .replaced("4.0.0", "`HSET` with multiple field-value pairs")
                    .syntax("key field_value=(field value)...")
                    .doc("2.0.0", "O(N), N = fields", "Sets fields of a hash, creating it if it is missing."),
            write("hsetnx", 4, HashCommands::hsetNx, DENYOOM, FAST).of("hash").key("RW INSERT", 1)
                    .syntax("key field value")
                    .doc("2.0.0", "O(1)", "Sets a field of a hash if the hash has no such field."),
            read("hget", 3, HashCommands::hget, FAST).of("hash").key("RO ACCESS", 1)
                    .syntax("key field")
                    .doc("2.0.0", "O(1)", "Replies with the value of a field of a hash."),
            read("hmget", -3, HashCommands::hmget, FAST).of("hash").key("RO ACCESS", 1)
                    .syntax("key field...")
                    .doc("2.0.0", "O(N), N = fields asked for", "Replies with the values of several fields of a hash."),
            read("hgetall", 2, HashCommands::hgetAll).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output_order")
                    .syntax("key")
                    .doc("2.0.0", "O(N), N = fields", "Replies with all fields of a hash and their values."),
            read("hkeys", 2, HashCommands::hkeys).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output_order")
                    .syntax("key")
                    .doc("2.0.0", "O(N), N = fields", "Replies with the names of all fields of a hash."),
            read("hvals", 2, HashCommands::hvals).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output_order")
                    .syntax("key")
                    .doc("2.0.0", "O(N), N = fields", "Replies with the values of all fields of a hash."),
            read("hlen", 2, HashCommands::hlen, FAST).of("hash").key("RO", 1)
                    .syntax("key")
                    .doc("2.0.0", "O(1)", "Counts the fields of a hash."),
            read("hexists", 3, HashCommands::hexists, FAST).of("hash").key("RO", 1)
                    .syntax("key field")
                    .doc("2.0.0", "O(1)", "Tells whether a hash has a field."),
            write("hdel", -3, HashCommands::hdel, FAST).of("hash").key("RW DELETE", 1)
                    .syntax("key field...")
                    .doc("2.0.0", "O(N), N = fields removed", "Removes fields of a hash, with the last one the hash."),
            read("hstrlen", 3, HashCommands::hstrlen, FAST).of("hash").key("RO", 1)
                    .syntax("key field")
                    .doc("3.2.0", "O(1)", "Replies with the length of the value of a field of a hash."),
            write("hincrby", 4, HashCommands::hincrBy, DENYOOM, FAST).of("hash").key("RW ACCESS UPDATE", 1)
                    .syntax("key field increment:integer")
                    .doc("2.0.0", "O(1)", "Adds a number to the integer in a field; a missing field counts as 0."),
            write("hincrbyfloat", 4, HashCommands::hincrByFloat, DENYOOM, FAST).of("hash")
                    .key("RW ACCESS UPDATE", 1)
                    .syntax("key field increment:double")
                    .doc("2.6.0", "O(1)",
                            "Adds a floating point number to the number in a field; a missing field counts as 0."),
            read("hrandfield", -2, HashCommands::hrandField).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key [options=(count:integer [WITHVALUES])]")
                    .doc("6.2.0", "O(N), N = fields replied", "Replies with fields of a hash picked at random."),
            read("hscan", -3, HashCommands::hscan).of("hash").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key cursor:integer [MATCH pattern] [COUNT count:integer]")
                    .doc("2.8.0", "O(1) a call, O(N) for all fields", "Walks through the fields of a hash in steps."));

    private HashCommands() {}

    // HSET key field value [field value ...]
    private static void hset(Call call) {
        int added = put(call, "hset");
        if (added >= 0) {
            call.reply().integer(added);
        }
    }

    // HMSET key field value [field value ...]
    private static void hmset(Call call) {
        if (put(call, "hmset") >= 0) {
            call.reply().ok();
        }
    }

    /** How many fields are new, or -1 after replying an error. */
    private static int put(Call call, String name) {
        Args args = call.args();
        if (args.count() % 2 == 1) {
            call.reply().error(CommandError.arity(name));
            return -1;
        }
        Hashes hashes = open(call);
        if (hashes == null) {
            return -1;
        }
        hashes.expect((args.count() - 2) / 2);
        int added = 0;
        for (int i = 2; i < args.count(); i += 2) {
            added += put(hashes, args, i) ? 1 : 0;
        }
        return added;
    }

    // HSETNX key field value
    private static void hsetNx(Call call) {
        Hashes hashes = open(call);
        if (hashes == null) {
            return;
        }
        boolean free = !finds(hashes, call.args(), 2);
        if (free) {
            put(hashes, call.args(), 2);
        }
        call.reply().integer(free ? 1 : 0);
    }

    // HGET key field
    private static void hget(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            replyField(call, ref, 2);
        }
    }

    // HMGET key field [field ...]
    private static void hmget(Call call) {
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.HASH)) {
            return;
        }
        int count = call.args().count();
        call.reply().array(count - 2L);
        for (int i = 2; i < count; i++) {
            if (ref == MISSING) {
                call.reply().nil();
            } else {
                replyField(call, ref, i);
            }
        }
    }

    private static void replyField(Call call, int ref, int i) {
        Hashes hashes = call.db().hashes();
        if (finds(hashes, ref, call.args(), i)) {
            Strings.reply(call.reply(), hashes.value());
        } else {
            call.reply().nil();
        }
    }

    // HGETALL key
    private static void hgetAll(Call call) {
        int ref = call.find(1);
        RespWriter reply = call.reply();
        if (ref == MISSING) {
            reply.map(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            Hashes hashes = call.db().hashes();
            reply.map(hashes.size(ref));
            replyAll(call, ref, true, true);
        }
    }

    // HKEYS key
    private static void hkeys(Call call) {
        replyAll(call, true, false);
    }

    // HVALS key
    private static void hvals(Call call) {
        replyAll(call, false, true);
    }

    private static void replyAll(Call call, boolean fields, boolean values) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().array(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            Hashes hashes = call.db().hashes();
            call.reply().array(hashes.size(ref));
            replyAll(call, ref, fields, values);
        }
    }

    private static void replyAll(Call call, int ref, boolean fields, boolean values) {
        if (call.db().isLarge(ref)) {
            call.reply(ref, new ElementSlices(call.db().large(ref), call.nowMillis(), fields, values));
            return;
        }
        RespWriter reply = call.reply();
        call.db().hashes().forEach(ref, (field, value) -> {
            if (fields) {
                Strings.reply(reply, field);
            }
            if (values) {
                Strings.reply(reply, value);
            }
        });
    }

    // HLEN key
    private static void hlen(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            call.reply().integer(call.db().hashes().size(ref));
        }
    }

    // HEXISTS key field
    private static void hexists(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            call.reply().integer(finds(call.db().hashes(), ref, call.args(), 2) ? 1 : 0);
        }
    }

    // HDEL key field [field ...]
    private static void hdel(Call call) {
        Hashes hashes = open(call);
        if (hashes == null) {
            return;
        }
        call.replyRemoved(hashes::exists, hashes::remove);
    }

    // HSTRLEN key field
    private static void hstrlen(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            Hashes hashes = call.db().hashes();
            call.reply().integer(finds(hashes, ref, call.args(), 2) ? hashes.value().length() : 0);
        }
    }

    // HINCRBY key field increment
    private static void hincrBy(Call call) {
        if (!call.readsInteger(3)) {
            return;
        }
        Hashes hashes = open(call);
        if (hashes == null) {
            return;
        }
        long value = 0;
        if (finds(hashes, call.args(), 2)) {
            StringView old = hashes.value();
            if (!old.isInteger()) {
                call.reply().error(HASH_NOT_AN_INTEGER);
                return;
            }
            value = old.toLong();
        }
        long sum = value + call.number();
        if (((value ^ sum) & (call.number() ^ sum)) < 0) {
            call.reply().error(OVERFLOW);
            return;
        }
        byte[] text = new byte[Decimal.LENGTH_MAX];
        int length = Decimal.write(sum, text);
        hashes.update(call.args().array(), call.args().offset(2), call.args().length(2), text, length);
        call.reply().integer(sum);
    }

    // HINCRBYFLOAT key field increment
    private static void hincrByFloat(Call call) {
        Args args = call.args();
        LongDouble increment = LongDouble.parse(args.array(), args.offset(3), args.length(3));
        if (increment == null) {
            call.reply().error(NOT_A_FLOAT);
            return;
        }
        if (increment.isInfinite()) {
            call.reply().error(CommandError.VALUE_NAN_OR_INFINITY);
            return;
        }
        Hashes hashes = open(call);
        if (hashes == null) {
            return;
        }
        LongDouble value = LongDouble.ZERO;
        if (finds(hashes, args, 2)) {
            byte[] old = hashes.value().copy();
            value = LongDouble.parse(old, 0, old.length);
        }
        if (value == null) {
            call.reply().error(HASH_NOT_A_FLOAT);
            return;
        }
        LongDouble sum = value.plus(increment);
        if (sum.isInfinite()) {
            call.reply().error(NAN_OR_INFINITY);
            return;
        }
        byte[] text = sum.text().getBytes(StandardCharsets.US_ASCII);
        hashes.update(args.array(), args.offset(2), args.length(2), text, text.length);
        call.reply().bulk(text);
    }

    // HRANDFIELD key [count [WITHVALUES]]
    private static void hrandField(Call call) {
        Args args = call.args();
        if (args.count() == 2) {
            int ref = call.find(1);
            if (ref == MISSING) {
                call.reply().nil();
            } else if (!call.refusesType(ref, ValueType.HASH)) {
                Hashes hashes = call.db().hashes();
                hashes.random(ref, call.seed());
                Strings.reply(call.reply(), hashes.field());
            }
            return;
        }
        if (!RandomPick.readsCount(call, 2)) {
            return;
        }
        long count = call.number();
        if (args.count() > 4 || (args.count() == 4 && !args.is(3, "WITHVALUES"))) {
            call.reply().error(SYNTAX);
            return;
        }
        boolean withValues = args.count() == 4;
        if (withValues && (count > Long.MAX_VALUE / 2 || count < -(Long.MAX_VALUE / 2))) {
            call.reply().error(OUT_OF_RANGE);
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().array(0);
        } else if (!call.refusesType(ref, ValueType.HASH)) {
            replyRandom(call, ref, count, withValues);
        }
    }

    private static void replyRandom(Call call, int ref, long count, boolean withValues) {
        RespWriter reply = call.reply();
        Hashes hashes = call.db().hashes();
        long size = hashes.size(ref);
        long wanted = count < 0 ? -count : Math.min(count, size);
        boolean pairs = withValues && reply.protocol() == 3;
        reply.array(withValues && !pairs ? 2 * wanted : wanted);
        RandomPick pick = new RandomPick(call.seed(), size, wanted);
        Hashes.Visitor visitor = (field, value) -> {
            if (pairs) {
                reply.array(2);
            }
            Strings.reply(reply, field);
            if (withValues) {
                Strings.reply(reply, value);
            }
        };
        if (count >= 0 && pick.walks()) {
            hashes.forEach(ref, (field, value) -> {
                if (pick.takes()) {
                    visitor.visit(field, value);
                }
            });
            return;
        }
        for (long left = wanted; left > 0; ) {
            int picked = hashes.random(ref, pick.nextSeed());
            if (count < 0 || pick.isNew(picked)) {
                visitor.visit(hashes.field(), hashes.value());
                left--;
            }
        }
    }

    // HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]
    private static void hscan(Call call) {
        ElementScan scan = ElementScan.of(call, ValueType.HASH);
        if (scan != null) {
            RespWriter reply = call.reply();
            scan.end(call.db().hashes().scan(scan.ref(), scan.cursor(), scan.count(), (field, value) -> {
                if (scan.matches(field)) {
                    Strings.reply(reply, field);
                    if (scan.values()) {
                        Strings.reply(reply, value);
                    }
                    scan.wrote(scan.values() ? 2 : 1);
                }
            }));
        }
    }

    // -- what most of them do -------------------------------------------------------------------------------------

    /** The hash that argument 1 names, there or not, ready to be changed; null after replying an error. */
    static @Nullable Hashes open(Call call) {
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.HASH)) {
            return null;
        }
        Hashes hashes = call.db().hashes();
        hashes.open(call.args().array(), call.args().offset(1), call.args().length(1), ref);
        return hashes;
    }

    /** Sets the field that argument {@code i} names to the argument behind it. */
    static boolean put(Hashes hashes, Args args, int i) {
        return hashes.put(
                args.array(), args.offset(i), args.length(i), args.array(), args.offset(i + 1), args.length(i + 1));
    }

    /** Whether the hash that was opened has the field that argument {@code i} names. */
    static boolean finds(Hashes hashes, Args args, int i) {
        return hashes.exists() && finds(hashes, hashes.ref(), args, i);
    }

    private static boolean finds(Hashes hashes, int ref, Args args, int i) {
        return hashes.find(ref, args.array(), args.offset(i), args.length(i));
    }
}
