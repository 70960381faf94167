package dev.balsa.node.lua;

import org.jspecify.annotations.Nullable;

/**
 * Which node each key of a table would have in C's Lua, whose nodes are a chained scatter table with Brent's
 * variation. Nothing is looked up here: it tells when C finds no node for a new key, for that is when a table grows, and
 * with it what # of a table with holes is. Keys are told by the numbers of their entries in {@link LuaTable}.
 *
 * <p>Where C takes the address of an object, this takes how many objects came before it.
 */
final class NodeVector {
    /** No node is left. */
    static final int FULL = -2;
    /** A node that had no key was taken. */
    static final int NONE = -1;

    /** Of each node: its entry + 1, or 0 if it never had a key. */
    private final int[] entries;
    /** Of each entry. */
    private int[] hashes;
    /** All nodes from here on have keys. */
    private int lastFree;
    private int objects;
    private int taken;
    private int hash;

    /** Without keys: {@code size} nodes, a power of two or 0, for entries below {@code room}. */
    NodeVector(int size, int room) {
        entries = new int[size];
        hashes = new int[room];
        lastFree = size;
    }

    int size() {
        return entries.length;
    }

    /**
     * Takes a node for a new key, which {@link #put} gives its entry: FULL, NONE, or the entry of the key without value
     * that had the node until now.
     */
    int take(Object key, @Nullable Object[] keys, @Nullable Object[] values) {
        hash = hashOf(key);
        taken = main(key, hash);
        int entry = entries[taken] - 1;
        if (entry < 0 || values[entry] == null) {
            return entry;
        }
        return collides(keys, entry) ? NONE : FULL;
    }

    /** The entry has the node: it stays if that is its main position, else it moves away. False if no node is free. */
    private boolean collides(@Nullable Object[] keys, int entry) {
        int free = free();
        if (free < 0) {
            return false;
        }
        if (main(keys[entry], hashes[entry]) == taken) {
            taken = free;
        } else {
            entries[free] = entry + 1;
        }
        return true;
    }

    private int free() {
        while (--lastFree >= 0) {
            if (entries[lastFree] == 0) {
                return lastFree;
            }
        }
        return -1;
    }

    /** The node that was taken last belongs to an entry from now on. */
    void put(int entry) {
        entries[taken] = entry + 1;
        hashes[entry] = hash;
    }

    /** Takes a node for the key of an entry, in a vector that has one and in which all keys have values. */
    void add(@Nullable Object[] keys, int entry) {
        Object key = keys[entry];
        if (key == null) {
            throw new IllegalStateException("an entry without key");
        }
        add(keys, entry, hashOf(key));
    }

    private void add(@Nullable Object[] keys, int entry, int hashOfKey) {
        hash = hashOfKey;
        taken = main(keys[entry], hash);
        int other = entries[taken] - 1;
        if (other >= 0 && !collides(keys, other)) {
            throw new IllegalStateException("more keys than nodes");
        }
        put(entry);
    }

    /** Takes over the keys of another vector in C's order. Each of its entries is 0 or one more here. */
    void addAll(NodeVector old, int[] moved, @Nullable Object[] keys) {
        objects += old.objects;
        for (int node = old.entries.length - 1; node >= 0; node--) {
            int entry = old.entries[node] - 1;
            if (entry >= 0 && moved[entry] > 0) {
                add(keys, moved[entry] - 1, old.hashes[entry]);
            }
        }
    }

    /** Its entries have other numbers now: those less one, or none where that is 0. */
    void renumber(int[] moved, int room) {
        int[] kept = new int[room];
        for (int i = 0; i < moved.length; i++) {
            if (moved[i] > 0) {
                kept[moved[i] - 1] = hashes[i];
            }
        }
        hashes = kept;
        for (int node = 0; node < entries.length; node++) {
            entries[node] = entries[node] == 0 ? 0 : moved[entries[node] - 1];
        }
    }

    private int main(@Nullable Object key, int hashOfKey) {
        int last = entries.length - 1;
        return key instanceof LuaString || key instanceof Boolean ? hashOfKey & last
                : Integer.remainderUnsigned(hashOfKey, last | 1);
    }

    private int hashOf(Object key) {
        return switch (key) {
            case LuaString s -> hashOf(s.bytes());
            case Double d -> hashOf((double) d);
            case Boolean b -> b ? 1 : 0;
            case LightUserdata _ -> 0;
            default -> 4 * ++objects;
        };
    }

    private static int hashOf(double number) {
        long bits = number == 0 ? 0 : Double.doubleToRawLongBits(number);
        return (int) bits + (int) (bits >>> 32);
    }

    private static int hashOf(byte[] bytes) {
        int h = bytes.length;
        int step = (bytes.length >> 5) + 1;
        for (int i = bytes.length; i >= step; i -= step) {
            h ^= (h << 5) + (h >>> 2) + (bytes[i - 1] & 0xFF);
        }
        return h;
    }
}
