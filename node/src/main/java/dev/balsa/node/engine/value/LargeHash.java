package dev.balsa.node.engine.value;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/*
 * A field is an element of a HashTable; behind its name stands
 *
 *     | 0xfe and deadline: 8, if it has one | value length: 1 byte up to 0xfc, or 0xfd and 4 | value |
 *
 * Whether a deadline has passed is not decided here: a dead field is there until removeDue takes it away.
 */

/** A hash that outgrew its listpack. */
public final class LargeHash extends LargeValue {
    private static final int NARROW_MAX = 0xfc;
    private static final int WIDE = 0xfd;
    private static final int TIMED = 0xfe;
    private static final int TIMED_BYTES = 9;
    /** So many entries of fields that lost their deadline are not worth a new heap. */
    private static final int STALE_MAX = 64;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final HashTable table;
    private final MemorySegment memory;
    private @Nullable DeadlineHeap deadlines;
    private long timed; // fields with a deadline
    private @Nullable LeafWalk freeing;

    public LargeHash(ValueSpace space) {
        this(space, new HashTable(space));
    }

    private LargeHash(ValueSpace space, HashTable table) {
        super(space);
        this.table = table;
        memory = space.memory();
    }

    /** The fields: each element's name is one. */
    public HashTable table() {
        return table;
    }

    // -- reading; `field` is a reference of the table -----------------------------------------------------------

    /** Lets {@code view} look at a field's name. */
    public StringView name(int field, StringView view) {
        return view.bytes(table.elements().nameOffset(field), table.elements().nameLength(field));
    }

    /** Lets {@code view} look at a field's value. */
    public StringView value(int field, StringView view) {
        long at = lengthOffset(field);
        return view.bytes(at + lengthBytes(at), valueLength(at));
    }

    /** A field's deadline in milliseconds since 1970, 0 = none. */
    public long deadline(int field) {
        long at = table.elements().restOffset(field);
        return isTimed(at) ? memory.get(LONG, at + 1) : 0;
    }

    /** Number of fields with a deadline. */
    public long timed() {
        return timed;
    }

    /** No field dies before this; Long.MAX_VALUE when none has a deadline. */
    public long nextDeadline() {
        return deadlines == null || timed == 0 ? Long.MAX_VALUE : deadlines.first();
    }

    private boolean isTimed(long at) {
        return (memory.get(BYTE, at) & 0xff) == TIMED;
    }

    private long lengthOffset(int field) {
        long at = table.elements().restOffset(field);
        return isTimed(at) ? at + TIMED_BYTES : at;
    }

    private int lengthBytes(long at) {
        return (memory.get(BYTE, at) & 0xff) == WIDE ? 5 : 1;
    }

    private int valueLength(long at) {
        int first = memory.get(BYTE, at) & 0xff;
        return first == WIDE ? memory.get(INT, at + 1) : first;
    }

    // -- changing -----------------------------------------------------------------------------------------------

    /**
     * Sets a field; true if it was not there.
     *
     * @param deadlineMillis 0 = none
     */
    public boolean put(
            byte[] name, int offset, int length, byte[] to, int toOffset, int toLength, long deadlineMillis) {
        int old = table.find(name, offset, length);
        boolean wasTimed = old != 0 && deadline(old) != 0;
        int rest = (deadlineMillis == 0 ? 0 : TIMED_BYTES) + (toLength <= NARROW_MAX ? 1 : 5) + toLength;
        int field = old;
        if (old == 0 || !hasRoom(old, Elements.nameBytes(length) + (long) rest)) {
            field = table.elements().create(space, name, offset, length, rest);
            link(old, field);
        }
        long at = table.elements().restOffset(field);
        if (deadlineMillis != 0) {
            memory.set(BYTE, at, (byte) TIMED);
            memory.set(LONG, at + 1, deadlineMillis);
            at += TIMED_BYTES;
        }
        if (toLength <= NARROW_MAX) {
            memory.set(BYTE, at, (byte) toLength);
        } else {
            memory.set(BYTE, at, (byte) WIDE);
            memory.set(INT, at + 1, toLength);
        }
        MemorySegment.copy(to, toOffset, memory, BYTE, at + lengthBytes(at), toLength);
        timed += (deadlineMillis != 0 ? 1 : 0) - (wasTimed ? 1 : 0);
        if (deadlineMillis != 0) {
            noteDeadline(deadlineMillis, ByteHash.of(name, offset, length));
        }
        return old == 0;
    }

    private boolean hasRoom(int field, long bytes) {
        return space.changeable(field) && space.capacity(field) == Slabs.capacityFor(bytes);
    }

    private void link(int old, int field) {
        if (old == 0) {
            table.insert(field);
        } else {
            table.replace(field);
            space.free(old);
        }
    }

    /** Sets or (0) removes the deadline of a field; false if there is no such field. */
    public boolean setDeadline(byte[] name, int offset, int length, long deadlineMillis) {
        int field = table.find(name, offset, length);
        if (field == 0) {
            return false;
        }
        long at = lengthOffset(field);
        byte[] value = new byte[valueLength(at)];
        MemorySegment.copy(memory, BYTE, at + lengthBytes(at), value, 0, value.length);
        put(name, offset, length, value, 0, value.length, deadlineMillis);
        return true;
    }

    /** False if it was not there. */
    public boolean remove(byte[] name, int offset, int length) {
        int field = table.find(name, offset, length);
        if (field == 0) {
            return false;
        }
        timed -= deadline(field) != 0 ? 1 : 0;
        table.remove();
        space.free(field);
        return true;
    }

    // -- deadlines ----------------------------------------------------------------------------------------------

    private void noteDeadline(long deadlineMillis, int hash) {
        DeadlineHeap heap = heap();
        if (heap.size() > 2 * timed + STALE_MAX) {
            dropHeap();
            DeadlineHeap anew = heap();
            table.forEach(field -> {
                long deadline = deadline(field);
                if (deadline != 0) {
                    byte[] name = table.elements().name(ValueSpace.offset(field));
                    anew.add(deadline, ByteHash.of(name, 0, name.length));
                }
            });
            space.heapChanged(anew.usedBytes() - new DeadlineHeap().usedBytes());
            return;
        }
        long before = heap.usedBytes();
        heap.add(deadlineMillis, hash);
        space.heapChanged(heap.usedBytes() - before);
    }

    private DeadlineHeap heap() {
        if (deadlines == null) {
            deadlines = new DeadlineHeap();
            space.heapChanged(deadlines.usedBytes());
        }
        return deadlines;
    }

    private void dropHeap() {
        if (deadlines != null) {
            space.heapChanged(-deadlines.usedBytes());
            deadlines = null;
        }
    }

    /**
     * Removes fields whose deadline is at most {@code millis}, working through about {@code limit} of them; returns
     * how much work it was. All are gone when {@link #nextDeadline} is after it.
     */
    public int removeDue(long millis, int limit) {
        DeadlineHeap heap = deadlines;
        int work = 0;
        while (work < limit && heap != null && heap.first() <= millis) {
            int hash = heap.firstHash();
            heap.removeFirst();
            work++;
            for (int due = due(hash, millis); due != 0; due = due(hash, millis)) {
                byte[] name = table.elements().name(ValueSpace.offset(due));
                remove(name, 0, name.length);
                work++;
            }
        }
        return work;
    }

    /** A dead field near a hash, or 0. */
    private int due(int hash, long millis) {
        int[] found = new int[1];
        table.scan(hash & 0xffff_ffffL, 1, field -> {
            long deadline = deadline(field);
            if (deadline != 0 && deadline <= millis) {
                found[0] = field;
            }
        });
        return found[0];
    }

    // -- the whole ----------------------------------------------------------------------------------------------

    @Override
    public long size() {
        return table.size();
    }

    @Override
    protected LargeValue fork(ValueSpace to) {
        LargeHash next = new LargeHash(to, table.fork(to));
        next.deadlines = deadlines;
        next.timed = timed;
        deadlines = null;
        return next;
    }

    @Override
    public LargeValue copy() {
        LargeHash twin = new LargeHash(space);
        StringView view = new StringView(memory);
        table.forEach(field -> {
            byte[] name = table.elements().name(ValueSpace.offset(field));
            byte[] value = value(field, view).copy();
            twin.put(name, 0, name.length, value, 0, value.length, deadline(field));
        });
        return twin;
    }

    @Override
    public int free(int limit) {
        if (freeing == null) {
            freeing = table.walk();
            dropHeap();
        }
        return table.freeAll(freeing, limit);
    }

    @Override
    public boolean isFreed() {
        return freeing != null && freeing.isDone();
    }

    @Override
    public long memoryBytes() {
        return table.usedBytes() + (deadlines == null ? 0 : deadlines.usedBytes()) + table.elementBytes();
    }

    /** Names, values and deadlines; of all fields, dead or not. */
    @Override
    public void content(Content content) {
        Elements elements = table.elements();
        StringView view = new StringView(memory);
        table.forEach(field -> {
            content.bytes(memory, elements.nameOffset(field), elements.nameLength(field));
            value(field, view);
            content.bytes(memory, view.offset(), view.byteLength());
            content.number(deadline(field));
        });
    }
}
