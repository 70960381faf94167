package dev.balsa.node.lua;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * An array for the keys 1..n, and beside it nodes for the rest, in the order in which their keys came:
 *
 *     array   [v1][v2][v3][ ]                 nodes   keys   [k][k][-][k][ ][ ][ ][ ]
 *                                                     values [v][v][ ][v][ ][ ][ ][ ]
 *                                                             0  1  2  3 = used
 *     index: open addressing over the nodes, twice as large; small tables have room for four nodes at once
 *
 * Both grow as in C: when a new key finds no node, the keys are counted and the array becomes the largest power of two
 * that is more than half full. Still, # of a table with holes, which Lua leaves open, can be another than there. The
 * order of the nodes depends on nothing but the order of the insertions. A value of null is nil; a node of such a value is dead until the next growth.
 */

/** A table of Lua. */
@SuppressWarnings("ReferenceEquality") // the same object is the same key
public final class LuaTable {
    private static final Object[] EMPTY = {};
    private static final int[] NO_INDEX = {};
    private static final int BYTES = 72;
    /** With the objects of a key and a value that are numbers. */
    private static final int NODE_BYTES = 48;
    private static final int SLOT_BYTES = 20;
    private static final int ARRAY_BITS_MAX = 26;
    private static final int ROOM_MIN = 4;

    private @Nullable Object[] array = EMPTY;
    private @Nullable Object[] keys = EMPTY;
    private @Nullable Object[] values = EMPTY;
    private int[] index = NO_INDEX;
    private int used;
    /** Nodes that are paid for; the arrays have room for {@link #ROOM_MIN} at least. */
    private int capacity;
    private @Nullable LuaTable metatable;
    /** Bit {@code e}: as a metatable it has no event {@code e}. */
    private int absent;
    private boolean readOnly;
    private long id;
    /** The node that {@link #next(int)} found last, where the next step is likely to begin. */
    private int walked;

    public LuaTable(Budget budget) {
        budget.allocate(BYTES);
    }

    /** A table with room for {@code arraySize} elements and {@code nodes} other keys. */
    public LuaTable(Budget budget, int arraySize, int nodes) {
        budget.allocate(BYTES);
        if (arraySize > 0 || nodes > 0) {
            resize(budget, arraySize, nodes);
        }
    }

    public @Nullable LuaTable metatable() {
        return metatable;
    }

    public void metatable(@Nullable LuaTable table) {
        metatable = table;
    }

    /** Whether a script may not change it. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Whether a change of it is nothing but that: no metatable, and a script may change it. */
    boolean isPlain() {
        return metatable == null && !readOnly;
    }

    /** From now on no script may change it. */
    public void protect() {
        readOnly = true;
    }

    void id(long fixed) {
        id = fixed;
    }

    long id(LuaState x) {
        if (id == 0) {
            id = x.nextId();
        }
        return id;
    }

    /** The event of a metatable, or null. */
    @Nullable Object event(Event event) {
        if ((absent & event.bit()) != 0) {
            return null;
        }
        int node = find(event.key());
        Object value = node < 0 ? null : values[node];
        if (value == null) {
            absent |= event.bit();
        }
        return value;
    }

    /** The value of a key, without metatables. */
    public Object get(Object key) {
        if (key instanceof LuaString s) {
            return get(s);
        }
        if (key instanceof Double d) {
            double number = d;
            int i = (int) number;
            if (i == number) {
                return get(i);
            }
        } else if (key == Nil.NIL) {
            return Nil.NIL;
        }
        int node = find(key);
        return node < 0 ? Nil.NIL : orNil(values[node]);
    }

    public Object get(LuaString key) {
        int node = find(key);
        return node < 0 ? Nil.NIL : orNil(values[node]);
    }

    public Object get(int key) {
        if (key - 1 >= 0 && key - 1 < array.length) {
            return orNil(array[key - 1]);
        }
        if (used == 0) {
            return Nil.NIL;
        }
        int node = find((Object) (double) key);
        return node < 0 ? Nil.NIL : orNil(values[node]);
    }

    private static Object orNil(@Nullable Object value) {
        return value == null ? Nil.NIL : value;
    }

    /** Changes the value of a key that is neither nil nor NaN, without metatables. */
    public void set(Budget budget, Object key, Object value) {
        if (key instanceof LuaString s) {
            set(budget, s, value);
            return;
        }
        if (key instanceof Double d) {
            double number = d;
            int i = (int) number;
            if (i == number) {
                set(budget, i, value);
                return;
            }
        }
        int node = find(key);
        if (node >= 0) {
            values[node] = stored(value);
        } else if (value != Nil.NIL) {
            insert(budget, key, value);
        }
    }

    public void set(Budget budget, LuaString key, Object value) {
        absent = 0;
        int node = find(key);
        if (node >= 0) {
            values[node] = stored(value);
        } else if (value != Nil.NIL) {
            insert(budget, key, value);
        }
    }

    public void set(Budget budget, int key, Object value) {
        if (key - 1 >= 0 && key - 1 < array.length) {
            array[key - 1] = stored(value);
            return;
        }
        Double boxed = (double) key;
        int node = find(boxed);
        if (node >= 0) {
            values[node] = stored(value);
        } else if (value != Nil.NIL) {
            insert(budget, boxed, value);
        }
    }

    /** Sets a field by its name, for those who build tables in Java. */
    public void set(Budget budget, String key, Object value) {
        set(budget, LuaString.of(key), value);
    }

    private static @Nullable Object stored(Object value) {
        return value == Nil.NIL ? null : value;
    }

    private static int hash(Object key) {
        if (key instanceof Double d) {
            return SecretHash.of(d);
        }
        int h = key.hashCode();
        return h ^ h >>> 16;
    }

    private int find(LuaString key) {
        if (used == 0) {
            return -1;
        }
        int mask = index.length - 1;
        int h = key.hashCode();
        int i = (h ^ h >>> 16) & mask;
        for (int slot = index[i]; slot != 0; slot = index[i]) {
            Object other = keys[slot - 1];
            if (other == key || other instanceof LuaString s && s.same(key)) {
                return slot - 1;
            }
            i = i + 1 & mask;
        }
        return -1;
    }

    private int find(Object key) {
        if (used == 0) {
            return -1;
        }
        if (key instanceof Double d && d == 0) {
            key = 0.0;
        }
        int mask = index.length - 1;
        int i = hash(key) & mask;
        for (int slot = index[i]; slot != 0; slot = index[i]) {
            Object other = keys[slot - 1];
            if (other != null && other.equals(key)) {
                return slot - 1;
            }
            i = i + 1 & mask;
        }
        return -1;
    }

    private void insert(Budget budget, Object key, Object value) {
        if (used == capacity) {
            rehash(budget, key);
            if (key instanceof Double d && d == (int) (double) d) {
                int i = (int) (double) d;
                if (i - 1 >= 0 && i - 1 < array.length) {
                    array[i - 1] = value;
                    return;
                }
            }
        }
        append(key, value);
    }

    private void append(Object key, Object value) {
        Object stored = key instanceof Double d && d == 0 ? (Object) 0.0 : key;
        int mask = index.length - 1;
        int i = hash(stored) & mask;
        while (index[i] != 0) {
            i = i + 1 & mask;
        }
        keys[used] = stored;
        values[used] = value;
        used++;
        index[i] = used;
    }

    private void rehash(Budget budget, Object extra) {
        if (array.length == 0 && !(extra instanceof Double) && !hasNumbers()) {
            int total = 1 + live();
            budget.step(total >> 3);
            resize(budget, 0, total);
            return;
        }
        int[] counts = new int[ARRAY_BITS_MAX + 1];
        int inArray = 0;
        for (int i = 0; i < array.length; i++) {
            if (array[i] != null) {
                counts[ceilLog2(i + 1)]++;
                inArray++;
            }
        }
        int total = inArray + 1;
        int integers = inArray + count(extra, counts);
        for (int i = 0; i < used; i++) {
            Object key = keys[i];
            if (values[i] != null && key != null) {
                total++;
                integers += count(key, counts);
            }
        }
        budget.step(total >> 3);
        int size = 0;
        int kept = 0;
        int sum = 0;
        for (int i = 0, power = 1; i <= ARRAY_BITS_MAX && power / 2 < integers; i++, power *= 2) {
            sum += counts[i];
            if (counts[i] > 0 && sum > power / 2) {
                size = power;
                kept = sum;
            }
            if (sum == integers) {
                break;
            }
        }
        resize(budget, size, total - kept);
    }

    /** How many nodes have a value. */
    private int live() {
        int live = 0;
        for (int i = 0; i < used; i++) {
            live += values[i] != null ? 1 : 0;
        }
        return live;
    }

    private boolean hasNumbers() {
        for (int i = 0; i < used; i++) {
            if (keys[i] instanceof Double) {
                return true;
            }
        }
        return false;
    }

    private static int count(Object key, int[] counts) {
        if (key instanceof Double d) {
            int i = (int) (double) d;
            if (i == d && i > 0 && i <= 1 << ARRAY_BITS_MAX) {
                counts[ceilLog2(i)]++;
                return 1;
            }
        }
        return 0;
    }

    private static int ceilLog2(int n) {
        return 32 - Integer.numberOfLeadingZeros(n - 1);
    }

    private void resize(Budget budget, int arraySize, int nodes) {
        int nodeSize = nodes == 0 ? 0 : 1 << ceilLog2(nodes);
        budget.allocate((long) SLOT_BYTES * (arraySize - array.length)
                + (long) NODE_BYTES * ((long) nodeSize - capacity));
        capacity = nodeSize;
        if (arraySize == array.length && used <= nodeSize && nodeSize <= keys.length && live() == used) {
            return;
        }
        int room = nodeSize == 0 ? 0 : Math.max(ROOM_MIN, nodeSize);
        @Nullable Object[] oldArray = array;
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        int oldUsed = used;
        array = arraySize == oldArray.length ? oldArray
                : Arrays.copyOf(oldArray, arraySize);
        keys = room == 0 ? EMPTY : new Object[room];
        values = room == 0 ? EMPTY : new Object[room];
        index = room == 0 ? NO_INDEX : new int[2 * room];
        used = 0;
        for (int i = arraySize; i < oldArray.length; i++) {
            Object value = oldArray[i];
            if (value != null) {
                append((double) (i + 1), value);
            }
        }
        for (int i = 0; i < oldUsed; i++) {
            Object key = oldKeys[i];
            Object value = oldValues[i];
            if (key == null || value == null) {
                continue;
            }
            int place = key instanceof Double d && d == (int) (double) d ? (int) (double) d : 0;
            if (place > 0 && place <= arraySize) {
                array[place - 1] = value;
            } else {
                append(key, value);
            }
        }
    }

    /** Makes room for elements that a constructor will set. */
    void growArray(Budget budget, int size) {
        if (size > array.length) {
            resize(budget, size, Math.max(live(), capacity));
        }
    }

    /** A border: # of Lua. */
    public int length() {
        int j = array.length;
        if (j > 0 && array[j - 1] == null) {
            int i = 0;
            while (j - i > 1) {
                int m = i + j >>> 1;
                if (array[m - 1] == null) {
                    j = m;
                } else {
                    i = m;
                }
            }
            return i;
        }
        return capacity == 0 ? j : beyond(j);
    }

    private int beyond(int from) {
        int i = from;
        long j = from + 1L;
        while (get((int) j) != Nil.NIL) {
            i = (int) j;
            j *= 2;
            if (j > Integer.MAX_VALUE - 2) {
                int n = 1;
                while (get(n) != Nil.NIL) {
                    n++;
                }
                return n - 1;
            }
        }
        while (j - i > 1) {
            int m = (int) (i + j >>> 1);
            if (get(m) == Nil.NIL) {
                j = m;
            } else {
                i = m;
            }
        }
        return i;
    }

    /** The position from which {@link #next(int)} goes on after {@code key}; 0 for nil, -1 if there is no such key. */
    public int position(Object key) {
        if (key == Nil.NIL) {
            return 0;
        }
        if (key instanceof Double d) {
            int i = (int) (double) d;
            if (i == d && i > 0 && i <= array.length) {
                return i;
            }
        }
        if (walked < used && keys[walked] == key) {
            return array.length + walked + 1;
        }
        int node = find(key);
        return node < 0 ? -1 : array.length + node + 1;
    }

    /** As {@link #next(int)}; what it has to pass over costs. */
    public int next(Budget budget, int position) {
        int next = next(position);
        int passed = (next == 0 ? array.length + used : next) - position;
        if (passed > 8) {
            budget.step(passed >> 3);
        }
        return next;
    }

    /** How many keys have a value. */
    public int count() {
        int count = 0;
        for (Object value : array) {
            count += value != null ? 1 : 0;
        }
        return count + live();
    }

    /** The largest of its keys if all are whole numbers above 0, else -1; 0 if there is none. */
    public double largestIndex() {
        double most = 0;
        for (int i = 0; i < used; i++) {
            if (values[i] == null) {
                continue;
            }
            if (!(keys[i] instanceof Double d) || d < 1 || Math.floor(d) != d) {
                return -1;
            }
            most = Math.max(most, d);
        }
        int last = array.length;
        while (last > most && array[last - 1] == null) {
            last--;
        }
        return Math.max(most, last);
    }

    /** The first position after {@code position} that has a value, or 0. */
    public int next(int position) {
        int i = position;
        for (; i < array.length; i++) {
            if (array[i] != null) {
                return i + 1;
            }
        }
        for (i -= array.length; i < used; i++) {
            if (values[i] != null) {
                walked = i;
                return array.length + i + 1;
            }
        }
        return 0;
    }

    /** The key at a position that {@link #next(int)} gave. */
    public Object keyAt(int position) {
        return position <= array.length ? (Object) (double) position : orNil(keys[position - array.length - 1]);
    }

    /** The value at a position that {@link #next(int)} gave. */
    public Object valueAt(int position) {
        return orNil(position <= array.length ? array[position - 1] : values[position - array.length - 1]);
    }
}
