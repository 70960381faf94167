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
 * that is more than half full. Nil for a new key is one more key, as there. So # of a table with holes, which Lua leaves
 * open and which tells how large the array is, is the same as in C.
 *
 * When a new key finds no node is clear as long as all keys have values: when there are as many keys as nodes. A key
 * that lost its value gives its node to a new one that belongs on just that node, so from then on a NodeVector tells.
 * It is made when the first key loses its value, by going through the insertions again: the nodes have their order.
 *
 * The order of the nodes depends on nothing but the order of the insertions. A value of null is nil; such a node goes
 * with the next growth, one without key when room is short.
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
    /** What a node costs more when there is a vector. */
    private static final int VECTOR_BYTES = 32;
    private static final int ROOM_MIN = 4;

    private @Nullable Object[] array = EMPTY;
    private @Nullable Object[] keys = EMPTY;
    private @Nullable Object[] values = EMPTY;
    private int[] index = NO_INDEX;
    private int used;
    /** Nodes that are paid for; the arrays have room for {@link #ROOM_MIN} at least. */
    private int capacity;
    /** Null while the insertions into {@link #begun} empty nodes can be gone through again. */
    private @Nullable NodeVector vector;
    private int begun;
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

    /** A table for elements 1 to {@code size}, to be set in turn: as large as if it had grown with them. */
    public static LuaTable list(Budget budget, int size) {
        return new LuaTable(budget, size == 0 ? 0 : 1 << Growth.ceilLog2(size), 0);
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
        put(budget, find(key), key, value);
    }

    public void set(Budget budget, LuaString key, Object value) {
        absent = 0;
        put(budget, find(key), key, value);
    }

    public void set(Budget budget, int key, Object value) {
        if (key - 1 >= 0 && key - 1 < array.length) {
            array[key - 1] = stored(value);
            return;
        }
        Double boxed = (double) key;
        put(budget, find(boxed), boxed, value);
    }

    /** Sets a field by its name, for those who build tables in Java. */
    public void set(Budget budget, String key, Object value) {
        set(budget, LuaString.of(key), value);
    }

    private void put(Budget budget, int node, Object key, Object value) {
        if (node < 0) {
            insert(budget, key, stored(value));
        } else if (value != Nil.NIL) {
            values[node] = value;
        } else if (values[node] != null) {
            if (vector == null) {
                trace(budget);
            }
            values[node] = null;
        }
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

    private void insert(Budget budget, Object key, @Nullable Object value) {
        if (isInserted(budget, key, value)) {
            return;
        }
        rehash(budget, key);
        int place = Growth.place(key);
        if (place > 0 && place <= array.length) {
            array[place - 1] = value;
        } else if (!isInserted(budget, key, value)) {
            throw new IllegalStateException("a table has grown for a key and has no node for it");
        }
    }

    /** False if there is no node for it. */
    private boolean isInserted(Budget budget, Object key, @Nullable Object value) {
        NodeVector nodes = vector;
        if (nodes == null) {
            if (used == capacity) {
                return false;
            }
            if (value != null) {
                append(key, value);
                return true;
            }
            nodes = trace(budget);
        }
        int freed = nodes.take(key, keys, values);
        if (freed == NodeVector.FULL) {
            return false;
        }
        if (freed >= 0) {
            keys[freed] = null;
        }
        if (used == keys.length) {
            compact(budget, nodes);
        }
        nodes.put(used);
        append(key, value);
        return true;
    }

    /** Makes the vector by going through the insertions again. */
    private NodeVector trace(Budget budget) {
        budget.step(used >> 3);
        budget.allocate((long) VECTOR_BYTES * capacity);
        NodeVector made = new NodeVector(begun, keys.length);
        for (int i = 0; i < used; i++) {
            if (i == made.size()) {
                made = grown(made, 1 << Growth.ceilLog2(i + 1), i);
            }
            made.add(keys, i);
        }
        made = made.size() == capacity ? made : grown(made, capacity, used);
        vector = made;
        return made;
    }

    private NodeVector grown(NodeVector from, int size, int entries) {
        int[] same = new int[entries];
        for (int i = 0; i < entries; i++) {
            same[i] = i + 1;
        }
        NodeVector made = new NodeVector(size, keys.length);
        made.addAll(from, same, keys);
        return made;
    }

    /** Drops the nodes whose keys have given way to others. Afterwards there is room for as many keys again. */
    private void compact(Budget budget, NodeVector nodes) {
        budget.step(used >> 3);
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        int[] moved = new int[used];
        empty(2 * Math.max(ROOM_MIN, capacity));
        for (int i = 0; i < moved.length; i++) {
            Object key = oldKeys[i];
            if (key != null) {
                append(key, oldValues[i]);
                moved[i] = used;
            }
        }
        nodes.renumber(moved, keys.length);
    }

    private void empty(int room) {
        keys = room == 0 ? EMPTY : new Object[room];
        values = room == 0 ? EMPTY : new Object[room];
        index = room == 0 ? NO_INDEX : new int[2 * room];
        used = 0;
    }

    private void append(Object key, @Nullable Object value) {
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
        Growth sizes = Growth.of(array, keys, values, used, extra);
        budget.step(sizes.total() >> 3);
        resize(budget, sizes.array(), sizes.nodes());
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

    private void resize(Budget budget, int arraySize, int nodes) {
        int nodeSize = nodes == 0 ? 0 : 1 << Growth.ceilLog2(nodes);
        if (vector == null && arraySize != array.length && staysInNodes(arraySize)) {
            trace(budget);
        }
        budget.allocate((long) SLOT_BYTES * (arraySize - array.length)
                + (long) (vector == null ? NODE_BYTES : NODE_BYTES + VECTOR_BYTES) * ((long) nodeSize - capacity));
        capacity = nodeSize;
        if (vector == null && arraySize == array.length && used > 0 && nodeSize <= keys.length) {
            return;
        }
        @Nullable Object[] oldArray = array;
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        int[] moved = new int[used];
        array = arraySize == oldArray.length ? oldArray : Arrays.copyOf(oldArray, arraySize);
        empty(nodeSize == 0 ? 0 : Math.max(ROOM_MIN, nodeSize));
        for (int i = arraySize; i < oldArray.length; i++) {
            Object value = oldArray[i];
            if (value != null) {
                append((double) (i + 1), value);
            }
        }
        int vanished = used;
        for (int i = 0; i < moved.length; i++) {
            Object key = oldKeys[i];
            Object value = oldValues[i];
            if (key == null || value == null) {
                continue;
            }
            int place = Growth.place(key);
            if (place > 0 && place <= arraySize) {
                array[place - 1] = value;
            } else {
                append(key, value);
                moved[i] = used;
            }
        }
        renew(budget, moved, vanished);
    }

    /** Whether some key that has a value would not go into an array of that size. */
    private boolean staysInNodes(int arraySize) {
        for (int i = 0; i < used; i++) {
            int place = Growth.place(keys[i]);
            if (place == 0 || place > arraySize) {
                return true;
            }
        }
        return false;
    }

    /** Puts the keys on the nodes of a new vector, the {@code vanished} ones that were in the array before. */
    private void renew(Budget budget, int[] moved, int vanished) {
        NodeVector old = vector;
        if (used == vanished) {
            begun = capacity;
            vector = null;
            if (old != null) {
                budget.allocate((long) -VECTOR_BYTES * capacity);
            }
        } else if (old != null) {
            NodeVector made = new NodeVector(capacity, keys.length);
            for (int i = 0; i < vanished; i++) {
                made.add(keys, i);
            }
            made.addAll(old, moved, keys);
            vector = made;
        }
    }

    /** Makes room for elements that a constructor will set. */
    void growArray(Budget budget, int size) {
        if (size > array.length) {
            resize(budget, size, capacity);
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
