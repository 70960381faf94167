package dev.balsa.node.engine.value;

import java.lang.foreign.MemorySegment;

/*
 * The problem: most hashes are small, and there are millions of them. In a listpack each entry repeats its length
 * behind it, for a walk from the end that a hash never needs, and a header says what the key's blob knows already.
 *
 *     entry  entry  ...  entry         field, value (, deadline) in turn; they end where the blob's value ends
 *
 *     entry = encoding and data of a listpack's entry (Listpack), without its length backwards
 *
 * Five fields of 6 + 10 bytes take 90 bytes, and 107 in a listpack. Files and DUMP carry the listpack: toListpack.
 *
 *     next           O(1)
 *     find, count    O(n), sequential bytes
 *     put            O(1); whoever inserts has made the room
 *
 * Source: Listpack, less what is not needed here.
 */

/**
 * Reads and writes the entries of packed hashes. {@code from} and {@code end} are where they begin and end, {@code p}
 * where one of them does. Immutable: it holds the memory and no state.
 */
public final class PackedFields {
    /** What {@link #find} answers when there is no such entry. */
    public static final long NONE = 0;

    private final MemorySegment memory;
    private final Listpack packs;

    public PackedFields(MemorySegment memory) {
        this.memory = memory;
        packs = new Listpack(memory);
    }

    public MemorySegment memory() {
        return memory;
    }

    /** The place behind an entry: the next one's or the end. */
    public long next(long p) {
        return p + packs.bodyBytes(p);
    }

    /** The place {@code entries} entries further. */
    public long next(long p, int entries) {
        long q = p;
        for (int i = 0; i < entries; i++) {
            q = next(q);
        }
        return q;
    }

    /** Number of entries. O(n). */
    public int count(long from, long end) {
        int count = 0;
        for (long p = from; p < end; p = next(p)) {
            count++;
        }
        return count;
    }

    /** The first entry that equals a value, looking at every {@code step}-th; or NONE. */
    public long find(long from, long end, byte[] value, int offset, int length, int step) {
        boolean number = Decimal.isCanonical(value, offset, length);
        long wanted = number ? Decimal.parse(value, offset, length) : 0;
        for (long p = from; p < end; p = next(p, step)) {
            boolean same = packs.isInteger(p)
                    ? number && packs.integer(p) == wanted
                    : !number && packs.sameText(p, value, offset, length);
            if (same) {
                return p;
            }
        }
        return NONE;
    }

    /** The number that an entry is. */
    public long integer(long p) {
        return packs.integer(p);
    }

    // -- writing ------------------------------------------------------------------------------------------------

    /** Bytes of the entry that {@link #put(long, byte[], int, int)} writes. */
    public static int entryBytes(byte[] value, int offset, int length) {
        return Decimal.isCanonical(value, offset, length)
                ? Listpack.numberBody(Decimal.parse(value, offset, length))
                : Listpack.stringBody(length);
    }

    /** Bytes of a number's entry. */
    public static int numberBytes(long number) {
        return Listpack.numberBody(number);
    }

    /** Writes an entry; returns the place behind it. */
    public long put(long p, byte[] value, int offset, int length) {
        return Decimal.isCanonical(value, offset, length)
                ? put(p, Decimal.parse(value, offset, length))
                : p + packs.writeStringBody(p, value, offset, length);
    }

    /** Writes a number; returns the place behind it. */
    public long put(long p, long number) {
        return p + packs.writeNumberBody(p, number);
    }

    /** Moves {@code bytes} bytes, to a place that may overlap. */
    public void move(long from, long to, long bytes) {
        if (from != to) {
            MemorySegment.copy(memory, from, memory, to, bytes);
        }
    }

    // -- listpacks ----------------------------------------------------------------------------------------------

    /** Bytes of the listpack with the same entries. */
    public int listpackBytes(long from, long end) {
        int bytes = Listpack.EMPTY_BYTES;
        for (long p = from; p < end; p = next(p)) {
            bytes += packs.entryBytes(p);
        }
        return bytes;
    }

    /** Writes a listpack with the same entries, where there is room for {@link #listpackBytes}. */
    public void toListpack(long from, long end, MemorySegment target, long at) {
        Listpack into = new Listpack(target);
        into.init(at);
        for (long p = from; p < end; p = next(p)) {
            into.append(at, memory, p, packs.bodyBytes(p));
        }
    }
}
