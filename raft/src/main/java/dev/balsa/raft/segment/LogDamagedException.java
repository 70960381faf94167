package dev.balsa.raft.segment;

import java.io.IOException;

/**
 * Bytes that had reached the disk are not there any more, or not as they were written. Names the place; nothing was
 * changed.
 */
public final class LogDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final long index;

    /**
     * @param offset in the file, in bytes
     * @param index of the entry that was expected there, -1 if the damage is not in a record
     * @param expected what should be there and what is
     */
    LogDamagedException(String file, long offset, long index, String expected) {
        super("Damaged log: " + file + " at offset " + offset + (index < 0 ? "" : ", entry " + index) + ": "
                + expected);
        this.file = file;
        this.offset = offset;
        this.index = index;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }

    public long index() {
        return index;
    }
}
