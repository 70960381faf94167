package dev.balsa.node.engine;

import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamCursor;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Streams as values of keys, and what consumer groups do with them. Pure functions over the keyspace. */
public final class Streams {
    /** The lag that cannot be told. */
    public static final long UNKNOWN_LAG = Long.MIN_VALUE;

    private Streams() {}

    /** The stream behind a reference, to read. */
    public static Stream at(Database db, int ref) {
        return (Stream) db.large(ref);
    }

    /** The stream behind a reference, to change. */
    public static Stream forWrite(Database db, int ref) {
        return (Stream) db.largeForWrite(ref);
    }

    /** Puts a stream without entries under a key, to change. */
    public static Stream create(Keyspace keyspace, Database db, byte[] key, int offset, int length) {
        Stream stream = new Stream(keyspace.space());
        db.putLarge(key, offset, length, ValueType.STREAM, stream, 0);
        return stream;
    }

    /** The id that an entry gets when none is given: the time, or what follows the last id if that is higher. */
    public static StreamId nextId(StreamId last, long nowMillis) {
        return Long.compareUnsigned(nowMillis, last.ms()) > 0 ? new StreamId(nowMillis, 0) : last.next();
    }

    /** The group of that name, to change, or null. */
    public static @Nullable StreamGroup group(Stream stream, byte[] array, int at, int size) {
        int i = stream.findGroup(array, at, size);
        return i < 0 ? null : stream.groupForWrite(i);
    }

    /** The consumer of that name, to change; made if there is none. It was seen now. */
    public static StreamConsumer consumer(StreamGroup group, byte[] array, int at, int size, long nowMillis) {
        int i = group.findConsumer(array, at, size);
        if (i >= 0) {
            StreamConsumer consumer = group.consumerForWrite(i);
            consumer.seen(nowMillis);
            return consumer;
        }
        return group.addConsumer(i, Arrays.copyOfRange(array, at, at + size), nowMillis, -1);
    }

    // -- delivery -----------------------------------------------------------------------------------------------

    /**
     * Notes that a group reads the entry under the cursor, and, unless it is not to be acknowledged, that it is pending
     * with a consumer (obtained for change).
     */
    public static void deliver(
            Stream stream, StreamGroup group, StreamConsumer consumer, StreamCursor entry, boolean pends,
            long nowMillis) {
        long ms = entry.ms();
        long seq = entry.seq();
        if (IdMap.compare(ms, seq, group.last().ms(), group.last().seq()) > 0) {
            StreamId id = entry.id();
            if (group.entriesRead() != StreamGroup.UNKNOWN && !deletedFrom(stream, id)) {
                group.entriesRead(group.entriesRead() + 1);
            } else if (stream.entriesAdded() != 0) {
                group.entriesRead(entriesUpTo(stream, id));
            }
            group.last(id);
        }
        if (!pends) {
            return;
        }
        long place = group.pending().find(ms, seq);
        if (place == IdMap.NONE) {
            group.add(consumer, ms, seq, nowMillis, 1);
        } else {
            // The group was set back, so the entry may be another consumer's.
            group.give(place, consumer);
            group.delivered(place, nowMillis, 1);
        }
        consumer.active(nowMillis);
    }

    /**
     * How many entries the group has yet to read, or {@link #UNKNOWN_LAG} where entries were deleted in between. It is
     * negative where XGROUP SETID or XSETID gave counts that do not fit.
     */
    public static long lag(Stream stream, StreamGroup group) {
        if (stream.entriesAdded() == 0) {
            return 0;
        }
        long read = group.entriesRead() != StreamGroup.UNKNOWN && !deletedFrom(stream, group.last())
                ? group.entriesRead()
                : entriesUpTo(stream, group.last());
        return read == StreamGroup.UNKNOWN ? UNKNOWN_LAG : stream.entriesAdded() - read;
    }

    /** Whether an entry was deleted at or behind an id, and not before the first one that is there. */
    private static boolean deletedFrom(Stream stream, StreamId id) {
        StreamId deleted = stream.maxDeleted();
        return stream.size() != 0
                && !deleted.isZero()
                && stream.first().compareTo(deleted) <= 0
                && id.compareTo(deleted) <= 0;
    }

    /**
     * How many entries were added up to an id, since the stream began: known of the last one, and of the first one and
     * everything before it if nothing was deleted behind that. Else {@link StreamGroup#UNKNOWN}.
     */
    public static long entriesUpTo(Stream stream, StreamId id) {
        if (stream.entriesAdded() == 0) {
            return 0;
        }
        int toLast = id.compareTo(stream.last());
        if (stream.size() == 0 && toLast <= 0 || toLast == 0) {
            return stream.entriesAdded();
        }
        StreamId first = stream.first();
        boolean deleted = !stream.maxDeleted().isZero() && stream.maxDeleted().compareTo(first) >= 0;
        if (toLast > 0 || deleted || id.compareTo(first) > 0) {
            return StreamGroup.UNKNOWN;
        }
        return stream.entriesAdded() - stream.size() + (id.equals(first) ? 1 : 0);
    }

    // -- references of groups to entries -------------------------------------------------------------------------

    /** Removes an id from what is pending in any group. */
    public static void forget(Stream stream, StreamId id) {
        for (int i = 0; i < stream.groups(); i++) {
            if (stream.group(i).pending().find(id.ms(), id.seq()) != IdMap.NONE) {
                stream.groupForWrite(i).acknowledge(id.ms(), id.seq());
            }
        }
    }

    /** Whether a group has yet to read or to acknowledge an id. */
    public static boolean isAwaited(Stream stream, StreamId id) {
        for (int i = 0; i < stream.groups(); i++) {
            StreamGroup group = stream.group(i);
            if (id.compareTo(group.last()) > 0 || group.pending().find(id.ms(), id.seq()) != IdMap.NONE) {
                return true;
            }
        }
        return false;
    }
}
