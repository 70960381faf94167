package dev.balsa.raft.segment;

/**
 * An entry read from the log, its checksum verified. The payload is the caller's own copy.
 *
 * @param mark the number given with the entry, 0 if {@code !hasMark}
 * @param file path of the segment
 * @param offset of the record in the file, in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record LogRecord(
        long index, long term, RecordType type, byte[] payload, boolean hasMark, long mark, String file, long offset) {}
