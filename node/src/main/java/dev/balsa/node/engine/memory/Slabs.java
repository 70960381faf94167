package dev.balsa.node.engine.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The problem: millions of blobs of a few dozen bytes, allocated and freed at random, named by 32 bits each, with
 * little waste, exact accounting
 * and memory that goes back to the system.
 *
 *     address space   | chunk 0 | chunk 1 | chunk 2 | chunk 3 ............ | chunk n |      64 KiB each
 *                       never     page of   page of   page of 16 chunks      a value
 *                       used      88-byte   32-byte   for 9 KiB blobs        of its own chunks
 *
 *     reference = byte offset / 8, unsigned: 32 bits reach 32 GiB. Chunk 0 stays unused so that 0 can mean "no blob".
 *
 * A page serves one size class (SizeClasses). Within it, blobs that were never handed out lie behind a bump mark,
 * freed ones are chained
 * through their first four bytes. A class's pages with room form a ring; full pages are in no ring. A page whose
 * last blob is freed goes back
 * to the pool of chunks, and its memory to the system (a few stay warm against flapping). Blobs over 128 KiB take
 * chunks of their own; memory is
 * resident only as far as it was written.
 *
 *     allocate   one ring head, one chained word or the bump mark        ~5 ns
 *     free       chunk from the reference, push on the page's chain      ~5 ns + the blob's cache line
 *     chunks     first fit over a bitmap of free chunks                  8,192 words for 32 GiB at worst, per 64 KiB
 *     page
 *     waste      <= 7 bytes a blob up to 512 bytes, <= 12.5 % above; partly filled pages (residentBytes - usedBytes)
 *     on top
 *
 * Snapshots. Which blobs are younger than seal() (isFresh) is told by their page's birth epoch, without a byte in the
 * blob; of those that were put into holes of older pages, by a bit set that such a page has until unseal(). To leave
 * the holes alone meanwhile would be simpler, but every snapshot under load would leave the pages emptier: after half an
 * hour of snapshots four fifths of the memory were holes.
 *
 * Source: the slab idea is Bonwick's (USENIX 1994); classes as in jemalloc.
 */

/** Allocates blobs in an address space. Owned by the engine thread. */
public final class Slabs implements AutoCloseable {
    /** Bytes between two references. */
    public static final int UNIT_BYTES = 8;

    /** The most that 32-bit references reach. */
    public static final long MAX_BYTES = (1L << 32) * UNIT_BYTES;

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int UNITS_PER_CHUNK_SHIFT = 13;
    private static final int SMALL_PAGE_CLASS_BYTES = 4 << 10;
    private static final int MEDIUM_PAGE_CHUNKS = 16;
    private static final int WARM_MAX = 64;

    // What a chunk is, beside the class numbers of pages.
    private static final byte FREE = 0;
    private static final byte LARGE = (byte) 0xff;
    private static final byte INNER = (byte) 0xfe;

    private final AddressSpace space;
    private final MemorySegment memory;
    private final int chunksMax;
    private final @Nullable LiveBlobs live;

    // Per chunk; of a page with several chunks only the first one's entries count, the others name it in `previous`.
    private byte[] kind = new byte[64];
    private int[] birth = new int[64];
    private int[] used = new int[64]; // blobs in use; of a large blob: its chunks
    private int[] bump = new int[64]; // blobs ever handed out
    private int[] chain = new int[64]; // first freed blob, 0 = none
    private int[] next = new int[64];
    private int[] previous = new int[64];

    private long[] freeChunks = new long[1];
    private int freeChunkCount;
    private int top = 1; // chunks from here on were never used
    private final int[] warm = new int[WARM_MAX];
    private int warmCount;

    private final int[] rings = new int[SizeClasses.COUNT + 1]; // pages with room, allocated from; 0 = none
    private final FreshBlobs fresh = new FreshBlobs();
    private int epoch = 1;
    private boolean sealed;
    private long usedBytes;

    /**
     * @param maxBytes address space to reserve, rounded to 64 KiB, at most {@link #MAX_BYTES}
     * @param checked whether every reference is checked to be a live blob's (slow; for tests)
     */
    public Slabs(long maxBytes, boolean checked) {
        chunksMax = (int) Math.max(2, Math.min(maxBytes, MAX_BYTES) / CHUNK_BYTES);
        space = AddressSpace.reserve((long) chunksMax * CHUNK_BYTES);
        memory = space.segment();
        live = checked ? new LiveBlobs() : null;
    }

    /** The memory that references point into. */
    public MemorySegment memory() {
        return memory;
    }

    /** Byte offset of a blob. */
    public static long offset(int ref) {
        return (ref & 0xffff_ffffL) << 3;
    }

    /** Allocates a blob of at least {@code bytes}; its content is undefined. Throws {@link OutOfSpaceException}. */
    public int allocate(long bytes) {
        int ref = bytes <= SizeClasses.LARGEST_BYTES ? fromPage(SizeClasses.classFor((int) bytes)) : large(bytes);
        if (live != null) {
            live.born(ref);
        }
        return ref;
    }

    /** Frees a blob. */
    public void free(int ref) {
        if (live != null) {
            live.died(ref, memory.asSlice(offset(ref), capacity(ref)));
        }
        int page = page(ref);
        if (kind[page] == LARGE) {
            int chunks = used[page];
            usedBytes -= (long) chunks * CHUNK_BYTES;
            release(page, chunks);
            return;
        }
        int sizeClass = kind[page] & 0xff;
        int capacity = blobsPerPage(sizeClass);
        usedBytes -= SizeClasses.bytes(sizeClass);
        boolean wasFull = used[page] == capacity;
        int left = --used[page];
        if (sealed) {
            fresh.remove(page, placeInPage(ref, page));
        }
        if (left == 0) {
            if (!wasFull) {
                unlink(sizeClass, page);
            }
            release(page, chunksPerPage(sizeClass));
            return;
        }
        memory.set(ValueLayout.JAVA_INT, offset(ref), chain[page]);
        chain[page] = ref;
        if (wasFull) {
            link(sizeClass, page);
        }
    }

    /** Bytes that a blob has room for. */
    public long capacity(int ref) {
        int page = page(ref);
        return kind[page] == LARGE ? (long) used[page] * CHUNK_BYTES : SizeClasses.bytes(kind[page] & 0xff);
    }

    /** What {@link #capacity} would be after {@link #allocate}{@code (bytes)}. */
    public static long capacityFor(long bytes) {
        return bytes <= SizeClasses.LARGEST_BYTES
                ? SizeClasses.bytes(SizeClasses.classFor((int) bytes))
                : (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
    }

    /** From now on {@link #isFresh} tells blobs that are allocated from those that exist. */
    public void seal() {
        check(!sealed, "sealed twice");
        sealed = true;
        epoch++;
    }

    /** Ends {@link #seal}. */
    public void unseal() {
        check(sealed, "not sealed");
        sealed = false;
        fresh.clear();
    }

    /** Whether the blob was allocated after {@link #seal}. */
    public boolean isFresh(int ref) {
        int page = page(ref);
        return birth[page] == epoch || sealed && fresh.contains(page, placeInPage(ref, page));
    }

    /** Fails if checks are on and {@code ref} is not a blob in use. */
    public void verify(int ref) {
        if (live != null) {
            live.verify(ref);
        }
    }

    /** Bytes of all blobs in use, as rounded up to their size classes. */
    public long usedBytes() {
        return usedBytes;
    }

    /**
     * Bytes of all pages and large blobs: what may be resident; the difference to {@link #usedBytes} is
     * fragmentation.
     */
    public long heldBytes() {
        return (long) (top - 1 - freeChunkCount) * CHUNK_BYTES;
    }

    /** Bytes that can be allocated at least, in small blobs. */
    public long roomBytes() {
        return (long) (chunksMax - top + freeChunkCount) * CHUNK_BYTES;
    }

    /** Address space reserved. */
    public long reservedBytes() {
        return (long) chunksMax * CHUNK_BYTES;
    }

    @Override
    public void close() {
        space.close();
    }

    // -- pages --------------------------------------------------------------------------------------------------

    private int fromPage(int sizeClass) {
        int page = rings[sizeClass];
        if (page == 0) {
            page = newPage(sizeClass);
        }
        int ref = chain[page];
        if (ref != 0) {
            chain[page] = memory.get(ValueLayout.JAVA_INT, offset(ref));
        } else {
            ref = (page << UNITS_PER_CHUNK_SHIFT) + bump[page]++ * (SizeClasses.bytes(sizeClass) / UNIT_BYTES);
        }
        if (++used[page] == blobsPerPage(sizeClass)) {
            unlink(sizeClass, page);
        }
        if (sealed && birth[page] != epoch) {
            fresh.add(page, placeInPage(ref, page), blobsPerPage(sizeClass));
        }
        usedBytes += SizeClasses.bytes(sizeClass);
        return ref;
    }

    private int newPage(int sizeClass) {
        int chunks = chunksPerPage(sizeClass);
        int page = take(chunks, SizeClasses.bytes(sizeClass));
        kind[page] = (byte) sizeClass;
        for (int i = 1; i < chunks; i++) {
            kind[page + i] = INNER;
            previous[page + i] = page;
        }
        birth[page] = epoch;
        used[page] = 0;
        bump[page] = 0;
        chain[page] = 0;
        link(sizeClass, page);
        return page;
    }

    private int large(long bytes) {
        int chunks = (int) ((bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
        int page = take(chunks, bytes);
        kind[page] = LARGE;
        birth[page] = epoch;
        used[page] = chunks;
        usedBytes += (long) chunks * CHUNK_BYTES;
        return page << UNITS_PER_CHUNK_SHIFT;
    }

    private int page(int ref) {
        int chunk = ref >>> UNITS_PER_CHUNK_SHIFT;
        return kind[chunk] == INNER ? previous[chunk] : chunk;
    }

    private static int chunksPerPage(int sizeClass) {
        return SizeClasses.bytes(sizeClass) <= SMALL_PAGE_CLASS_BYTES ? 1 : MEDIUM_PAGE_CHUNKS;
    }

    private static int blobsPerPage(int sizeClass) {
        return chunksPerPage(sizeClass) * CHUNK_BYTES / SizeClasses.bytes(sizeClass);
    }

    /** Which blob of its page it is; of a large one, 0. */
    private int placeInPage(int ref, int page) {
        int units = ref - (page << UNITS_PER_CHUNK_SHIFT);
        return units == 0 ? 0 : units / (SizeClasses.bytes(kind[page] & 0xff) / UNIT_BYTES);
    }

    // -- rings of pages with room -------------------------------------------------------------------------------

    private void link(int sizeClass, int page) {
        next[page] = page;
        previous[page] = page;
        // A page with room goes behind the one in use: fuller pages get time to empty.
        rings[sizeClass] = join(rings[sizeClass], page);
    }

    private void unlink(int sizeClass, int page) {
        int after = next[page];
        int before = previous[page];
        next[before] = after;
        previous[after] = before;
        if (rings[sizeClass] == page) {
            rings[sizeClass] = after == page ? 0 : after;
        }
    }

    private int join(int a, int b) {
        if (a == 0 || b == 0) {
            return a | b;
        }
        int lastOfA = previous[a];
        int lastOfB = previous[b];
        next[lastOfA] = b;
        previous[b] = lastOfA;
        next[lastOfB] = a;
        previous[a] = lastOfB;
        return a;
    }

    // -- the pool of chunks -------------------------------------------------------------------------------------

    private int take(int chunks, long wantedBytes) {
        if (chunks == 1 && warmCount > 0) {
            int chunk = warm[--warmCount];
            setFree(chunk, 1, false);
            return chunk;
        }
        int found = freeChunkCount >= chunks ? firstFit(chunks) : 0;
        if (found != 0) {
            if (warmCount > 0) {
                forgetWarm(found, chunks);
            }
            setFree(found, chunks, false);
            return found;
        }
        if (chunksMax - top < chunks) {
            throw new OutOfSpaceException(wantedBytes, reservedBytes());
        }
        ensureChunks(top + chunks);
        int first = top;
        top += chunks;
        space.expect((long) top * CHUNK_BYTES);
        return first;
    }

    private void release(int page, int chunks) {
        if (live != null) {
            live.forget(page << UNITS_PER_CHUNK_SHIFT, chunks << UNITS_PER_CHUNK_SHIFT);
        }
        Arrays.fill(kind, page, page + chunks, FREE);
        fresh.forget(page);
        setFree(page, chunks, true);
        if (chunks == 1 && warmCount < WARM_MAX) {
            warm[warmCount++] = page;
        } else {
            space.giveBack((long) page * CHUNK_BYTES, (long) chunks * CHUNK_BYTES);
        }
    }

    /** First of {@code count} neighbouring free chunks, or 0. */
    private int firstFit(int count) {
        int run = 0;
        for (int word = 0; word < freeChunks.length; word++) {
            long bits = freeChunks[word];
            if (bits == 0) {
                run = 0;
                continue;
            }
            if (count == 1) {
                return word * 64 + Long.numberOfTrailingZeros(bits);
            }
            for (int bit = 0; bit < 64; bit++) {
                run = ((bits >>> bit) & 1) != 0 ? run + 1 : 0;
                if (run == count) {
                    return word * 64 + bit - count + 1;
                }
            }
        }
        return 0;
    }

    private void setFree(int first, int count, boolean free) {
        for (int i = first; i < first + count; i++) {
            if (free) {
                freeChunks[i >> 6] |= 1L << i;
            } else {
                freeChunks[i >> 6] &= ~(1L << i);
            }
        }
        freeChunkCount += free ? count : -count;
    }

    private void forgetWarm(int first, int count) {
        int kept = 0;
        for (int i = 0; i < warmCount; i++) {
            if (warm[i] < first || warm[i] >= first + count) {
                warm[kept++] = warm[i];
            }
        }
        warmCount = kept;
    }

    private void ensureChunks(int count) {
        if (count <= kind.length) {
            return;
        }
        int length = Math.min(Math.max(count, kind.length * 2), chunksMax);
        kind = Arrays.copyOf(kind, length);
        birth = Arrays.copyOf(birth, length);
        used = Arrays.copyOf(used, length);
        bump = Arrays.copyOf(bump, length);
        chain = Arrays.copyOf(chain, length);
        next = Arrays.copyOf(next, length);
        previous = Arrays.copyOf(previous, length);
        freeChunks = Arrays.copyOf(freeChunks, (length + 63) / 64);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
