package dev.balsa.node.command;

import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.Args;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands on the entries of streams. The table is the contents page; methods follow in its order. */
final class StreamCommands {
    static final List<Command> TABLE = table(
            write("xadd", -5, StreamCommands::xadd, DENYOOM, FAST).of("stream").key("RW UPDATE", 1)
                    .notes("UPDATE instead of INSERT because of the optional trimming feature")
                    .tips("nondeterministic_output")
                    .syntax("key [NOMKSTREAM^6.2.0] [trim=(strategy=(MAXLEN | MINID^6.2.0) [operator=(equal== | "
                            + "approximately=~)] threshold [LIMIT count:integer^6.2.0])] id_or_auto=(auto_id=* | id) "
                            + "field_value=(field value)...")
                    .doc("5.0.0", "O(1), and O(N) with trimming, N = entries removed",
                            "Adds an entry to a stream, creating the key if it is missing."),
            read("xlen", 2, StreamCommands::xlen, FAST).of("stream").key("RO", 1)
                    .syntax("key")
                    .doc("5.0.0", "O(1)", "Replies with the number of entries of a stream."),
            read("xrange", -4, StreamCommands::xrange).of("stream").key("RO ACCESS", 1)
                    .syntax("key start end [COUNT count:integer]")
                    .doc("5.0.0", "O(N), N = entries replied", "Replies with the entries between two ids."),
            read("xrevrange", -4, StreamCommands::xrevrange).of("stream").key("RO ACCESS", 1)
                    .syntax("key end start [COUNT count:integer]")
                    .doc("5.0.0", "O(N), N = entries replied",
                            "Replies with the entries between two ids, the last one first."),
            write("xdel", -3, StreamCommands::xdel, FAST).of("stream").key("RW DELETE", 1)
                    .syntax("key id...")
                    .doc("5.0.0", "O(1) for each id", "Deletes entries of a stream."),
            write("xdelex", -5, StreamCommands::xdelex, FAST).of("stream").key("RW DELETE", 1)
                    .doc("8.2.0", "O(1) for each id and group",
                            "Deletes entries of a stream, and says what becomes of groups that have them pending."),
            write("xtrim", -4, StreamCommands::xtrim).of("stream").key("RW DELETE", 1)
                    .tips("nondeterministic_output")
                    .syntax("key trim=(strategy=(MAXLEN | MINID^6.2.0) [operator=(equal== | approximately=~)] "
                            + "threshold [LIMIT count:integer^6.2.0])")
                    .doc("5.0.0", "O(N), N = entries removed", "Removes entries from the beginning of a stream."),
            write("xsetid", -3, StreamCommands::xsetid, DENYOOM, FAST).of("stream").key("RW UPDATE", 1)
                    .syntax("key last-id [ENTRIESADDED entries_added:integer^7.0.0] [MAXDELETEDID "
                            + "max_deleted_entry_id^7.0.0]")
                    .doc("5.0.0", "O(1)", "Sets the last id of a stream, and what it counted."));

    private StreamCommands() {}

    // XADD key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]
    private static void xadd(Call call) {
        Args args = call.args();
        StreamArguments.Addition addition = StreamArguments.addition(call, true);
        if (addition == null) {
            return;
        }
        int fieldsAt = addition.idAt() + 1;
        int strings = args.count() - fieldsAt;
        if (strings < 2 || strings % 2 == 1) {
            call.reply().error(CommandError.arity("xadd"));
            return;
        }
        StreamId given = addition.id();
        if (given != null && given.isZero() && addition.seqGiven()) {
            call.reply().error(StreamError.ID_ZERO);
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        if (ref == MISSING && !addition.makesStream()) {
            call.reply().nil();
            return;
        }
        var fields = new StreamArguments.Fields(args, fieldsAt);
        StreamId last = ref == MISSING ? StreamId.ZERO : Streams.at(call.db(), ref).last();
        String error = last.isMax() ? StreamError.EXHAUSTED : Stream.fits(fields) ? null : StreamError.TOO_LARGE;
        StreamId id = error == null ? nextId(call, last, given, addition.seqGiven()) : null;
        if (id == null) {
            call.reply().error(error == null ? StreamError.ID_TOO_LOW : error);
            return;
        }
        Stream stream = ref == MISSING
                ? Streams.create(call.keyspace(), call.db(), args.array(), args.offset(1), args.length(1))
                : Streams.forWrite(call.db(), ref);
        stream.add(id, fields, call.keyspace().limits());
        if (addition.trim() != null && stream.trim(addition.trim()) > 0) {
            call.also("xtrim", 1);
        }
        StreamReplies.id(call, id);
    }

    /** The id of an entry to be added, or null if it would not be higher than the last one. */
    private static @Nullable StreamId nextId(Call call, StreamId last, @Nullable StreamId given, boolean seqGiven) {
        if (given == null) {
            return Streams.nextId(last, call.nowMillis());
        }
        StreamId id = given;
        if (!seqGiven && given.ms() == last.ms()) {
            if (last.seq() == -1) {
                return null;
            }
            id = last.next();
        }
        return id.compareTo(last) > 0 ? id : null;
    }

    // XLEN key
    private static void xlen(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.STREAM)) {
            call.reply().integer(Streams.at(call.db(), ref).size());
        }
    }

    // XRANGE key start end [COUNT count]
    private static void xrange(Call call) {
        range(call, StreamArguments.from(call, 2), 3, false);
    }

    // XREVRANGE key end start [COUNT count]
    private static void xrevrange(Call call) {
        range(call, StreamArguments.from(call, 3), 2, true);
    }

    private static void range(Call call, @Nullable StreamId start, int endAt, boolean backwards) {
        StreamId end = start == null ? null : StreamArguments.to(call, endAt);
        if (start == null || end == null) {
            return;
        }
        Args args = call.args();
        long count = -1;
        for (int i = 4; i < args.count(); i += 2) {
            if (i + 1 == args.count() || !args.is(i, "COUNT")) {
                call.reply().error(CommandError.SYNTAX);
                return;
            }
            if (!call.readsInteger(i + 1)) {
                return;
            }
            count = Math.max(0, call.number());
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().array(0);
        } else if (!call.refusesType(ref, ValueType.STREAM)) {
            if (count == 0) {
                call.reply().nilArray();
                return;
            }
            Stream stream = Streams.at(call.db(), ref);
            StreamReplies.entries(call, stream, stream.range(start, end, backwards), Math.max(0, count));
        }
    }

    // XDEL key id [id ...]
    private static void xdel(Call call) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
            return;
        }
        if (call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        List<StreamId> ids = ids(call, 2, args.count() - 2);
        if (ids == null) {
            return;
        }
        Stream stream = Streams.forWrite(call.db(), ref);
        int deleted = 0;
        for (StreamId id : ids) {
            deleted += stream.delete(id) ? 1 : 0;
        }
        call.reply().integer(deleted);
    }

    // XDELEX key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]
    private static void xdelex(Call call) {
        Deletion deletion = deletion(call, 2);
        if (deletion == null) {
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.STREAM)) {
            return;
        }
        Stream stream = ref == MISSING ? null : Streams.forWrite(call.db(), ref);
        call.reply().array(deletion.ids().size());
        for (StreamId id : deletion.ids()) {
            call.reply().integer(stream == null ? NO_SUCH_ID : delete(stream, id, deletion.references()));
        }
    }

    // XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]
    private static void xtrim(Call call) {
        StreamArguments.Addition addition = StreamArguments.addition(call, false);
        if (addition == null) {
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.STREAM) && addition.trim() != null) {
            call.reply().integer(Streams.forWrite(call.db(), ref).trim(addition.trim()));
        }
    }

    // XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]
    private static void xsetid(Call call) {
        Args args = call.args();
        StreamId id = StreamArguments.id(call, 2);
        if (id == null) {
            return;
        }
        long added = -1;
        StreamId maxDeleted = StreamId.ZERO;
        for (int i = 3; i < args.count(); i += 2) {
            boolean more = i + 1 < args.count();
            if (more && args.is(i, "ENTRIESADDED")) {
                if (!call.readsInteger(i + 1)) {
                    return;
                }
                added = call.number();
            } else if (more && args.is(i, "MAXDELETEDID")) {
                StreamId deleted = StreamArguments.id(call, i + 1);
                if (deleted == null) {
                    return;
                }
                maxDeleted = deleted;
            } else {
                call.reply().error(CommandError.SYNTAX);
                return;
            }
            if (args.is(i, "ENTRIESADDED") ? added < 0 : id.compareTo(maxDeleted) < 0) {
                call.reply().error(
                        args.is(i, "ENTRIESADDED") ? StreamError.ADDED_NEGATIVE : StreamError.BELOW_GIVEN_DELETED);
                return;
            }
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().error(CommandError.NO_SUCH_KEY);
        } else if (!call.refusesType(ref, ValueType.STREAM)) {
            setId(call, ref, id, added, maxDeleted);
        }
    }

    private static void setId(Call call, int ref, StreamId id, long added, StreamId maxDeleted) {
        Stream stream = Streams.at(call.db(), ref);
        String error = id.compareTo(stream.maxDeleted()) < 0 ? StreamError.BELOW_DELETED
                : stream.size() > 0 && id.compareTo(stream.lastThere()) < 0 ? StreamError.BELOW_TOP
                : added >= 0 && stream.size() > added ? StreamError.ADDED_BELOW_LENGTH
                : null;
        if (error != null) {
            call.reply().error(error);
            return;
        }
        stream = Streams.forWrite(call.db(), ref);
        stream.counters(
                id,
                maxDeleted.isZero() ? stream.maxDeleted() : maxDeleted,
                added < 0 ? stream.entriesAdded() : added);
        call.reply().ok();
    }

    // -- deleting with regard to groups --------------------------------------------------------------------------

    static final int NO_SUCH_ID = -1;
    static final int DELETED = 1;
    static final int STILL_AWAITED = 2;

    /** What becomes of an entry that groups have pending when it is to be deleted. */
    enum References {
        /** It is deleted, and stays pending. */
        KEEPREF,
        /** It is deleted, and is pending no more. */
        DELREF,
        /** It is deleted only if every group has read and acknowledged it. */
        ACKED
    }

    /** What XDELEX and XACKDEL are asked to do. */
    record Deletion(References references, List<StreamId> ids) {}

    /** Reads the options from argument {@code from} on, or replies an error and answers null. */
    static @Nullable Deletion deletion(Call call, int from) {
        Args args = call.args();
        References references = null;
        List<StreamId> ids = null;
        for (int i = from; i < args.count(); ) {
            References named = references == null ? references(args, i) : null;
            if (named != null) {
                references = named;
                i++;
            } else if (ids == null && args.is(i, "IDS") && i + 1 < args.count()) {
                if (!call.readsInteger(i + 1, StreamError.IDS_POSITIVE)) {
                    return null;
                }
                long count = call.number();
                if (count <= 0 || count > args.count() - i - 2) {
                    call.reply().error(count <= 0 ? StreamError.IDS_POSITIVE : StreamError.IDS_MATCH);
                    return null;
                }
                ids = ids(call, i + 2, (int) count);
                if (ids == null) {
                    return null;
                }
                i += 2 + (int) count;
            } else {
                call.reply().error(CommandError.SYNTAX);
                return null;
            }
        }
        if (ids == null) {
            call.reply().error(CommandError.SYNTAX);
            return null;
        }
        return new Deletion(references == null ? References.KEEPREF : references, ids);
    }

    private static @Nullable References references(Args args, int i) {
        return args.is(i, "KEEPREF") ? References.KEEPREF
                : args.is(i, "DELREF") ? References.DELREF
                : args.is(i, "ACKED") ? References.ACKED
                : null;
    }

    /** Deletes an entry as told; answers what XDELEX replies for it. */
    static int delete(Stream stream, StreamId id, References references) {
        if (references == References.ACKED && Streams.isAwaited(stream, id)) {
            return STILL_AWAITED;
        }
        if (references == References.DELREF) {
            Streams.forget(stream, id);
        }
        return stream.delete(id) ? DELETED : NO_SUCH_ID;
    }

    /** {@code count} ids from argument {@code from} on, or null after replying the error. */
    static @Nullable List<StreamId> ids(Call call, int from, int count) {
        List<StreamId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            StreamId id = StreamArguments.id(call, from + i);
            if (id == null) {
                return null;
            }
            ids.add(id);
        }
        return ids;
    }
}
