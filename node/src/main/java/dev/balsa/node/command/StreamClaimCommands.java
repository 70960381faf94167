package dev.balsa.node.command;

import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Taking over what other consumers have pending. */
final class StreamClaimCommands {
    static final List<Command> TABLE = table(
            write("xclaim", -6, StreamClaimCommands::xclaim, FAST).of("stream").key("RW UPDATE", 1)
                    .tips("nondeterministic_output")
                    .syntax("key group consumer min-idle-time id... [IDLE ms:integer] [TIME "
                            + "unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID "
                            + "id]")
                    .doc("5.0.0", "O(log N) for each id, N = pending entries",
                            "Gives pending entries to another consumer."),
            write("xautoclaim", -6, StreamClaimCommands::xautoclaim, FAST).of("stream").key("RW DELETE", 1)
                    .tips("nondeterministic_output")
                    .syntax("key group consumer min-idle-time start [COUNT count:integer] [JUSTID]")
                    .doc("6.2.0", "O(N), N = COUNT",
                            "Gives entries that are pending for long to another consumer, a few at a time."));

    /** How many pending entries XAUTOCLAIM looks at for each that it may claim. */
    private static final int LOOKS_PER_CLAIM = 10;

    private static final long AUTOCLAIM_COUNT = 100;

    private StreamClaimCommands() {}

    // XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count]
    //     [FORCE] [JUSTID] [LASTID last-id]
    private static void xclaim(Call call) {
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        int found = findGroup(call, ref);
        if (found < 0 || !call.readsInteger(4, StreamError.CLAIM_MIN_IDLE)) {
            return;
        }
        Claim claim = new Claim();
        claim.minIdleMillis = Math.max(0, call.number());
        int options = 5;
        List<StreamId> ids = new ArrayList<>();
        for (StreamId id = strictId(call, options); id != null; id = strictId(call, ++options)) {
            ids.add(id);
        }
        if (!readsOptions(call, options, claim)) {
            return;
        }
        Stream stream = Streams.forWrite(call.db(), ref);
        StreamGroup group = stream.groupForWrite(found);
        if (claim.lastId.compareTo(group.last()) > 0) {
            group.last(claim.lastId);
        }
        StreamConsumer consumer = consumer(call, group);
        int mark = call.reply().arrayLater();
        int claimed = 0;
        for (StreamId id : ids) {
            if (claim(call, stream, group, consumer, id, claim)) {
                reply(call, stream, id, claim.justId);
                claimed++;
            }
        }
        call.reply().arrayLength(mark, claimed);
    }

    private static final class Claim {
        long minIdleMillis;
        long deliveredAt = -1;
        long deliveries = -1;
        StreamId lastId = StreamId.ZERO;
        boolean force;
        boolean justId;
    }

    private static @Nullable StreamId strictId(Call call, int i) {
        return i < call.args().count() ? StreamArguments.strictId(call.args(), i) : null;
    }

    private static boolean readsOptions(Call call, int from, Claim claim) {
        Args args = call.args();
        long now = call.nowMillis();
        for (int i = from; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (args.is(i, "FORCE")) {
                claim.force = true;
            } else if (args.is(i, "JUSTID")) {
                claim.justId = true;
            } else if (args.is(i, "IDLE") && more) {
                if (!call.readsInteger(++i, StreamError.CLAIM_IDLE)) {
                    return false;
                }
                claim.deliveredAt = now - call.number();
            } else if (args.is(i, "TIME") && more) {
                if (!call.readsInteger(++i, StreamError.CLAIM_TIME)) {
                    return false;
                }
                claim.deliveredAt = call.number();
            } else if (args.is(i, "RETRYCOUNT") && more) {
                if (!call.readsInteger(++i, StreamError.CLAIM_RETRYCOUNT)) {
                    return false;
                }
                claim.deliveries = call.number();
            } else if (args.is(i, "LASTID") && more) {
                StreamId id = StreamArguments.id(call, ++i);
                if (id == null) {
                    return false;
                }
                claim.lastId = id;
            } else {
                call.reply().error(StreamError.claimOption(call.cText(i)));
                return false;
            }
        }
        // Clients count from clocks of their own: what lies in the future, or before all time, means now.
        if (claim.deliveredAt < 0 || claim.deliveredAt > now) {
            claim.deliveredAt = now;
        }
        return true;
    }

    private static boolean claim(
            Call call, Stream stream, StreamGroup group, StreamConsumer consumer, StreamId id, Claim claim) {
        long place = group.pending().find(id.ms(), id.seq());
        if (!stream.has(id)) {
            if (place != IdMap.NONE) {
                group.remove(place);
            }
            return false;
        }
        if (place == IdMap.NONE) {
            if (!claim.force) {
                return false;
            }
            place = group.add(consumer, id.ms(), id.seq(), claim.deliveredAt, 1);
        } else if (claim.minIdleMillis != 0
                && call.nowMillis() - group.deliveredAt(place) < claim.minIdleMillis) {
            return false;
        }
        group.give(place, consumer);
        long counted = group.deliveries(place) + (claim.justId ? 0 : 1);
        group.delivered(place, claim.deliveredAt, claim.deliveries >= 0 ? claim.deliveries : counted);
        consumer.active(call.nowMillis());
        return true;
    }

    // XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]
    private static void xautoclaim(Call call) {
        Args args = call.args();
        if (!call.readsInteger(4, StreamError.AUTOCLAIM_MIN_IDLE)) {
            return;
        }
        long minIdleMillis = Math.max(0, call.number());
        StreamId start = StreamArguments.from(call, 5);
        if (start == null) {
            return;
        }
        long count = AUTOCLAIM_COUNT;
        boolean justId = false;
        for (int i = 6; i < args.count(); i++) {
            if (args.is(i, "COUNT") && i + 1 < args.count()) {
                if (!call.readsInteger(++i, StreamError.COUNT_POSITIVE)) {
                    return;
                }
                count = call.number();
                if (count < 1 || count > Long.MAX_VALUE / 16) {
                    call.reply().error(StreamError.COUNT_POSITIVE);
                    return;
                }
            } else if (args.is(i, "JUSTID")) {
                justId = true;
            } else {
                call.reply().error(CommandError.SYNTAX);
                return;
            }
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        int found = findGroup(call, ref);
        if (found >= 0) {
            Stream stream = Streams.forWrite(call.db(), ref);
            autoclaim(call, stream, stream.groupForWrite(found), minIdleMillis, start, count, justId);
        }
    }

    private static void autoclaim(
            Call call, Stream stream, StreamGroup group, long minIdleMillis, StreamId start, long count,
            boolean justId) {
        StreamConsumer consumer = consumer(call, group);
        IdMap pending = group.pending();
        List<StreamId> claimed = new ArrayList<>();
        List<StreamId> gone = new ArrayList<>();
        long now = call.nowMillis();
        long place = pending.ceiling(start.ms(), start.seq());
        long looks = count * LOOKS_PER_CLAIM;
        for (; place != IdMap.NONE && looks > 0 && claimed.size() + gone.size() < count; looks--) {
            StreamId id = new StreamId(pending.ms(place), pending.seq(place));
            if (!stream.has(id)) {
                group.remove(place);
                gone.add(id);
                place = pending.ceiling(id.ms(), id.seq());
                continue;
            }
            if (minIdleMillis == 0 || now - group.deliveredAt(place) >= minIdleMillis) {
                group.give(place, consumer);
                group.delivered(place, now, group.deliveries(place) + (justId ? 0 : 1));
                consumer.active(now);
                claimed.add(id);
            }
            place = pending.next(place);
        }
        call.reply().array(3);
        StreamReplies.id(
                call, place == IdMap.NONE ? StreamId.ZERO : new StreamId(pending.ms(place), pending.seq(place)));
        call.reply().array(claimed.size());
        for (StreamId id : claimed) {
            reply(call, stream, id, justId);
        }
        call.reply().array(gone.size());
        for (StreamId id : gone) {
            StreamReplies.id(call, id);
        }
    }

    private static void reply(Call call, Stream stream, StreamId id, boolean justId) {
        if (justId) {
            StreamReplies.id(call, id);
        } else {
            StreamReplies.entryOrNil(call, stream, id);
        }
    }

    private static int findGroup(Call call, int ref) {
        int found = ref == MISSING
                ? -1
                : StreamGroupCommands.findGroup(call.args(), Streams.at(call.db(), ref), 2);
        if (found < 0) {
            call.reply().error(StreamError.noKeyOrGroup(call.cText(1), call.cText(2)));
        }
        return found;
    }

    private static StreamConsumer consumer(Call call, StreamGroup group) {
        return StreamGroupCommands.consumer(call, group, 1, 3);
    }
}
