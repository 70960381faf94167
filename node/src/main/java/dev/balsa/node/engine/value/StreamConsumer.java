package dev.balsa.node.engine.value;

/** A consumer of a group: when it was there, and the ids it was given and has not acknowledged. */
public final class StreamConsumer {
    static final long OBJECT_BYTES = 120;

    final int epoch;
    final int number;
    private final byte[] name;
    private final IdMap pending;
    private long seenMillis;
    private long activeMillis;

    StreamConsumer(ValueSpace space, int number, byte[] name, long seenMillis, long activeMillis) {
        this(space, number, name, new IdMap(space, 0), seenMillis, activeMillis);
    }

    private StreamConsumer(
            ValueSpace space, int number, byte[] name, IdMap pending, long seenMillis, long activeMillis) {
        epoch = space.epoch();
        this.number = number;
        this.name = name;
        this.pending = pending;
        this.seenMillis = seenMillis;
        this.activeMillis = activeMillis;
    }

    StreamConsumer fork(ValueSpace space) {
        return new StreamConsumer(space, number, name, pending.fork(), seenMillis, activeMillis);
    }

    StreamConsumer copy(ValueSpace space) {
        return new StreamConsumer(space, number, name, pending.copy(), seenMillis, activeMillis);
    }

    /** The name; not to be changed. */
    public byte[] name() {
        return name;
    }

    /** Ids without further numbers; the group knows the rest of each. */
    public IdMap pending() {
        return pending;
    }

    /** When it last asked for something. */
    public long seenMillis() {
        return seenMillis;
    }

    /** When it last was given something, -1 = never. */
    public long activeMillis() {
        return activeMillis;
    }

    /** Notes that it asked for something. */
    public void seen(long millis) {
        seenMillis = millis;
    }

    /** Notes that it was given something. */
    public void active(long millis) {
        activeMillis = millis;
    }
}
