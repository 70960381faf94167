package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.PackedFields;

/*
 * The problem: fields of a hash die one by one, and with the last one the key; lookups of keys must cost nothing more
 * for it, and removing dead fields from memory must be housekeeping that changes no reply.
 *
 *     the key's blob   flags | deadline slot: the earliest of its own deadline and those of its fields | key | value
 *
 *     value, packed    own deadline: 8 | field, value, deadline, ... (PackedFields)   rising by deadline, 0 (none) last
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
    private final PackedFields packs;

    FieldDeadlines(Blobs blobs) {
        this.blobs = blobs;
        packs = new PackedFields(blobs.memory());
    }

    /** Where the fields of a packed hash begin. */
    private long pack(long at) {
        return blobs.valueOffset(at) + Blobs.OWN_DEADLINE_BYTES;
    }

    /** Where they end. */
    private long end(long at) {
        return blobs.valueOffset(at) + blobs.valueLength(at);
    }

    /** A deadline at or before that of the field that dies next; Long.MAX_VALUE if none dies. */
    long next(long at, LargeValues.View large) {
        if (Blobs.isLarge(blobs.flags(at))) {
            return ((LargeHash) large.get(blobs.largeId(at))).nextDeadline();
        }
        long first = pack(at);
        return first == end(at) || deadline(first) == 0 ? Long.MAX_VALUE : deadline(first);
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
        long end = end(at);
        for (long p = pack(at); p < end; p = packs.next(p, 3)) {
            long deadline = deadline(p);
            next[0] = deadline > millis ? Math.min(next[0], deadline) : next[0];
        }
        return next[0];
    }

    /** The deadline of a field of a packed hash. */
    long deadline(long field) {
        return packs.integer(packs.next(field, 2));
    }

    /** Bytes of the triples of a packed hash that are dead at a moment: its first ones. */
    int deadBytes(long at, long millis) {
        long first = pack(at);
        long end = end(at);
        long p = first;
        while (p < end && deadline(p) != 0 && deadline(p) <= millis) {
            p = packs.next(p, 3);
        }
        return (int) (p - first);
    }

    /** Moves what follows the first {@code bytes} bytes of triples of a packed hash to their place. */
    void removeFirst(long at, int bytes) {
        long pack = pack(at);
        packs.move(pack + bytes, pack, end(at) - pack - bytes);
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
            return deadBytes(at, millis) == end(at) - pack(at);
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
