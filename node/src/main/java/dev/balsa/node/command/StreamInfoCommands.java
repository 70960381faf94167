package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.plain;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamCursor;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.List;

/** What XINFO tells of a stream, its groups and their consumers. */
final class StreamInfoCommands {
    static final List<Command> TABLE = table(
            container("xinfo", -2).group("stream")
                    .doc("5.0.0", "depends on the subcommand", "Tells about streams.").subs(
                    read("consumers", 4, StreamInfoCommands::consumers).of("stream").key("RO ACCESS", 2)
                            .tips("nondeterministic_output")
                            .syntax("key groupname")
                            .doc("5.0.0", "O(N), N = consumers", "Lists the consumers of a group."),
                    read("groups", 3, StreamInfoCommands::groups).of("stream").key("RO ACCESS", 2)
                            .syntax("key")
                            .doc("5.0.0", "O(N), N = groups", "Lists the consumer groups of a stream."),
                    plain("help", 2, StreamInfoCommands::help, LOADING, STALE).of("stream")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    read("stream", -3, StreamInfoCommands::stream).of("stream").key("RO ACCESS", 2)
                            .syntax("key [FULL full=([COUNT count:integer])]")
                            .doc("5.0.0", "O(N), N = nodes", "Tells about a stream.")));

    private static final long FULL_COUNT = 10;

    private StreamInfoCommands() {}

    // XINFO CONSUMERS key group
    private static void consumers(Call call) {
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return;
        }
        Stream stream = Streams.at(call.db(), ref);
        int found = StreamGroupCommands.findGroup(call.args(), stream, 3);
        if (found < 0) {
            call.reply().error(StreamError.noGroup(call.cText(3), call.cText(2)));
            return;
        }
        StreamGroup group = stream.group(found);
        RespWriter reply = call.reply();
        reply.array(group.consumers());
        for (int i = 0; i < group.consumers(); i++) {
            StreamConsumer consumer = group.consumer(i);
            reply.map(4);
            reply.bulk("name");
            reply.bulk(consumer.name());
            reply.bulk("pending");
            reply.integer(consumer.pending().size());
            reply.bulk("idle");
            reply.integer(Math.max(0, call.nowMillis() - consumer.seenMillis()));
            reply.bulk("inactive");
            long active = consumer.activeMillis();
            reply.integer(active == -1 ? -1 : Math.max(0, call.nowMillis() - active));
        }
    }

    // XINFO GROUPS key
    private static void groups(Call call) {
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return;
        }
        Stream stream = Streams.at(call.db(), ref);
        RespWriter reply = call.reply();
        reply.array(stream.groups());
        for (int i = 0; i < stream.groups(); i++) {
            StreamGroup group = stream.group(i);
            reply.map(6);
            reply.bulk("name");
            reply.bulk(group.name());
            reply.bulk("consumers");
            reply.integer(group.consumers());
            reply.bulk("pending");
            reply.integer(group.pending().size());
            progress(call, stream, group);
        }
    }

    private static void progress(Call call, Stream stream, StreamGroup group) {
        RespWriter reply = call.reply();
        reply.bulk("last-delivered-id");
        StreamReplies.id(call, group.last());
        reply.bulk("entries-read");
        number(reply, group.entriesRead(), StreamGroup.UNKNOWN);
        reply.bulk("lag");
        number(reply, Streams.lag(stream, group), Streams.UNKNOWN_LAG);
    }

    private static void number(RespWriter reply, long value, long unknown) {
        if (value == unknown) {
            reply.nil();
        } else {
            reply.integer(value);
        }
    }

    // XINFO HELP
    private static void help(Call call) {
        CommandTable.help("xinfo", call.reply());
    }

    // XINFO STREAM key [FULL [COUNT count]]
    private static void stream(Call call) {
        int ref = streamOrError(call);
        if (ref == MISSING) {
            return;
        }
        Args args = call.args();
        int options = args.count() - 3;
        boolean full = options > 0;
        boolean known = !full || (options != 2 && options <= 3 && args.is(3, "FULL"));
        if (!known || (options == 3 && !args.is(4, "COUNT"))) {
            StreamGroupCommands.refuse(call, "XINFO");
            return;
        }
        long count = FULL_COUNT;
        if (options == 3) {
            if (!call.readsInteger(5)) {
                return;
            }
            count = call.number() < 0 ? FULL_COUNT : call.number();
        }
        Stream stream = Streams.at(call.db(), ref);
        call.reply().map(full ? 9 : 10);
        counters(call, stream);
        if (full) {
            call.reply().bulk("entries");
            StreamReplies.entries(call, stream, stream.range(StreamId.ZERO, StreamId.MAX, false), count);
            call.reply().bulk("groups");
            call.reply().array(stream.groups());
            for (int i = 0; i < stream.groups(); i++) {
                group(call, stream, stream.group(i), count);
            }
        } else {
            call.reply().bulk("groups");
            call.reply().integer(stream.groups());
            edge(call, stream, "first-entry", false);
            edge(call, stream, "last-entry", true);
        }
    }

    private static void counters(Call call, Stream stream) {
        RespWriter reply = call.reply();
        reply.bulk("length");
        reply.integer(stream.size());
        reply.bulk("radix-tree-keys");
        reply.integer(stream.nodeIds().size());
        reply.bulk("radix-tree-nodes");
        reply.integer(stream.radixNodes());
        reply.bulk("last-generated-id");
        StreamReplies.id(call, stream.last());
        reply.bulk("max-deleted-entry-id");
        StreamReplies.id(call, stream.maxDeleted());
        reply.bulk("entries-added");
        reply.integer(stream.entriesAdded());
        reply.bulk("recorded-first-entry-id");
        StreamReplies.id(call, stream.first());
    }

    private static void edge(Call call, Stream stream, String name, boolean last) {
        call.reply().bulk(name);
        StreamCursor cursor = stream.range(StreamId.ZERO, StreamId.MAX, last);
        if (cursor.next()) {
            StreamReplies.entry(call, stream, cursor);
        } else {
            call.reply().nil();
        }
    }

    private static void group(Call call, Stream stream, StreamGroup group, long count) {
        RespWriter reply = call.reply();
        IdMap pending = group.pending();
        reply.map(7);
        reply.bulk("name");
        reply.bulk(group.name());
        progress(call, stream, group);
        reply.bulk("pel-count");
        reply.integer(pending.size());
        reply.bulk("pending");
        reply.array(count == 0 ? pending.size() : Math.min(count, pending.size()));
        long left = count == 0 ? Long.MAX_VALUE : count;
        for (long place = pending.first(); place != IdMap.NONE && left > 0; place = pending.next(place), left--) {
            reply.array(4);
            StreamReplies.id(call, pending.ms(place), pending.seq(place));
            reply.bulk(group.owner(place).name());
            reply.integer(group.deliveredAt(place));
            reply.integer(group.deliveries(place));
        }
        reply.bulk("consumers");
        reply.array(group.consumers());
        for (int i = 0; i < group.consumers(); i++) {
            consumer(call, group, group.consumer(i), count);
        }
    }

    private static void consumer(Call call, StreamGroup group, StreamConsumer consumer, long count) {
        RespWriter reply = call.reply();
        IdMap ids = consumer.pending();
        reply.map(5);
        reply.bulk("name");
        reply.bulk(consumer.name());
        reply.bulk("seen-time");
        reply.integer(consumer.seenMillis());
        reply.bulk("active-time");
        reply.integer(consumer.activeMillis());
        reply.bulk("pel-count");
        reply.integer(ids.size());
        reply.bulk("pending");
        reply.array(count == 0 ? ids.size() : Math.min(count, ids.size()));
        long left = count == 0 ? Long.MAX_VALUE : count;
        for (long place = ids.first(); place != IdMap.NONE && left > 0; place = ids.next(place), left--) {
            long pending = group.pending().find(ids.ms(place), ids.seq(place));
            reply.array(3);
            StreamReplies.id(call, ids.ms(place), ids.seq(place));
            reply.integer(group.deliveredAt(pending));
            reply.integer(group.deliveries(pending));
        }
    }

    /** The stream that argument 2 names, or MISSING after an error. */
    private static int streamOrError(Call call) {
        int ref = call.find(2);
        if (ref == MISSING) {
            call.reply().error(CommandError.NO_SUCH_KEY);
            return MISSING;
        }
        return call.refusesType(ref, ValueType.STREAM) ? MISSING : ref;
    }
}
