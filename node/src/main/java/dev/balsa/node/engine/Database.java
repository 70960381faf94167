package dev.balsa.node.engine;

import java.lang.foreign.MemorySegment;

/**
 * One database of a keyspace. Keys are given as a slice of a byte array. A lookup answers with a reference (an int, never 0)
 * that is valid until the next change of any database of the keyspace.
 */
public final class Database {
    Database() {}

    // -- lookup -------------------------------------------------------------------------------------------------

    /** Reference of a live key, or {@link Keyspace#MISSING}. Changes nothing (but the access statistics, see {@link #touch}). */
    public int find(byte[] key, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    /** Number of keys, as DBSIZE. */
    public long size() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys with a deadline. */
    public long sizeWithDeadline() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys in a slot. */
    public int sizeOfSlot(int slot) {
        throw new UnsupportedOperationException("" + slot);
    }

    // -- what a reference tells ---------------------------------------------------------------------------------

    public ValueType type(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Redis' name: int, embstr, raw. */
    public String encoding(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Deadline in milliseconds since 1970, 0 = none. */
    public long deadlineMillis(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** The memory that offsets refer to. */
    public MemorySegment segment() {
        throw new UnsupportedOperationException();
    }

    public long keyOffset(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    public int keyLength(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Whether the string is kept as a number ({@link #integer}); otherwise its bytes are at {@link #valueOffset}. */
    public boolean isInteger(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    public long integer(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    public long valueOffset(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Length of the string's bytes at {@link #valueOffset} (not for numbers). */
    public int valueLength(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Bytes that key, value and their bookkeeping take. */
    public long memoryBytes(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    // -- change -------------------------------------------------------------------------------------------------

    /**
     * Sets a string, replacing whatever was there. Text of an integer that prints back the same (Redis' rule, at most 20 characters) is kept as a number.
     *
     * @param deadlineMillis 0 = none
     */
    public void setString(byte[] key, int offset, int length, byte[] value, int valueOffset, int valueLength, long deadlineMillis) {
        throw new UnsupportedOperationException();
    }

    /** Sets a number; the deadline as given. */
    public void setInteger(byte[] key, int offset, int length, long value, long deadlineMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * Overwrites {@code value} at byte {@code at} of a string, growing it (zero bytes between) if needed; creates it if it is missing. Keeps the deadline; the encoding becomes raw.
     * Appending again and again is cheap (the room grows geometrically). Returns the new length.
     */
    public int setRange(byte[] key, int offset, int length, int at, byte[] value, int valueOffset, int valueLength) {
        throw new UnsupportedOperationException();
    }

    /** Removes a live key; false if there is none. */
    public boolean remove(byte[] key, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    /** Sets or (0) removes the deadline of a live key; false if there is no such key. */
    public boolean setDeadline(byte[] key, int offset, int length, long deadlineMillis) {
        throw new UnsupportedOperationException();
    }

    /** Copies the value behind {@code ref} (any type) with its deadline to a key of {@code target}, replacing what is there. */
    public void copy(int ref, Database target, byte[] key, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    /** FLUSHDB, in bounded time. */
    public void clear() {
        throw new UnsupportedOperationException();
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** A live key picked by {@code seed}, or MISSING when there is none. */
    public int random(long seed) {
        throw new UnsupportedOperationException("" + seed);
    }

    /**
     * Visits live keys from {@code cursor} on until at least {@code count} were visited (all keys of the same position are visited together).
     * Every key present during a whole scan from 0 to 0 is visited at least once, whatever is written in between.
     *
     * @return the cursor to go on with, 0 = the end. Bits 46 to 33 of a cursor are the slot where it goes on, so cursors of all groups share one order
     */
    public long scan(long cursor, int count, KeyVisitor visitor) {
        throw new UnsupportedOperationException(cursor + " " + count + visitor);
    }

    /** As {@link #scan}, within one slot, from its start, at most {@code count} keys. */
    public void scanSlot(int slot, int count, KeyVisitor visitor) {
        throw new UnsupportedOperationException(slot + " " + count + visitor);
    }

    /** Receives references during a scan; must not change the keyspace. */
    public interface KeyVisitor {
        void visit(int ref);
    }

    // -- access statistics: of this replica only, no part of the state ------------------------------------------

    /** Notes an access (LRU clock or LFU counter, as configured). */
    public void touch(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Seconds since the last access. */
    public long idleSeconds(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }

    /** Logarithmic access counter, 0 to 255. */
    public int frequency(int ref) {
        throw new UnsupportedOperationException("" + ref);
    }
}
