package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.memory.OutOfSpaceException;
import dev.balsa.node.engine.value.IdMap;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.node.engine.value.ValueSpace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 *     nodes, of each:   id of its first entry (string of 16 bytes, big-endian), listpack (string)
 *     entries now, last id                                           an id: two lengths
 *     first id, highest deleted id, entries ever                     from type 19 on
 *     groups, of each:  name, last id, [entries read: from 19 on]
 *         pending, of each:   id (16 bytes), delivered at (8 bytes), deliveries
 *         consumers, of each: name, seen at (8 bytes), [active at (8 bytes): from 21 on], pending ids (16 bytes each)
 *
 * Written is type 19, which redis-server 7.0 loads; when consumers were active stands in the form (ValueFormat):
 * "active" and a number for each consumer, in the order of the file.
 */

/** How a stream stands in a file. Stateless. */
final class StreamFormat {
    static final int CODE = RdbFormat.TYPE_STREAM_2;
    private static final String ACTIVE = "active";

    private StreamFormat() {}

    static boolean isKnown(int code) {
        return code == RdbFormat.TYPE_STREAM || code == RdbFormat.TYPE_STREAM_2 || code == RdbFormat.TYPE_STREAM_3;
    }

    // -- writing ------------------------------------------------------------------------------------------------

    static void write(Stream stream, RdbOutput out) throws IOException {
        IdMap nodes = stream.nodeIds();
        out.writeLength(nodes.size());
        for (long place = nodes.first(); place != IdMap.NONE; place = nodes.next(place)) {
            out.writeLength(StreamId.BYTES);
            writeRaw(nodes, place, out);
            long at = stream.nodeOffset(place);
            out.writeValue(stream.listpack().memory(), at, stream.listpack().bytes(at));
        }
        out.writeLength(stream.size());
        write(stream.last(), out);
        write(stream.first(), out);
        write(stream.maxDeleted(), out);
        out.writeLength(stream.entriesAdded());
        out.writeLength(stream.groups());
        for (int i = 0; i < stream.groups(); i++) {
            write(stream.group(i), out);
        }
    }

    private static void write(StreamGroup group, RdbOutput out) throws IOException {
        out.writeString(group.name(), group.name().length);
        write(group.last(), out);
        out.writeLength(group.entriesRead());
        IdMap pending = group.pending();
        out.writeLength(pending.size());
        for (long place = pending.first(); place != IdMap.NONE; place = pending.next(place)) {
            writeRaw(pending, place, out);
            out.writeLong(group.deliveredAt(place));
            out.writeLength(group.deliveries(place));
        }
        out.writeLength(group.consumers());
        for (int i = 0; i < group.consumers(); i++) {
            StreamConsumer consumer = group.consumer(i);
            out.writeString(consumer.name(), consumer.name().length);
            out.writeLong(consumer.seenMillis());
            IdMap ids = consumer.pending();
            out.writeLength(ids.size());
            for (long place = ids.first(); place != IdMap.NONE; place = ids.next(place)) {
                writeRaw(ids, place, out);
            }
        }
    }

    private static void write(StreamId id, RdbOutput out) throws IOException {
        out.writeLength(id.ms());
        out.writeLength(id.seq());
    }

    private static void writeRaw(IdMap ids, long place, RdbOutput out) throws IOException {
        out.writeLong(Long.reverseBytes(ids.ms(place)));
        out.writeLong(Long.reverseBytes(ids.seq(place)));
    }

    /** When consumers were active, if that is not when they were seen. */
    static @Nullable String form(Stream stream) {
        StringBuilder text = new StringBuilder(ACTIVE);
        boolean differs = false;
        for (int i = 0; i < stream.groups(); i++) {
            StreamGroup group = stream.group(i);
            for (int j = 0; j < group.consumers(); j++) {
                StreamConsumer consumer = group.consumer(j);
                differs |= consumer.activeMillis() != consumer.seenMillis();
                text.append(' ').append(consumer.activeMillis());
            }
        }
        return differs ? text.toString() : null;
    }

    // -- reading ------------------------------------------------------------------------------------------------

    /** Reads a stream and puts it under a key; nothing has changed if this throws. */
    static void read(int code, RdbInput in, Database database, byte[] key, long deadlineMillis, @Nullable String form)
            throws IOException {
        Stream stream = read(code, in, form, database.keyspace().space());
        database.putLarge(key, 0, key.length, ValueType.STREAM, stream, deadlineMillis);
    }

    /** Reads a stream that belongs to no key yet; what it took is given back if this throws. */
    private static Stream read(int code, RdbInput in, @Nullable String form, ValueSpace space) throws IOException {
        Stream stream = new Stream(space);
        boolean done = false;
        try {
            readEntries(code, in, stream);
            long groups = in.readLength();
            for (long i = 0; i != groups; i++) {
                readGroup(code, in, stream);
            }
            if (form != null && !form.isEmpty()) {
                readForm(form, in, stream);
            }
            done = true;
            return stream;
        } catch (OutOfSpaceException e) {
            throw in.problem("a stream does not fit: " + e.getMessage());
        } finally {
            if (!done) {
                while (!stream.isFreed()) {
                    stream.free(Integer.MAX_VALUE);
                }
            }
        }
    }

    private static void readEntries(int code, RdbInput in, Stream stream) throws IOException {
        long nodes = in.readLength();
        for (long i = 0; i != nodes; i++) {
            in.readString();
            if (in.stringLength() != StreamId.BYTES) {
                throw in.problem("the id of a stream's node has " + in.stringLength() + " bytes");
            }
            ByteBuffer id = ByteBuffer.wrap(in.string(), in.stringOffset(), StreamId.BYTES);
            long ms = id.getLong();
            long seq = id.getLong();
            in.readString();
            MemorySegment bytes = MemorySegment.ofArray(in.string());
            if (!stream.addNode(ms, seq, bytes, in.stringOffset(), in.stringLength())) {
                throw in.problem("a stream's node is damaged");
            }
        }
        long length = in.readLength();
        StreamId last = readId(in);
        if (length != stream.size() || stream.last().compareTo(last) > 0) {
            throw in.problem("a stream's counters do not fit its entries");
        }
        StreamId maxDeleted = StreamId.ZERO;
        long added = length;
        if (code != RdbFormat.TYPE_STREAM) {
            readId(in); // the first id, which the entries tell
            maxDeleted = readId(in);
            added = in.readLength();
        }
        stream.counters(last, maxDeleted, added);
    }

    private static StreamId readId(RdbInput in) throws IOException {
        long ms = in.readLength();
        return new StreamId(ms, in.readLength());
    }

    private static StreamId readRaw(RdbInput in) throws IOException {
        long ms = Long.reverseBytes(in.readLong());
        return new StreamId(ms, Long.reverseBytes(in.readLong()));
    }

    private static void readGroup(int code, RdbInput in, Stream stream) throws IOException {
        in.readString();
        byte[] name = in.copyOfString();
        int missing = stream.findGroup(name, 0, name.length);
        if (missing >= 0) {
            throw in.problem("a stream has two groups of the same name");
        }
        StreamId last = readId(in);
        long entriesRead = code == RdbFormat.TYPE_STREAM ? Streams.entriesUpTo(stream, last) : in.readLength();
        StreamGroup group = stream.addGroup(missing, name, last, entriesRead);
        long pending = in.readLength();
        for (long i = 0; i != pending; i++) {
            StreamId id = readRaw(in);
            long deliveredAt = in.readLong();
            if (!group.restore(id, deliveredAt, in.readLength())) {
                throw in.problem("a stream's group has an id pending twice");
            }
        }
        long consumers = in.readLength();
        long owned = 0;
        for (long i = 0; i != consumers; i++) {
            owned += readConsumer(code, in, group);
        }
        if (owned != pending) {
            throw in.problem("a stream's group has an id pending that no consumer has");
        }
    }

    private static long readConsumer(int code, RdbInput in, StreamGroup group) throws IOException {
        in.readString();
        byte[] name = in.copyOfString();
        int missing = group.findConsumer(name, 0, name.length);
        if (missing >= 0) {
            throw in.problem("a stream's group has two consumers of the same name");
        }
        long seen = in.readLong();
        long active = code == RdbFormat.TYPE_STREAM_3 ? in.readLong() : seen;
        StreamConsumer consumer = group.addConsumer(missing, name, seen, active);
        long pending = in.readLength();
        for (long i = 0; i != pending; i++) {
            if (!group.restoreOwner(readRaw(in), consumer)) {
                throw in.problem("a stream's consumer has an id pending that its group has not, or another has");
            }
        }
        return pending;
    }

    private static void readForm(String form, RdbInput in, Stream stream) throws IOException {
        String[] words = form.split(" ", -1);
        int at = 1;
        try {
            for (int i = 0; i < stream.groups(); i++) {
                StreamGroup group = stream.group(i);
                for (int j = 0; j < group.consumers(); j++) {
                    group.consumer(j).active(Long.parseLong(words[at++]));
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw in.problem("what is said of the next key is not understood: " + form);
        }
        if (at != words.length || !words[0].equals(ACTIVE)) {
            throw in.problem("what is said of the next key is not understood: " + form);
        }
    }
}
