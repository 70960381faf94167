package dev.balsa.node.engine.value;

/**
 * The id of a stream's entry: two unsigned 64-bit numbers, ordered by the first, then the second. Immutable.
 *
 * @param ms milliseconds since 1970, as a rule
 * @param seq tells apart what has the same milliseconds
 */
public record StreamId(long ms, long seq) implements Comparable<StreamId> {
    /** Bytes of an id where it is kept as such. */
    public static final int BYTES = 16;

    /** The lowest id, which no entry has. */
    public static final StreamId ZERO = new StreamId(0, 0);

    /** The highest id. */
    public static final StreamId MAX = new StreamId(-1, -1);

    @Override
    public int compareTo(StreamId other) {
        return IdMap.compare(ms, seq, other.ms, other.seq);
    }

    public boolean isZero() {
        return (ms | seq) == 0;
    }

    public boolean isMax() {
        return (ms & seq) == -1;
    }

    /** The next higher id; of {@link #MAX} it is {@link #ZERO}. */
    public StreamId next() {
        return seq == -1 ? new StreamId(ms + 1, 0) : new StreamId(ms, seq + 1);
    }

    /** The next lower id; of {@link #ZERO} it is {@link #MAX}. */
    public StreamId previous() {
        return seq == 0 ? new StreamId(ms - 1, -1) : new StreamId(ms, seq - 1);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }
}
