package dev.balsa.node.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 *     pending     id -> delivered at, how often, number of the consumer    of the whole group
 *     byNumber    consumer's number -> consumer, and its own ids           free numbers are used again
 *     order       numbers sorted by the consumers' names
 *
 * What is pending stands twice, here and with its consumer, so that both can be walked by id without the other's.
 * Under a view the group's object is copied before its first change, a consumer's before its own; both keep their
 * IdMap's chunks until those are changed. Numbers are this replica's own affair: nothing that is shown or saved has
 * them.
 */

/** A consumer group of a stream. Owned by the engine thread. */
public final class StreamGroup {
    /** The counter of a group that does not know how many entries it has read. */
    public static final long UNKNOWN = -1;

    static final long OBJECT_BYTES = 160;
    private static final int DELIVERED_AT = 0;
    private static final int DELIVERIES = 1;
    private static final int CONSUMER = 2;
    private static final int NOBODY = -1;

    final int epoch;
    private final ValueSpace space;
    private final byte[] name;
    private final IdMap pending;
    private StreamId last;
    private long entriesRead;
    private @Nullable StreamConsumer[] byNumber;
    private int[] order;
    private int size;

    StreamGroup(ValueSpace space, byte[] name, StreamId last, long entriesRead) {
        this(space, name, last, entriesRead, new IdMap(space, 3), new StreamConsumer[1], new int[1], 0);
    }

    private StreamGroup(
            ValueSpace space, byte[] name, StreamId last, long entriesRead, IdMap pending,
            @Nullable StreamConsumer[] byNumber, int[] order, int size) {
        epoch = space.epoch();
        this.space = space;
        this.name = name;
        this.last = last;
        this.entriesRead = entriesRead;
        this.pending = pending;
        this.byNumber = byNumber;
        this.order = order;
        this.size = size;
    }

    StreamGroup fork() {
        return new StreamGroup(
                space, name, last, entriesRead, pending.fork(), byNumber.clone(), order.clone(), size);
    }

    StreamGroup copy() {
        @Nullable StreamConsumer[] consumers = new StreamConsumer[byNumber.length];
        for (int i = 0; i < size; i++) {
            StreamConsumer consumer = consumer(i);
            consumers[consumer.number] = consumer.copy(space);
        }
        return new StreamGroup(space, name, last, entriesRead, pending.copy(), consumers, order.clone(), size);
    }

    /** Gives back the heap's bytes; the group is not used any more. */
    void release() {
        pending.release();
        for (int i = 0; i < size; i++) {
            consumerForWrite(i).pending().release();
        }
    }

    /** Bytes of everything but the IdMaps, which count their own. */
    long objectBytes() {
        long bytes = OBJECT_BYTES + name.length;
        for (int i = 0; i < size; i++) {
            bytes += StreamConsumer.OBJECT_BYTES + consumer(i).name().length;
        }
        return bytes;
    }

    long mapBytes() {
        long bytes = pending.heapBytes();
        for (int i = 0; i < size; i++) {
            bytes += consumer(i).pending().heapBytes();
        }
        return bytes;
    }

    /** The name; not to be changed. */
    public byte[] name() {
        return name;
    }

    /** The highest id that was delivered. */
    public StreamId last() {
        return last;
    }

    /** Sets the id after which entries are to be delivered. */
    public void last(StreamId id) {
        last = id;
    }

    /** How many entries the group has read since the stream began, or {@link #UNKNOWN}. */
    public long entriesRead() {
        return entriesRead;
    }

    public void entriesRead(long count) {
        entriesRead = count;
    }

    // -- consumers ----------------------------------------------------------------------------------------------

    /** Number of consumers. */
    public int consumers() {
        return size;
    }

    /** The {@code i}-th consumer by name. */
    public StreamConsumer consumer(int i) {
        return numbered(order[i]);
    }

    /** Where a consumer stands by name, or minus one minus where it would stand. */
    public int findConsumer(byte[] array, int offset, int length) {
        return Stream.find(size, i -> consumer(i).name(), array, offset, length);
    }

    /** The {@code i}-th consumer, to be changed. */
    public StreamConsumer consumerForWrite(int i) {
        return forWrite(order[i]);
    }

    /** Adds a consumer at the place that {@link #findConsumer} gave, as seen at a moment; returns it. */
    public StreamConsumer addConsumer(int missing, byte[] consumerName, long seenMillis, long activeMillis) {
        int number = 0;
        while (number < byNumber.length && byNumber[number] != null) {
            number++;
        }
        if (size == order.length) {
            byNumber = Arrays.copyOf(byNumber, size * 2);
            order = Arrays.copyOf(order, size * 2);
        }
        StreamConsumer consumer = new StreamConsumer(space, number, consumerName, seenMillis, activeMillis);
        int at = -1 - missing;
        System.arraycopy(order, at, order, at + 1, size - at);
        order[at] = number;
        byNumber[number] = consumer;
        size++;
        space.heapChanged(StreamConsumer.OBJECT_BYTES + consumerName.length);
        return consumer;
    }

    /** Removes the {@code i}-th consumer and everything it has pending. */
    public void removeConsumer(int i) {
        StreamConsumer consumer = consumerForWrite(i);
        IdMap ids = consumer.pending();
        for (long place = ids.first(); place != IdMap.NONE; place = ids.next(place)) {
            pending.remove(pending.find(ids.ms(place), ids.seq(place)));
        }
        ids.release();
        space.heapChanged(-StreamConsumer.OBJECT_BYTES - consumer.name().length);
        byNumber[consumer.number] = null;
        size--;
        System.arraycopy(order, i + 1, order, i, size - i);
    }

    private StreamConsumer forWrite(int number) {
        StreamConsumer consumer = numbered(number);
        if (space.mustCopy(consumer.epoch)) {
            consumer = consumer.fork(space);
            byNumber[number] = consumer;
        }
        return consumer;
    }

    private StreamConsumer numbered(int number) {
        StreamConsumer consumer = byNumber[number];
        if (consumer == null) {
            throw new IllegalStateException("No consumer has number " + number);
        }
        return consumer;
    }

    // -- what is pending ----------------------------------------------------------------------------------------

    /** Ids that were delivered and not acknowledged; what is known of each by the methods below. */
    public IdMap pending() {
        return pending;
    }

    /** When a pending entry was delivered last, in milliseconds since 1970. */
    public long deliveredAt(long place) {
        return pending.get(place, DELIVERED_AT);
    }

    /** How often a pending entry was delivered. */
    public long deliveries(long place) {
        return pending.get(place, DELIVERIES);
    }

    /** Who has a pending entry. */
    public StreamConsumer owner(long place) {
        return numbered((int) pending.get(place, CONSUMER));
    }

    /** Notes a delivery of an entry that is pending. */
    public void delivered(long place, long millis, long deliveries) {
        pending.set(place, DELIVERED_AT, millis);
        pending.set(place, DELIVERIES, deliveries);
    }

    /** Makes an id pending with a consumer that was obtained for change; it is not pending yet. */
    public long add(StreamConsumer consumer, long ms, long seq, long millis, long deliveries) {
        long place = pending.insert(ms, seq);
        delivered(place, millis, deliveries);
        pending.set(place, CONSUMER, consumer.number);
        consumer.pending().insert(ms, seq);
        return place;
    }

    /** Makes an id pending whose consumer is told by {@link #restoreOwner}; false if it is pending already. */
    public boolean restore(StreamId id, long millis, long deliveries) {
        if (pending.find(id.ms(), id.seq()) != IdMap.NONE) {
            return false;
        }
        long place = pending.insert(id.ms(), id.seq());
        delivered(place, millis, deliveries);
        pending.set(place, CONSUMER, NOBODY);
        return true;
    }

    /** Tells who has a restored id pending; false if it is not pending, or another consumer's. */
    public boolean restoreOwner(StreamId id, StreamConsumer consumer) {
        long place = pending.find(id.ms(), id.seq());
        if (place == IdMap.NONE || pending.get(place, CONSUMER) != NOBODY) {
            return false;
        }
        pending.set(place, CONSUMER, consumer.number);
        consumer.pending().insert(id.ms(), id.seq());
        return true;
    }

    /** Gives a pending entry to a consumer that was obtained for change. */
    public void give(long place, StreamConsumer consumer) {
        int before = (int) pending.get(place, CONSUMER);
        if (before != consumer.number) {
            IdMap ids = forWrite(before).pending();
            ids.remove(ids.find(pending.ms(place), pending.seq(place)));
            pending.set(place, CONSUMER, consumer.number);
            consumer.pending().insert(pending.ms(place), pending.seq(place));
        }
    }

    /** Removes a pending entry, and what its consumer knows of it. */
    public void remove(long place) {
        IdMap ids = forWrite((int) pending.get(place, CONSUMER)).pending();
        ids.remove(ids.find(pending.ms(place), pending.seq(place)));
        pending.remove(place);
    }

    /** Removes an id from what is pending; false if it is not. */
    public boolean acknowledge(long ms, long seq) {
        long place = pending.find(ms, seq);
        if (place == IdMap.NONE) {
            return false;
        }
        remove(place);
        return true;
    }
}
