package dev.balsa.node.engine;

import dev.balsa.node.engine.value.HyperLogLog;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Changes the HyperLogLog string of one key in place: runs are split and joined as Redis does it, so that the bytes,
 * and the moment at which they become dense, are the same. Used for one command.
 */
public final class HyperLogLogs {
    private static final int RUN_VALUE_MAX = 32;
    private static final int VALUE_RUN_MAX = 4;
    private static final int SHORT_ZEROS_MAX = 64;
    private static final int JOIN_RUNS_MAX = 5;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final Database db;
    private final byte[] key;
    private final int offset;
    private final int length;
    private final int sparseMaxBytes;
    private final MemorySegment memory;
    private long at;
    private int bytes;

    /** For a key whose string is a whole HyperLogLog, or (if missing) is to become one. */
    public HyperLogLogs(Database db, byte[] key, int offset, int length, int sparseMaxBytes) {
        this.db = db;
        this.key = key;
        this.offset = offset;
        this.length = length;
        this.sparseMaxBytes = sparseMaxBytes;
        memory = db.segment();
        int ref = db.find(key, offset, length);
        if (ref == Keyspace.MISSING) {
            byte[] empty = HyperLogLog.empty();
            bytes = db.setRange(key, offset, length, 0, empty, 0, empty.length);
        } else {
            bytes = db.valueLength(ref);
            byte[] first = {memory.get(BYTE, db.valueOffset(ref))};
            db.setRange(key, offset, length, 0, first, 0, 1); // Redis' encoding after a change in place: raw
        }
        resize(bytes);
    }

    public boolean isDense() {
        return HyperLogLog.isDense(memory, at);
    }

    /** Says that the count in the head is out of date. */
    public void outdate() {
        long countEnd = at + HyperLogLog.AT_COUNT_END;
        memory.set(BYTE, countEnd, (byte) (memory.get(BYTE, countEnd) | 0x80));
    }

    /** Makes the string dense, if it is not. */
    public void makeDense() {
        if (isDense()) {
            return;
        }
        byte[] registers = new byte[HyperLogLog.REGISTERS];
        HyperLogLog.merge(memory, at, bytes, registers);
        resize(HyperLogLog.DENSE_BYTES);
        memory.set(BYTE, at + HyperLogLog.AT_ENCODING, (byte) HyperLogLog.DENSE);
        memory.asSlice(at + HyperLogLog.HEAD_BYTES, bytes - HyperLogLog.HEAD_BYTES).fill((byte) 0);
        for (int i = 0; i < registers.length; i++) {
            if (registers[i] != 0) {
                HyperLogLog.dense(memory, at, i, registers[i]);
            }
        }
    }

    /** Has a register be at least {@code value}; false if it was. */
    public boolean raise(int register, int value) {
        if (isDense()) {
            return raiseDense(register, value);
        }
        if (value > RUN_VALUE_MAX) {
            makeDense();
            return raiseDense(register, value);
        }
        long before = at + HyperLogLog.HEAD_BYTES;
        long p = before;
        int first = 0;
        for (int run = HyperLogLog.runLength(memory, p); register >= first + run;
                run = HyperLogLog.runLength(memory, p)) {
            before = p;
            p += HyperLogLog.runBytes(memory, p);
            first += run;
        }
        return raise(before, p, first, register, value);
    }

    private boolean raiseDense(int register, int value) {
        if (HyperLogLog.dense(memory, at, register) >= value) {
            return false;
        }
        HyperLogLog.dense(memory, at, register, value);
        return true;
    }

    /** Raises a register of the run at {@code p}, which begins with register {@code first}. */
    private boolean raise(long before, long p, int first, int register, int value) {
        int old = HyperLogLog.runValue(memory, p);
        if (old >= value) {
            return false;
        }
        int run = HyperLogLog.runLength(memory, p);
        int size = HyperLogLog.runBytes(memory, p);
        long joinFrom = before - at;
        if (run == 1 && size == 1) {
            writeRun(p, 1, value);
            join(joinFrom);
            return true;
        }
        int left = register - first;
        int right = first + run - 1 - register;
        int needed = runBytes(left, old) + 1 + runBytes(right, old);
        if (needed > size && bytes + needed - size > sparseMaxBytes) {
            makeDense();
            return raiseDense(register, value);
        }
        long from = p - at;
        replace(from, size, needed);
        long q = writeRun(at + from, left, old);
        q = writeRun(q, 1, value);
        writeRun(q, right, old);
        join(joinFrom);
        return true;
    }

    private static int runBytes(int run, int value) {
        return run == 0 ? 0 : value == 0 && run > SHORT_ZEROS_MAX ? 2 : 1;
    }

    /** Writes a run (none if it has no registers); returns the place behind it. */
    private long writeRun(long p, int run, int value) {
        int size = runBytes(run, value);
        if (size == 2) {
            memory.set(BYTE, p, (byte) (0x40 | run - 1 >> 8));
            memory.set(BYTE, p + 1, (byte) (run - 1));
        } else if (size == 1) {
            memory.set(BYTE, p, (byte) (value == 0 ? run - 1 : 0x80 | value - 1 << 2 | run - 1));
        }
        return p + size;
    }

    /** Joins neighbours of the same value, from the run before a change on. */
    private void join(long from) {
        long p = from;
        for (int i = 0; i < JOIN_RUNS_MAX && p < bytes; i++) {
            long run = at + p;
            int value = HyperLogLog.runValue(memory, run);
            boolean joins = value > 0 && p + 1 < bytes && HyperLogLog.runValue(memory, run + 1) == value;
            int both = joins ? HyperLogLog.runLength(memory, run) + HyperLogLog.runLength(memory, run + 1) : 0;
            if (joins && both <= VALUE_RUN_MAX) {
                writeRun(run, both, value);
                replace(p + 1, 1, 0);
            } else {
                p += HyperLogLog.runBytes(memory, run);
            }
        }
    }

    /** Has {@code count} bytes where {@code size} were, {@code from} bytes into the string. */
    private void replace(long from, int size, int count) {
        long behind = bytes - from - size;
        int before = bytes;
        if (count > size) {
            resize(before + count - size);
        }
        MemorySegment.copy(memory, at + from + size, memory, at + from + count, behind);
        if (count < size) {
            resize(before + count - size);
        }
    }

    private void resize(int newBytes) {
        at = db.valueOffset(db.resizePacked(key, offset, length, newBytes));
        bytes = newBytes;
    }
}
