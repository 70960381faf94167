package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.Listpack;

/*
 * The problem: fields of a hash die one by one, and with the last one the key; lookups of keys must cost nothing more
 * for it, and removing dead fields from memory must be housekeeping that changes no reply.
 *
 *     the key's blob   flags | deadline slot: the earliest of its own deadline and those of its fields | key | value
 *
 *     value, packed    own deadline: 8 | listpack of field, value, deadline, ...    rising by deadline, 0 (none) last
 *            large     number: 4 | own deadline: 8                                  deadlines beside the fields
 *
 * So the slot that lookups and ExpiryIndex compare with the time tells when there is something to do at all. Only then
 * is it looked at more closely: the key is dead if its own deadline has passed or if all of its fields are dead. Else
 * the dead fields are removed, at the next write of the key or by Keyspace.removeDue, and until then every reader
 * passes over them. Order and random picks of a hash depend on its live fields only, so it makes no difference when
 * that happens.
 *
 *     next O(1); isDead O(1) packed, O(dead fields) large
 */

/** What the deadlines of fields mean for their key. Immutable; used by the engine thread and a snapshot's. */
final class FieldDeadlines {
    private static final int STEP = 64;

    private final Blobs blobs;
    private final Listpack packs;

    FieldDeadlines(Blobs blobs) {
        this.blobs = blobs;
        packs = new Listpack(blobs.memory());
    }

    /** Where the listpack of a packed hash begins. */
    long pack(long at) {
        return blobs.valueOffset(at) + Blobs.OWN_DEADLINE_BYTES;
    }

    /** A deadline at or before that of the field that dies next; Long.MAX_VALUE if none dies. */
    long next(long at, LargeValues.View large) {
        if (Blobs.isLarge(blobs.flags(at))) {
            return ((LargeHash) large.get(blobs.largeId(at))).nextDeadline();
        }
        long first = packs.first(pack(at));
        return first == Listpack.NONE || deadline(first) == 0 ? Long.MAX_VALUE : deadline(first);
    }

    /** The earliest deadline of a field after a moment; Long.MAX_VALUE if none dies. O(fields). */
    long nextAfter(long at, LargeValues.View large, long millis) {
        long[] next = new long[] {Long.MAX_VALUE};
        if (Blobs.isLarge(blobs.flags(at))) {
            LargeHash hash = (LargeHash) large.get(blobs.largeId(at));
            hash.table().forEach(field -> {
                long deadline = hash.deadline(field);
                next[0] = deadline > millis ? Math.min(next[0], deadline) : next[0];
            });
            return next[0];
        }
        for (long p = packs.first(pack(at)); p != Listpack.NONE; ) {
            long deadline = deadline(p);
            next[0] = deadline > millis ? Math.min(next[0], deadline) : next[0];
            p = packs.next(packs.next(packs.next(p)));
        }
        return next[0];
    }

    /** The deadline of a field of a packed hash. */
    long deadline(long field) {
        return packs.integer(packs.next(packs.next(field)));
    }

    /** Bytes of the triples of a packed hash that are dead at a moment: its first ones. */
    int deadBytes(long at, long millis) {
        long first = packs.first(pack(at));
        long p = first;
        while (p != Listpack.NONE && deadline(p) != 0 && deadline(p) <= millis) {
            p = packs.next(packs.next(packs.next(p)));
        }
        return first == Listpack.NONE ? 0 : (int) ((p == Listpack.NONE ? packs.end(pack(at)) : p) - first);
    }

    /** Removes the first triples of a packed hash, {@code bytes} in all. */
    void removeFirst(long at, int bytes) {
        long pack = pack(at);
        long first = packs.first(pack);
        int entries = 0;
        for (long p = first; p < first + bytes; p = packs.after(p)) {
            entries++;
        }
        packs.removeRun(pack, first, first + bytes, entries);
    }

    /** What belongs into the deadline slot: the earlier of both, 0 = none. */
    static long earlier(long ownMillis, long fieldMillis) {
        long own = ownMillis == 0 ? Long.MAX_VALUE : ownMillis;
        long earlier = Math.min(own, fieldMillis);
        return earlier == Long.MAX_VALUE ? 0 : earlier;
    }

    /** Whether a key is dead at a moment, be it of its own deadline or because all its fields are. */
    boolean isDead(long at, LargeValues.View large, long millis) {
        long due = blobs.deadline(at);
        if (due == 0 || due > millis) {
            return false;
        }
        if (!blobs.hasFieldDeadlines(at)) {
            return true;
        }
        long own = blobs.ownDeadline(at);
        return (own != 0 && own <= millis) || allDead(at, large, millis);
    }

    private boolean allDead(long at, LargeValues.View large, long millis) {
        if (!Blobs.isLarge(blobs.flags(at))) {
            long last = packs.integer(packs.last(pack(at)));
            return last != 0 && last <= millis;
        }
        LargeHash hash = (LargeHash) large.get(blobs.largeId(at));
        boolean[] alive = new boolean[] {hash.timed() < hash.size()};
        long cursor = 0;
        do {
            cursor = hash.table().scan(cursor, STEP, field -> alive[0] |= hash.deadline(field) > millis);
        } while (cursor != 0 && !alive[0]);
        return !alive[0];
    }
}
