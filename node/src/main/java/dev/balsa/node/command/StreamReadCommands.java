package dev.balsa.node.command;

import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.BLOCKING;

import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.Waiters;
import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamCursor;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reading on from an id: by oneself, or as a consumer of a group. */
final class StreamReadCommands {
    static final List<Command> TABLE = table(
            read("xread", -4, StreamReadCommands::xread, BLOCKING).of("stream").keysAfter("RO ACCESS", "STREAMS", 1)
                    .syntax("[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS streams=(key... id...)")
                    .doc("5.0.0", "O(N) for each stream, N = entries replied",
                            "Replies with the entries of streams that follow given ids; may wait for some."),
            write("xreadgroup", -7, StreamReadCommands::xreadgroup, BLOCKING).of("stream")
                    .keysAfter("RO ACCESS", "STREAMS", 4)
                    .syntax("GROUP group_consumer=(group consumer) [COUNT count:integer] [BLOCK "
                            + "milliseconds:integer] [NOACK] STREAMS streams=(key... id...)")
                    .doc("5.0.0", "O(N) for each stream, N = entries replied",
                            "Replies with entries that no consumer of the group was given, or with those that this"
                                    + " one was given and has not acknowledged."));

    private static final long NEVER_WAITS = -1;

    private StreamReadCommands() {}

    // XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]
    private static void xread(Call call) {
        new Reading(call, false).run();
    }

    // XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]
    private static void xreadgroup(Call call) {
        new Reading(call, true).run();
    }

    /** One XREAD or XREADGROUP. */
    private static final class Reading {
        private final Call call;
        private final Args args;
        private final boolean grouped;
        private long count;
        private long timeoutMillis = NEVER_WAITS;
        private boolean pends = true;
        private int groupAt;
        private int streamsAt;
        private int streams;

        Reading(Call call, boolean grouped) {
            this.call = call;
            this.grouped = grouped;
            args = call.args();
        }

        void run() {
            StreamId @Nullable [] after = readsOptions() ? ids() : null;
            if (after == null) {
                return;
            }
            RespWriter reply = call.reply();
            int mark = reply.arrayLater();
            int served = 0;
            for (int i = 0; i < streams; i++) {
                int ref = call.find(streamsAt + i);
                if (ref != MISSING && (grouped ? servesGroup(i, ref, after[i]) : serves(i, ref, after[i]))) {
                    served++;
                }
            }
            if (served > 0) {
                if (reply.protocol() == 2) {
                    reply.arrayLength(mark, served);
                } else {
                    reply.mapLength(mark, served);
                }
                return;
            }
            reply.truncate(mark);
            if (timeoutMillis == NEVER_WAITS || !waits(after)) {
                reply.nilArray();
            }
        }

        private boolean waits(StreamId[] after) {
            int to = streamsAt + streams;
            return grouped
                    ? call.waits(Waiters.Kind.GROUP, streamsAt, to, groupAt, timeoutMillis, args)
                    : call.waits(Waiters.Kind.STREAM, streamsAt, to, 0, timeoutMillis, resolved(after));
        }

        /** The command with ids in the place of $ and +: what they mean is what was there when it came. */
        private Args resolved(StreamId[] after) {
            byte[][] words = new byte[args.count()][];
            for (int i = 0; i < words.length; i++) {
                int stream = i - streamsAt - streams;
                words[i] = stream < 0 ? args.copy(i) : after[stream].toString().getBytes(StandardCharsets.US_ASCII);
            }
            return Args.of(words);
        }

        private boolean readsOptions() {
            for (int i = 1; i < args.count(); i++) {
                int more = args.count() - i - 1;
                if (args.is(i, "BLOCK") && more > 0) {
                    if (!readsTimeout(++i)) {
                        return false;
                    }
                } else if (args.is(i, "COUNT") && more > 0) {
                    if (!call.readsInteger(++i)) {
                        return false;
                    }
                    count = Math.max(0, call.number());
                } else if (args.is(i, "STREAMS") && more > 0) {
                    streamsAt = i + 1;
                    if (more % 2 != 0) {
                        call.reply().error(StreamError.unbalanced(
                                grouped ? "xreadgroup" : "xread", grouped ? '>' : '$'));
                        return false;
                    }
                    streams = more / 2;
                    break;
                } else if (args.is(i, "GROUP") && more >= 2) {
                    if (!grouped) {
                        call.reply().error(StreamError.GROUP_IN_XREAD);
                        return false;
                    }
                    groupAt = i + 1;
                    i += 2;
                } else if (args.is(i, "NOACK")) {
                    if (!grouped) {
                        call.reply().error(StreamError.NOACK_IN_XREAD);
                        return false;
                    }
                    pends = false;
                } else {
                    call.reply().error(CommandError.SYNTAX);
                    return false;
                }
            }
            if (streamsAt == 0 || (grouped && groupAt == 0)) {
                call.reply().error(streamsAt == 0 ? CommandError.SYNTAX : StreamError.NO_GROUP_OPTION);
                return false;
            }
            return true;
        }

        private boolean readsTimeout(int i) {
            if (!call.readsInteger(i, StreamError.TIMEOUT)) {
                return false;
            }
            if (call.number() < 0) {
                call.reply().error(StreamError.TIMEOUT_NEGATIVE);
                return false;
            }
            if (call.number() > Long.MAX_VALUE - call.nowMillis()) {
                call.reply().error(StreamError.TIMEOUT_TOO_FAR);
                return false;
            }
            timeoutMillis = call.number();
            return true;
        }

        /** The ids to read on from, {@link StreamId#MAX} for what is new to a group; null after an error. */
        private StreamId @Nullable [] ids() {
            StreamId[] after = new StreamId[streams];
            for (int i = 0; i < streams; i++) {
                int key = streamsAt + i;
                int ref = call.find(key);
                if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
                    return null;
                }
                Stream stream = ref == MISSING ? null : Streams.at(call.db(), ref);
                if (grouped && (stream == null || findGroup(stream) < 0)) {
                    call.reply().error(StreamError.noKeyOrGroup(call.cText(key), call.cText(groupAt))
                            + " in XREADGROUP with GROUP option");
                    return null;
                }
                StreamId id = id(key + streams, stream);
                if (id == null) {
                    return null;
                }
                after[i] = id;
            }
            return after;
        }

        private @Nullable StreamId id(int i, @Nullable Stream stream) {
            char sign = args.length(i) == 1 ? (char) args.array()[args.offset(i)] : 0;
            String error = switch (sign) {
                case '$' -> grouped ? StreamError.DOLLAR_IN_XREADGROUP : null;
                case '+' -> grouped ? StreamError.PLUS_IN_XREADGROUP : null;
                case '>' -> grouped ? null : StreamError.GREATER_IN_XREAD;
                default -> null;
            };
            if (error != null) {
                call.reply().error(error);
                return null;
            }
            return switch (sign) {
                case '$' -> stream == null ? StreamId.ZERO : stream.last();
                case '+' -> stream == null ? StreamId.ZERO
                        : stream.size() == 0 ? stream.last() : stream.lastThere().previous();
                case '>' -> StreamId.MAX;
                default -> StreamArguments.id(call, i);
            };
        }

        private int findGroup(Stream stream) {
            return stream.findGroup(args.array(), args.offset(groupAt), args.length(groupAt));
        }

        private boolean serves(int i, int ref, StreamId after) {
            Stream stream = Streams.at(call.db(), ref);
            if (stream.size() == 0 || stream.lastThere().compareTo(after) <= 0) {
                return false;
            }
            begin(i);
            StreamReplies.entries(call, stream, stream.range(after.next(), StreamId.MAX, false), count);
            return true;
        }

        private boolean servesGroup(int i, int ref, StreamId after) {
            Stream stream = Streams.forWrite(call.db(), ref);
            StreamGroup group = stream.groupForWrite(findGroup(stream));
            StreamConsumer consumer = StreamGroupCommands.consumer(call, group, streamsAt + i, groupAt + 1);
            if (!after.isMax()) {
                begin(i);
                history(stream, group, consumer, after.next());
                return true;
            }
            StreamId last = group.last();
            if (stream.size() == 0 || stream.lastThere().compareTo(last) <= 0) {
                return false;
            }
            begin(i);
            int mark = call.reply().arrayLater();
            int entries = 0;
            StreamCursor cursor = stream.range(last.next(), StreamId.MAX, false);
            while ((count == 0 || entries < count) && cursor.next()) {
                Streams.deliver(stream, group, consumer, cursor, pends, call.nowMillis());
                StreamReplies.entry(call, stream, cursor);
                entries++;
            }
            call.reply().arrayLength(mark, entries);
            return true;
        }

        private void begin(int i) {
            if (call.reply().protocol() == 2) {
                call.reply().array(2);
            }
            call.reply().bulk(args, streamsAt + i);
        }

        /** What the consumer was given and has not acknowledged. */
        private void history(Stream stream, StreamGroup group, StreamConsumer consumer, StreamId from) {
            int mark = call.reply().arrayLater();
            int entries = 0;
            IdMap ids = consumer.pending();
            for (long place = ids.ceiling(from.ms(), from.seq());
                    place != IdMap.NONE && (count == 0 || entries < count);
                    place = ids.next(place)) {
                StreamId id = new StreamId(ids.ms(place), ids.seq(place));
                if (StreamReplies.entryOrNil(call, stream, id)) {
                    long pending = group.pending().find(id.ms(), id.seq());
                    group.delivered(pending, call.nowMillis(), group.deliveries(pending) + 1);
                }
                entries++;
            }
            call.reply().arrayLength(mark, entries);
        }
    }
}
