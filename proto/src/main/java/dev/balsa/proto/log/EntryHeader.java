package dev.balsa.proto.log;

/**
 * Layout of an entry of the log. All numbers little endian.
 *
 * <pre>
 *  0  1  format version (1)
 *  1  1  flags: 1 = blocking commands of this entry wait (before there was that, they answered at once)
 *  2  2  count of request ids that follow the header (16 bytes each, the i-th is the i-th command's)
 *  4  4  CRC32C of everything from byte 8 on
 *  8  8  leader time, milliseconds since 1970, never lower than that of the entry before
 * 16  8  seed of all chance in this entry
 * 24  4  count of commands, SELECT not counted
 * 28  4  (reserved, 0)
 * 32     request ids, then the commands as RESP arrays, as an appendonly file holds them.
 *        Each entry begins in database 0; SELECT changes it.
 * </pre>
 */
public final class EntryHeader {
    public static final int VERSION = 1;
    public static final int BYTES = 32;
    public static final int FLAGS_AT = 1;
    /** The flag of entries whose blocking commands wait. */
    static final int WAITS = 1;
    public static final int REQUEST_IDS_AT = 2;
    public static final int REQUEST_ID_BYTES = 16;
    public static final int CHECKSUM_AT = 4;
    public static final int CHECKED_FROM = 8;
    public static final int TIME_AT = 8;
    public static final int SEED_AT = 16;
    public static final int COUNT_AT = 24;

    /** The command that changes the database between two commands of an entry. */
    static final byte[] SELECT = {'S', 'E', 'L', 'E', 'C', 'T'};

    private EntryHeader() {}
}
