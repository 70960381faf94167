package dev.balsa.node.engine.value;

import java.util.Arrays;

/*
 * The problem: sorted by stream id (128 bits), a few numbers for each: the nodes of a stream, what a consumer group or
 * a consumer has pending. Ids come mostly at the end and go mostly at the front, and a snapshot may hold on to it all.
 *
 *     chunks   [ . ][ . ][ . ]         an array, itself copied once for each snapshot
 *                |
 *              ms seq a b | ms seq a b | ...       up to 4 KiB of longs, copied before the first change under a view
 *
 *     find, floor, ceiling    O(log n): binary search over chunks, then inside one
 *     append, insert          O(log n) + 4 KiB moved at most; a full last chunk is left full, others are halved
 *     remove                  O(log n) + 4 KiB moved, and the array of chunks (8 bytes a chunk) when one empties
 *     fork                    O(1)
 *
 * A place is chunk << 32 | entry: valid until the next insert or remove. Two levels suffice: at 128 entries a chunk ten
 * million entries are an array of 80,000 chunks.
 */

/**
 * A sorted map from stream ids to a fixed number of longs. Ids are pairs of unsigned numbers. Owned by the engine
 * thread; a view reads what it forked from.
 */
public final class IdMap {
    /** The place that is none. */
    public static final long NONE = -1;

    private static final int CHUNK_LONGS = 512;
    private static final int FIRST_ENTRIES = 2;
    private static final int CHUNK_OBJECT_BYTES = 24;
    private static final int ARRAY_HEAD_BYTES = 16;
    private static final int REFERENCE_BYTES = 4;
    private static final Chunk[] EMPTY = {};

    private static final class Chunk {
        final int epoch;
        int size;
        long[] longs;

        Chunk(int epoch, int size, long[] longs) {
            this.epoch = epoch;
            this.size = size;
            this.longs = longs;
        }
    }

    /** Stands where a chunk was, so that it can be collected. */
    private static final Chunk NO_CHUNK = new Chunk(0, 0, new long[0]);

    private final ValueSpace space;
    private final int stride;
    private Chunk[] chunks = EMPTY;
    private int chunkCount;
    private int chunksEpoch;
    private long size;
    private long heapBytes;

    /** @param width longs kept for each id */
    public IdMap(ValueSpace space, int width) {
        this.space = space;
        stride = width + 2;
        chunksEpoch = space.epoch();
    }

    /** The same content, to be changed from now on in place of this one. O(1). */
    public IdMap fork() {
        IdMap twin = new IdMap(space, stride - 2);
        twin.chunks = chunks;
        twin.chunkCount = chunkCount;
        twin.chunksEpoch = chunksEpoch;
        twin.size = size;
        twin.heapBytes = heapBytes;
        return twin;
    }

    /** The same content in chunks of its own, which count as new memory. */
    public IdMap copy() {
        IdMap twin = new IdMap(space, stride - 2);
        twin.chunks = new Chunk[chunkCount];
        for (int i = 0; i < chunkCount; i++) {
            twin.chunks[i] = new Chunk(space.epoch(), chunks[i].size, chunks[i].longs.clone());
            twin.heap(chunkBytes(chunks[i].longs.length));
        }
        twin.heap(twin.directoryBytes());
        twin.chunkCount = chunkCount;
        twin.size = size;
        return twin;
    }

    /** Forgets everything and gives the heap's bytes back; the map is not used any more. */
    public void release() {
        heap(-heapBytes);
        chunks = EMPTY;
        chunkCount = 0;
        size = 0;
    }

    public long size() {
        return size;
    }

    /** Bytes of arrays and objects on the heap. */
    public long heapBytes() {
        return heapBytes;
    }

    // -- places -------------------------------------------------------------------------------------------------

    public long first() {
        return chunkCount == 0 ? NONE : 0;
    }

    public long last() {
        return chunkCount == 0 ? NONE : place(chunkCount - 1, chunks[chunkCount - 1].size - 1);
    }

    public long next(long place) {
        int chunk = (int) (place >>> 32);
        int at = (int) place + 1;
        if (at < chunks[chunk].size) {
            return place(chunk, at);
        }
        return chunk + 1 < chunkCount ? place(chunk + 1, 0) : NONE;
    }

    public long previous(long place) {
        int chunk = (int) (place >>> 32);
        int at = (int) place;
        if (at > 0) {
            return place(chunk, at - 1);
        }
        return chunk > 0 ? place(chunk - 1, chunks[chunk - 1].size - 1) : NONE;
    }

    /** The last place whose id is at most the given one. */
    public long floor(long ms, long seq) {
        int chunk = floorChunk(ms, seq);
        return chunk < 0 ? NONE : place(chunk, floorIn(chunks[chunk], ms, seq));
    }

    /** The first place whose id is at least the given one. */
    public long ceiling(long ms, long seq) {
        long floor = floor(ms, seq);
        if (floor == NONE) {
            return first();
        }
        return compare(ms(floor), seq(floor), ms, seq) == 0 ? floor : next(floor);
    }

    /** The place of an id, or NONE. */
    public long find(long ms, long seq) {
        long floor = floor(ms, seq);
        return floor != NONE && ms(floor) == ms && seq(floor) == seq ? floor : NONE;
    }

    public long ms(long place) {
        return chunks[(int) (place >>> 32)].longs[(int) place * stride];
    }

    public long seq(long place) {
        return chunks[(int) (place >>> 32)].longs[(int) place * stride + 1];
    }

    /** The {@code i}-th number of an id, from 0. */
    public long get(long place, int i) {
        return chunks[(int) (place >>> 32)].longs[(int) place * stride + 2 + i];
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /** Sets the {@code i}-th number of an id; places stay valid. */
    public void set(long place, int i, long value) {
        changeable((int) (place >>> 32)).longs[(int) place * stride + 2 + i] = value;
    }

    /** Adds an id that is not there, its numbers zero; returns its place. */
    public long insert(long ms, long seq) {
        int index = floorChunk(ms, seq);
        int at = index < 0 ? 0 : floorIn(chunks[index], ms, seq) + 1;
        int max = CHUNK_LONGS / stride;
        if (index < 0 && chunkCount > 0) {
            index = 0;
        }
        if (index < 0 || (chunks[index].size == max && at == max)) {
            if (index >= 0 && index + 1 < chunkCount && chunks[index + 1].size < max) {
                index++;
            } else {
                addChunk(++index, new Chunk(space.epoch(), 0, new long[FIRST_ENTRIES * stride]));
            }
            at = 0;
        } else if (chunks[index].size == max) {
            split(index);
            int left = chunks[index].size;
            if (at > left) {
                index++;
                at -= left;
            }
        }
        Chunk chunk = roomy(index);
        long[] longs = chunk.longs;
        System.arraycopy(longs, at * stride, longs, (at + 1) * stride, (chunk.size - at) * stride);
        Arrays.fill(longs, at * stride, (at + 1) * stride, 0);
        longs[at * stride] = ms;
        longs[at * stride + 1] = seq;
        chunk.size++;
        size++;
        return place(index, at);
    }

    /** Removes what is at a place. */
    public void remove(long place) {
        int index = (int) (place >>> 32);
        int at = (int) place;
        size--;
        if (chunks[index].size == 1) {
            removeChunk(index);
            return;
        }
        Chunk chunk = changeable(index);
        int behind = chunk.size - at - 1;
        System.arraycopy(chunk.longs, (at + 1) * stride, chunk.longs, at * stride, behind * stride);
        chunk.size--;
        int quarter = CHUNK_LONGS / stride / 4;
        if (chunk.size < quarter && index + 1 < chunkCount && chunks[index + 1].size < 2 * quarter) {
            join(index);
        }
    }

    // -- chunks -------------------------------------------------------------------------------------------------

    private static long place(int chunk, int at) {
        return (long) chunk << 32 | at;
    }

    /** The last chunk that begins at or before an id, or -1. */
    private int floorChunk(long ms, long seq) {
        int low = 0;
        int high = chunkCount - 1;
        if (high >= 0 && compare(chunks[high].longs[0], chunks[high].longs[1], ms, seq) <= 0) {
            return high; // streams are read and written at their end
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long[] longs = chunks[middle].longs;
            if (compare(longs[0], longs[1], ms, seq) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The last entry of a chunk that is at most an id; the first one is. */
    private int floorIn(Chunk chunk, long ms, long seq) {
        long[] longs = chunk.longs;
        int low = 0;
        int high = chunk.size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (compare(longs[middle * stride], longs[middle * stride + 1], ms, seq) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private Chunk changeable(int index) {
        Chunk chunk = chunks[index];
        if (space.mustCopy(chunk.epoch)) {
            chunk = new Chunk(space.epoch(), chunk.size, chunk.longs.clone());
            ownDirectory();
            chunks[index] = chunk;
        }
        return chunk;
    }

    /** A chunk that may be changed and has room for one more. */
    private Chunk roomy(int index) {
        Chunk chunk = changeable(index);
        int length = chunk.longs.length;
        if ((chunk.size + 1) * stride > length) {
            int entries = Math.min(CHUNK_LONGS / stride, Math.max(FIRST_ENTRIES, chunk.size * 2));
            chunk.longs = Arrays.copyOf(chunk.longs, entries * stride);
            heap(8L * (chunk.longs.length - length));
        }
        return chunk;
    }

    private void split(int index) {
        Chunk left = changeable(index);
        int half = left.size / 2;
        long[] longs = Arrays.copyOfRange(left.longs, half * stride, left.longs.length);
        addChunk(index + 1, new Chunk(space.epoch(), left.size - half, longs));
        left.size = half;
    }

    private void join(int index) {
        Chunk right = chunks[index + 1];
        Chunk left = changeable(index);
        int length = left.longs.length;
        int total = left.size + right.size;
        if (total * stride > length) {
            left.longs = Arrays.copyOf(left.longs, total * stride);
            heap(8L * (left.longs.length - length));
        }
        System.arraycopy(right.longs, 0, left.longs, left.size * stride, right.size * stride);
        left.size = total;
        removeChunk(index + 1);
    }

    private void addChunk(int index, Chunk chunk) {
        ownDirectory();
        if (chunkCount == chunks.length) {
            heap(-directoryBytes());
            chunks = Arrays.copyOf(chunks, chunkCount == 0 ? 1 : chunkCount * 2);
            heap(directoryBytes());
        }
        System.arraycopy(chunks, index, chunks, index + 1, chunkCount - index);
        chunks[index] = chunk;
        chunkCount++;
        heap(chunkBytes(chunk.longs.length));
    }

    private void removeChunk(int index) {
        ownDirectory();
        heap(-chunkBytes(chunks[index].longs.length));
        chunkCount--;
        System.arraycopy(chunks, index + 1, chunks, index, chunkCount - index);
        chunks[chunkCount] = NO_CHUNK;
        if (chunkCount < chunks.length / 4 || chunkCount == 0) {
            heap(-directoryBytes());
            chunks = chunkCount == 0 ? EMPTY : Arrays.copyOf(chunks, chunks.length / 2);
            heap(directoryBytes());
        }
    }

    private void ownDirectory() {
        if (space.mustCopy(chunksEpoch)) {
            chunks = chunks.clone();
            chunksEpoch = space.epoch();
        }
    }

    private long directoryBytes() {
        return chunks.length == 0 ? 0 : ARRAY_HEAD_BYTES + (long) REFERENCE_BYTES * chunks.length;
    }

    private static long chunkBytes(int longs) {
        return CHUNK_OBJECT_BYTES + ARRAY_HEAD_BYTES + 8L * longs;
    }

    private void heap(long bytes) {
        heapBytes += bytes;
        space.heapChanged(bytes);
    }

    /** Compares two ids. */
    public static int compare(long ms, long seq, long otherMs, long otherSeq) {
        int byMs = Long.compareUnsigned(ms, otherMs);
        return byMs != 0 ? byMs : Long.compareUnsigned(seq, otherSeq);
    }
}
