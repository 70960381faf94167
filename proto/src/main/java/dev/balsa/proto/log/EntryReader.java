package dev.balsa.proto.log;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespArrays;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads an entry of the log, command by command, and is used again for the next. Every damage that a checksum can find
 * is found by {@link #wrap}; whatever is wrong is an {@link EntryFormatException} and nothing else. Owned by one
 * thread.
 */
public final class EntryReader {
    private final CRC32C checksum = new CRC32C();
    private byte[] array = {};
    private int start;
    private int end;
    private int at;
    private int left;
    private int database;

    /**
     * Begins to read the entry that fills {@code entry} from its position to its limit. The buffer is not changed; the
     * bytes must not change while they are read. A buffer without an accessible array is copied.
     *
     * @throws EntryFormatException if it is no entry of this version, or its checksum does not fit
     */
    public EntryReader wrap(ByteBuffer entry) {
        int size = entry.remaining();
        if (entry.hasArray()) {
            array = entry.array();
            start = entry.arrayOffset() + entry.position();
        } else {
            array = new byte[size];
            entry.get(entry.position(), array);
            start = 0;
        }
        return begin(size);
    }

    /** As the other, of the bytes {@code array[offset, offset + size)}. */
    public EntryReader wrap(byte[] array, int offset, int size) {
        this.array = array;
        this.start = offset;
        return begin(size);
    }

    private EntryReader begin(int size) {
        end = start + size;
        at = end;
        left = 0;
        database = 0;
        if (size < EntryHeader.BYTES) {
            throw new EntryFormatException(size + " bytes are less than a header", size);
        }
        if (array[start] != EntryHeader.VERSION) {
            throw new EntryFormatException("version " + (array[start] & 0xff), 0);
        }
        checksum.reset();
        checksum.update(array, start + EntryHeader.CHECKED_FROM, size - EntryHeader.CHECKED_FROM);
        int stored = (int) EntryWriter.INT.get(array, start + EntryHeader.CHECKSUM_AT);
        if (stored != (int) checksum.getValue()) {
            throw new EntryFormatException(
                    String.format("checksum %08x where %08x stands", (int) checksum.getValue(), stored),
                    EntryHeader.CHECKSUM_AT);
        }
        if ((array[start + EntryHeader.FLAGS_AT] & ~EntryHeader.WAITS) != 0) {
            throw new EntryFormatException("unknown flags", EntryHeader.FLAGS_AT);
        }
        int commandsAt = EntryHeader.BYTES + requestIds() * EntryHeader.REQUEST_ID_BYTES;
        if (commandsAt > size) {
            throw new EntryFormatException(requestIds() + " request ids do not fit", EntryHeader.REQUEST_IDS_AT);
        }
        left = count();
        if (left < 0) {
            throw new EntryFormatException("count " + left, EntryHeader.COUNT_AT);
        }
        at = start + commandsAt;
        return this;
    }

    /** The leader's time, milliseconds since 1970. */
    public long leaderMillis() {
        return (long) EntryWriter.LONG.get(array, start + EntryHeader.TIME_AT);
    }

    /** Whether blocking commands of the entry wait; in entries of an older version they answer at once. */
    public boolean waits() {
        return (array[start + EntryHeader.FLAGS_AT] & EntryHeader.WAITS) != 0;
    }

    /** Seed of all chance in this entry. */
    public long seed() {
        return (long) EntryWriter.LONG.get(array, start + EntryHeader.SEED_AT);
    }

    /** Commands of the entry, SELECT not counted. */
    public int count() {
        return (int) EntryWriter.INT.get(array, start + EntryHeader.COUNT_AT);
    }

    /** Number of request ids. */
    public int requestIds() {
        return (short) EntryWriter.SHORT.get(array, start + EntryHeader.REQUEST_IDS_AT) & 0xffff;
    }

    /** First half of request id {@code i}. */
    public long requestIdHigh(int i) {
        return (long) EntryWriter.LONG.get(array, requestIdAt(i));
    }

    /** Second half of request id {@code i}. */
    public long requestIdLow(int i) {
        return (long) EntryWriter.LONG.get(array, requestIdAt(i) + Long.BYTES);
    }

    /**
     * Decodes the next command into {@code args}, whose slices lie in the entry's own bytes.
     *
     * @return false after the last
     * @throws EntryFormatException if what stands there is no command, or something follows the last
     */
    public boolean next(Args args) {
        if (left == 0) {
            if (at != end) {
                throw new EntryFormatException("bytes after the last command", at - start);
            }
            return false;
        }
        decode(args);
        while (args.count() == 2 && args.is(0, "SELECT")) {
            database = number(args);
            decode(args);
        }
        left--;
        return true;
    }

    /** The database that the command which {@link #next} gave last runs in. */
    public int database() {
        return database;
    }

    private void decode(Args args) {
        int length = RespArrays.decode(array, at, end, args);
        if (length == 0) {
            throw new EntryFormatException("no command", at - start);
        }
        at += length;
    }

    private int number(Args args) {
        int digits = args.length(1);
        int number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = array[args.offset(1) + i] - '0';
            if (digit < 0 || digit > 9 || digits > 9) {
                throw new EntryFormatException("SELECT of no number", args.offset(1) - start);
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private int requestIdAt(int i) {
        if (i < 0 || i >= requestIds()) {
            throw new IndexOutOfBoundsException(i);
        }
        return start + EntryHeader.BYTES + i * EntryHeader.REQUEST_ID_BYTES;
    }
}
