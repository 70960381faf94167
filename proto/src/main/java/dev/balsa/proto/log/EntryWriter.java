package dev.balsa.proto.log;

import dev.balsa.proto.resp.Args;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Puts commands together to one entry of the log ({@link EntryHeader} says how it is laid out), and is used again for
 * the next. Owned by one thread.
 */
public final class EntryWriter {
    /** A buffer larger than this is not kept for the next entry. */
    private static final int KEPT_BYTES = 1 << 20;
    private static final int FIRST_BYTES = 4096;
    private static final int REQUEST_IDS_MAX = 0xffff;
    private static final int BYTES_MAX = Integer.MAX_VALUE - 64;

    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final CRC32C checksum = new CRC32C();
    private byte[] commands = new byte[FIRST_BYTES];
    private int length;
    private int count;
    private int database;
    private long[] requestIds = new long[0];
    private int requestIdCount;
    private boolean waits;

    /** Begins a new entry. What {@link #finish} returned stays untouched. */
    public void reset() {
        if (commands.length > KEPT_BYTES) {
            commands = new byte[FIRST_BYTES];
        }
        length = 0;
        count = 0;
        database = 0;
        requestIdCount = 0;
        waits = false;
    }

    /**
     * Appends a command, with a SELECT before it where {@code database} changes. A SELECT itself is never appended.
     *
     * @param args laid out as a RESP array or not; the bytes are copied
     */
    public void append(Args args, int database) {
        if (database != this.database) {
            select(database);
        }
        if (args.isRespArray()) {
            int size = args.end() - args.start();
            room(size);
            System.arraycopy(args.array(), args.start(), commands, length, size);
            length += size;
        } else {
            header('*', args.count());
            for (int i = 0; i < args.count(); i++) {
                argument(args.array(), args.offset(i), args.length(i));
            }
        }
        count++;
    }

    /**
     * Gives the entry a request id; the first belongs to the first command, and so on.
     *
     * @throws IllegalStateException beyond 65535 of them
     */
    public void requestId(long high, long low) {
        if (requestIdCount == REQUEST_IDS_MAX) {
            throw new IllegalStateException("more than " + REQUEST_IDS_MAX + " request ids in an entry");
        }
        if (requestIds.length < 2 * requestIdCount + 2) {
            requestIds = Arrays.copyOf(requestIds, Math.max(16, requestIds.length * 2));
        }
        requestIds[2 * requestIdCount] = high;
        requestIds[2 * requestIdCount + 1] = low;
        requestIdCount++;
    }

    /** Says of the entry that blocking commands in it wait. */
    public void waits() {
        waits = true;
    }

    /** How many bytes the entry has by now, the header included. */
    public int bytes() {
        return EntryHeader.BYTES + requestIdCount * EntryHeader.REQUEST_ID_BYTES + length;
    }

    /** How many commands the entry has by now, inserted SELECTs not counted. */
    public int count() {
        return count;
    }

    /**
     * The entry, in an array of its own that this writer does not touch again. The next call is {@link #reset}.
     *
     * @param leaderMillis the leader's time
     * @param seed of all chance in the entry
     */
    public ByteBuffer finish(long leaderMillis, long seed) {
        byte[] entry = new byte[bytes()];
        entry[0] = EntryHeader.VERSION;
        entry[EntryHeader.FLAGS_AT] = (byte) (waits ? EntryHeader.WAITS : 0);
        SHORT.set(entry, EntryHeader.REQUEST_IDS_AT, (short) requestIdCount);
        LONG.set(entry, EntryHeader.TIME_AT, leaderMillis);
        LONG.set(entry, EntryHeader.SEED_AT, seed);
        INT.set(entry, EntryHeader.COUNT_AT, count);
        int at = EntryHeader.BYTES;
        for (int i = 0; i < 2 * requestIdCount; i++) {
            LONG.set(entry, at, requestIds[i]);
            at += Long.BYTES;
        }
        System.arraycopy(commands, 0, entry, at, length);
        checksum.reset();
        checksum.update(entry, EntryHeader.CHECKED_FROM, entry.length - EntryHeader.CHECKED_FROM);
        INT.set(entry, EntryHeader.CHECKSUM_AT, (int) checksum.getValue());
        return ByteBuffer.wrap(entry);
    }

    private void select(int wanted) {
        byte[] digits = Integer.toString(wanted).getBytes(StandardCharsets.US_ASCII);
        header('*', 2);
        argument(EntryHeader.SELECT, 0, EntryHeader.SELECT.length);
        argument(digits, 0, digits.length);
        database = wanted;
    }

    private void argument(byte[] array, int offset, int size) {
        header('$', size);
        room(size + 2L);
        System.arraycopy(array, offset, commands, length, size);
        length += size;
        commands[length++] = '\r';
        commands[length++] = '\n';
    }

    private void header(char type, int number) {
        room(16);
        commands[length++] = (byte) type;
        int divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            commands[length++] = (byte) ('0' + number / divisor % 10);
        }
        commands[length++] = '\r';
        commands[length++] = '\n';
    }

    private void room(long more) {
        long least = length + more;
        if (least > commands.length) {
            if (least > BYTES_MAX) {
                throw new IllegalStateException("an entry of " + least + " bytes");
            }
            commands = Arrays.copyOf(commands, (int) Math.min(BYTES_MAX, Math.max(least, commands.length * 2L)));
        }
    }
}
