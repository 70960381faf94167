package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.plain;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Consumer groups: making and ending them, and what they have pending. */
final class StreamGroupCommands {
    static final List<Command> TABLE = table(
            container("xgroup", -2).group("stream")
                    .doc("5.0.0", "depends on the subcommand", "Consumer groups of streams.").subs(
                    write("create", -5, StreamGroupCommands::create, DENYOOM).of("stream").key("RW INSERT", 2)
                            .syntax("key groupname id=(id | new_id=$) [MKSTREAM] [ENTRIESREAD entries_read:integer]")
                            .doc("5.0.0", "O(1)", "Makes a consumer group."),
                    write("createconsumer", 5, StreamGroupCommands::createConsumer, DENYOOM).of("stream")
                            .key("RW INSERT", 2)
                            .syntax("key groupname consumername")
                            .doc("6.2.0", "O(log N), N = consumers", "Makes a consumer in a group."),
                    write("delconsumer", 5, StreamGroupCommands::delConsumer).of("stream").key("RW DELETE", 2)
                            .syntax("key groupname consumername")
                            .doc("5.0.0", "O(N log M), N = its pending entries, M = the group's",
                                    "Removes a consumer from a group, with what it has pending."),
                    write("destroy", 4, StreamGroupCommands::destroy).of("stream").key("RW DELETE", 2)
                            .syntax("key groupname")
                            .doc("5.0.0", "O(N), N = consumers", "Removes a consumer group."),
                    plain("help", 2, StreamGroupCommands::help, LOADING, STALE).of("stream")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    write("setid", -5, StreamGroupCommands::setId).of("stream").key("RW UPDATE", 2)
                            .syntax("key groupname id=(id | new_id=$) [ENTRIESREAD entries_read:integer]")
                            .doc("5.0.0", "O(1)", "Sets from where on a consumer group reads.")),
            write("xack", -4, StreamGroupCommands::xack, FAST).of("stream").key("RW UPDATE", 1)
                    .syntax("key group id...")
                    .doc("5.0.0", "O(log N) for each id, N = pending entries", "Acknowledges pending entries."),
            write("xackdel", -6, StreamGroupCommands::xackdel, FAST).of("stream").key("RW DELETE", 1)
                    .doc("8.2.0", "O(log N) for each id and group, N = pending entries",
                            "Acknowledges pending entries and deletes them."),
            read("xpending", -3, StreamGroupCommands::xpending).of("stream").key("RO ACCESS", 1)
                    .tips("nondeterministic_output")
                    .syntax("key group [filters=([IDLE min-idle-time:integer^6.2.0] start end count:integer "
                            + "[consumer])]")
                    .doc("5.0.0", "O(N), N = entries replied or, of a summary, consumers",
                            "Tells what a consumer group has pending."));

    private StreamGroupCommands() {}

    // XGROUP CREATE key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]
    private static void create(Call call) {
        Args args = call.args();
        boolean makesStream = false;
        long entriesRead = StreamGroup.UNKNOWN;
        for (int i = 5; i < args.count(); i++) {
            if (args.is(i, "MKSTREAM")) {
                makesStream = true;
            } else if (args.is(i, "ENTRIESREAD") && i + 1 < args.count()) {
                if (!readsEntriesRead(call, ++i)) {
                    return;
                }
                entriesRead = call.number();
            } else {
                refuse(call, "XGROUP");
                return;
            }
        }
        int ref = call.find(2);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        if (ref == MISSING && !makesStream) {
            call.reply().error(StreamError.NO_KEY);
            return;
        }
        if (args.count() > 8) {
            refuse(call, "XGROUP");
            return;
        }
        StreamId id = isDollar(args, 4)
                ? ref == MISSING ? StreamId.ZERO : Streams.at(call.db(), ref).last()
                : StreamArguments.id(call, 4);
        if (id == null) {
            return;
        }
        int found = ref == MISSING ? -1 : findGroup(args, Streams.at(call.db(), ref), 3);
        if (found >= 0) {
            call.reply().error(StreamError.BUSY_GROUP);
            return;
        }
        Stream stream = ref == MISSING
                ? Streams.create(call.keyspace(), call.db(), args.array(), args.offset(2), args.length(2))
                : Streams.forWrite(call.db(), ref);
        stream.addGroup(found, args.copy(3), id, entriesRead);
        call.reply().ok();
    }

    // XGROUP CREATECONSUMER key group consumer
    private static void createConsumer(Call call) {
        StreamGroup group = groupForWrite(call);
        if (group == null) {
            return;
        }
        Args args = call.args();
        int found = group.findConsumer(args.array(), args.offset(4), args.length(4));
        if (found < 0) {
            group.addConsumer(found, args.copy(4), call.nowMillis(), -1);
        }
        call.reply().integer(found < 0 ? 1 : 0);
    }

    // XGROUP DELCONSUMER key group consumer
    private static void delConsumer(Call call) {
        if (lacksConsumer(call)) {
            call.reply().integer(0);
            return;
        }
        StreamGroup group = groupForWrite(call);
        if (group == null) {
            return;
        }
        Args args = call.args();
        int found = group.findConsumer(args.array(), args.offset(4), args.length(4));
        if (found < 0) {
            call.reply().integer(0);
            return;
        }
        call.reply().integer(group.consumer(found).pending().size());
        group.removeConsumer(found);
    }

    // XGROUP DESTROY key group
    private static void destroy(Call call) {
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return;
        }
        Stream stream = Streams.forWrite(call.db(), ref);
        int found = findGroup(call.args(), stream, 3);
        if (found >= 0) {
            stream.removeGroup(found);
        }
        call.reply().integer(found >= 0 ? 1 : 0);
    }

    // XGROUP HELP
    private static void help(Call call) {
        CommandTable.help("xgroup", call.reply());
    }

    // XGROUP SETID key group <id | $> [ENTRIESREAD entries-read]
    private static void setId(Call call) {
        Args args = call.args();
        long entriesRead = StreamGroup.UNKNOWN;
        for (int i = 5; i < args.count(); i += 2) {
            if (!args.is(i, "ENTRIESREAD") || i + 1 == args.count()) {
                refuse(call, "XGROUP");
                return;
            }
            if (!readsEntriesRead(call, i + 1)) {
                return;
            }
            entriesRead = call.number();
        }
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return;
        }
        Stream stream = Streams.at(call.db(), ref);
        int found = findGroup(args, stream, 3);
        if (found < 0) {
            call.reply().error(StreamError.noGroup(call.cText(3), call.cText(2)));
            return;
        }
        if (args.count() > 7) {
            refuse(call, "XGROUP");
            return;
        }
        StreamId id = isDollar(args, 4) ? stream.last() : StreamArguments.idOrEnd(call, 4);
        if (id != null) {
            StreamGroup group = Streams.forWrite(call.db(), ref).groupForWrite(found);
            group.last(id);
            group.entriesRead(entriesRead);
            call.reply().ok();
        }
    }

    private static boolean readsEntriesRead(Call call, int i) {
        if (!call.readsInteger(i)) {
            return false;
        }
        if (call.number() < 0 && call.number() != StreamGroup.UNKNOWN) {
            call.reply().error(StreamError.READ_NEGATIVE);
            return false;
        }
        return true;
    }

    /** The stream that argument 2 names, or MISSING after an error. */
    private static int streamOrError(Call call) {
        int ref = call.find(2);
        if (ref == MISSING) {
            call.reply().error(StreamError.NO_KEY);
            return MISSING;
        }
        return call.refusesType(ref, ValueType.STREAM) ? MISSING : ref;
    }

    /** Whether the group is there and the consumer is not: then nothing changes. */
    private static boolean lacksConsumer(Call call) {
        int ref = call.peek(2);
        if (ref == MISSING || call.db().type(ref) != ValueType.STREAM) {
            return false;
        }
        Stream stream = Streams.at(call.db(), ref);
        int found = findGroup(call.args(), stream, 3);
        Args args = call.args();
        return found >= 0 && stream.group(found).findConsumer(args.array(), args.offset(4), args.length(4)) < 0;
    }

    /** The group that arguments 2 and 3 name, to change, or null after an error. */
    private static @Nullable StreamGroup groupForWrite(Call call) {
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return null;
        }
        int found = findGroup(call.args(), Streams.at(call.db(), ref), 3);
        if (found < 0) {
            call.reply().error(StreamError.noGroup(call.cText(3), call.cText(2)));
            return null;
        }
        return Streams.forWrite(call.db(), ref).groupForWrite(found);
    }

    /** Replies that there is no such subcommand with such arguments. */
    static void refuse(Call call, String containerName) {
        call.reply().error(StreamError.subcommand(call.cText(1), containerName));
    }

    private static boolean isDollar(Args args, int i) {
        return args.length(i) == 1 && args.array()[args.offset(i)] == '$';
    }

    static int findGroup(Args args, Stream stream, int i) {
        return stream.findGroup(args.array(), args.offset(i), args.length(i));
    }

    // XACK key group id [id ...]
    private static void xack(Call call) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        int found = ref == MISSING ? -1 : findGroup(args, Streams.at(call.db(), ref), 2);
        if (found < 0) {
            call.reply().integer(0);
            return;
        }
        List<StreamId> ids = StreamCommands.ids(call, 3, args.count() - 3);
        if (ids == null) {
            return;
        }
        StreamGroup group = Streams.forWrite(call.db(), ref).groupForWrite(found);
        int acknowledged = 0;
        for (StreamId id : ids) {
            acknowledged += group.acknowledge(id.ms(), id.seq()) ? 1 : 0;
        }
        call.reply().integer(acknowledged);
    }

    // XACKDEL key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]
    private static void xackdel(Call call) {
        StreamCommands.Deletion deletion = StreamCommands.deletion(call, 3);
        if (deletion == null) {
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        Stream stream = ref == MISSING ? null : Streams.forWrite(call.db(), ref);
        int found = stream == null ? -1 : findGroup(call.args(), stream, 2);
        call.reply().array(deletion.ids().size());
        for (StreamId id : deletion.ids()) {
            if (stream == null || found < 0 || !stream.groupForWrite(found).acknowledge(id.ms(), id.seq())) {
                call.reply().integer(StreamCommands.NO_SUCH_ID);
                continue;
            }
            int result = StreamCommands.delete(stream, id, deletion.references());
            // It was pending, so it is told to be deleted, also where the entry had gone before.
            call.reply().integer(result == StreamCommands.NO_SUCH_ID ? StreamCommands.DELETED : result);
        }
    }

    // XPENDING key group [[IDLE min-idle-time] start end count [consumer]]
    private static void xpending(Call call) {
        int count = call.args().count();
        if (count != 3 && (count < 6 || count > 9)) {
            call.reply().error(CommandError.SYNTAX);
            return;
        }
        PendingRange range = count == 3 ? null : pendingRange(call);
        if (count != 3 && range == null) {
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        int found = ref == MISSING ? -1 : findGroup(call.args(), Streams.at(call.db(), ref), 2);
        if (found < 0) {
            call.reply().error(StreamError.noKeyOrGroup(call.cText(1), call.cText(2)));
            return;
        }
        StreamGroup group = Streams.at(call.db(), ref).group(found);
        if (range == null) {
            summary(call, group);
        } else {
            list(call, group, range);
        }
    }

    /** @param consumerAt 0 = of all consumers */
    private record PendingRange(StreamId start, StreamId end, long count, long minIdleMillis, int consumerAt) {}

    private static @Nullable PendingRange pendingRange(Call call) {
        Args args = call.args();
        int at = 3;
        long minIdleMillis = 0;
        if (args.is(3, "IDLE")) {
            if (!call.readsInteger(4)) {
                return null;
            }
            minIdleMillis = call.number();
            if (args.count() < 8) {
                call.reply().error(CommandError.SYNTAX);
                return null;
            }
            at = 5;
        }
        if (!call.readsInteger(at + 2)) {
            return null;
        }
        long count = Math.max(0, call.number());
        StreamId start = StreamArguments.from(call, at);
        StreamId end = start == null ? null : StreamArguments.to(call, at + 1);
        return start == null || end == null
                ? null
                : new PendingRange(start, end, count, minIdleMillis, args.count() > at + 3 ? at + 3 : 0);
    }

    private static void summary(Call call, StreamGroup group) {
        RespWriter reply = call.reply();
        IdMap pending = group.pending();
        reply.array(4);
        reply.integer(pending.size());
        if (pending.size() == 0) {
            reply.nil();
            reply.nil();
            reply.nilArray();
            return;
        }
        StreamReplies.id(call, pending.ms(pending.first()), pending.seq(pending.first()));
        StreamReplies.id(call, pending.ms(pending.last()), pending.seq(pending.last()));
        int mark = reply.arrayLater();
        int busy = 0;
        for (int i = 0; i < group.consumers(); i++) {
            StreamConsumer consumer = group.consumer(i);
            if (consumer.pending().size() > 0) {
                reply.array(2);
                reply.bulk(consumer.name());
                reply.bulk(consumer.pending().size());
                busy++;
            }
        }
        reply.arrayLength(mark, busy);
    }

    private static void list(Call call, StreamGroup group, PendingRange range) {
        Args args = call.args();
        RespWriter reply = call.reply();
        IdMap ids = group.pending();
        if (range.consumerAt() > 0) {
            int found = group.findConsumer(
                    args.array(), args.offset(range.consumerAt()), args.length(range.consumerAt()));
            if (found < 0) {
                reply.array(0);
                return;
            }
            ids = group.consumer(found).pending();
        }
        int mark = reply.arrayLater();
        int shown = 0;
        for (long place = ids.ceiling(range.start().ms(), range.start().seq());
                place != IdMap.NONE && shown < range.count();
                place = ids.next(place)) {
            long ms = ids.ms(place);
            long seq = ids.seq(place);
            if (IdMap.compare(ms, seq, range.end().ms(), range.end().seq()) > 0) {
                break;
            }
            long pending = ids == group.pending() ? place : group.pending().find(ms, seq);
            long idleMillis = call.nowMillis() - group.deliveredAt(pending);
            if (range.minIdleMillis() != 0 && idleMillis < range.minIdleMillis()) {
                continue;
            }
            shown++;
            reply.array(4);
            StreamReplies.id(call, ms, seq);
            reply.bulk(group.owner(pending).name());
            reply.integer(Math.max(0, idleMillis));
            reply.integer(group.deliveries(pending));
        }
        reply.arrayLength(mark, shown);
    }

    /** The consumer named by an argument, of the stream in another, to change; made if there is none. It was seen now. */
    static StreamConsumer consumer(Call call, StreamGroup group, int streamAt, int nameAt) {
        Args args = call.args();
        int name = args.offset(nameAt);
        if (group.findConsumer(args.array(), name, args.length(nameAt)) < 0) {
            call.also("xgroup-createconsumer", streamAt);
        }
        return Streams.consumer(group, args.array(), name, args.length(nameAt), call.nowMillis());
    }
}
