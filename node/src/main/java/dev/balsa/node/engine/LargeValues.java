package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeValue;
import dev.balsa.node.engine.value.ValueSpace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The problem: a key's blob lies off the heap and cannot refer to an object. So it holds a number, and this table the
 * object; a snapshot keeps the table as it was for the price of one array of chunks.
 *
 *     chunks   [ . ][ . ][ . ]      each 1,024 values and the epoch in which it was last copied
 *                |
 *              values               number = chunk * 1024 + place; free numbers are kept in a stack
 *
 *     get O(1), add O(1), view O(chunks)
 */

/** The large values of a keyspace by number. Owned by the engine thread; a view's chunks are read by its reader. */
final class LargeValues {
    private static final int SHIFT = 10;
    private static final int CHUNK = 1 << SHIFT;
    private static final long CHUNK_BYTES = 16 + 4L * CHUNK;

    private final ValueSpace space;
    private @Nullable LargeValue[][] chunks = new LargeValue[0][];
    private int[] epochs = new int[0];
    private IntList free = new IntList();
    private int top;

    LargeValues(ValueSpace space) {
        this.space = space;
    }

    /** The table as it was at one moment. */
    @FunctionalInterface
    interface View {
        LargeValue get(int id);
    }

    View view() {
        @Nullable LargeValue[][] then = chunks.clone();
        return id -> present(then[id >>> SHIFT][id & (CHUNK - 1)], id);
    }

    LargeValue get(int id) {
        return present(chunks[id >>> SHIFT][id & (CHUNK - 1)], id);
    }

    /** The value, its root replaced first if a view needs it as it is. */
    LargeValue forWrite(int id) {
        LargeValue value = get(id);
        if (space.mustCopy(value.epoch())) {
            value = value.fork();
            set(id, value);
        }
        return value;
    }

    /** The value as it is now, for a reader that takes its time; {@link Held#close} ends it. */
    Held hold(int id) {
        LargeValue value = get(id);
        LargeValue goesOn = value.held();
        set(id, goesOn);
        return goesOn::released;
    }

    int add(LargeValue value) {
        int id = free.size() > 0 ? free.removeLast() : top++;
        if (id >>> SHIFT == chunks.length) {
            int length = Math.max(4, chunks.length * 2);
            int before = chunks.length;
            chunks = Arrays.copyOf(chunks, length);
            epochs = Arrays.copyOf(epochs, length);
            for (int i = before; i < length; i++) {
                chunks[i] = new LargeValue[i == before ? CHUNK : 0];
            }
        }
        int chunk = id >>> SHIFT;
        if (chunks[chunk].length == 0) {
            chunks[chunk] = new LargeValue[CHUNK];
            epochs[chunk] = space.epoch();
        }
        set(id, value);
        return id;
    }

    /** Takes a value out; its number may be used again. */
    LargeValue remove(int id) {
        LargeValue value = get(id);
        if (free.size() + 1 == top) {
            // None is left: an empty keyspace holds no memory. A view has chunks of its own.
            chunks = new LargeValue[0][];
            epochs = new int[0];
            free = new IntList();
            top = 0;
        } else {
            set(id, null);
            free.add(id);
        }
        return value;
    }

    long usedBytes() {
        return (long) (top + CHUNK - 1) / CHUNK * CHUNK_BYTES;
    }

    private void set(int id, @Nullable LargeValue value) {
        int chunk = id >>> SHIFT;
        if (space.mustCopy(epochs[chunk])) {
            chunks[chunk] = chunks[chunk].clone();
            epochs[chunk] = space.epoch();
        }
        chunks[chunk][id & (CHUNK - 1)] = value;
    }

    private static LargeValue present(@Nullable LargeValue value, int id) {
        if (value == null) {
            throw new IllegalStateException("No large value has number " + id);
        }
        return value;
    }
}
