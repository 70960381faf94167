package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.StringView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the format's numbers and strings into a buffer that flows into a channel, or grows when there is none.
 * Keeps the checksum. Owned by one thread.
 */
final class RdbOutput {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SCRATCH_BYTES = 64;

    /** Larger values are left uncompressed: compressing needs them twice in the heap. */
    private static final int COMPRESS_MAX_BYTES = 16 << 20;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final @Nullable WritableByteChannel channel;
    private final @Nullable RdbProgress progress;
    private final @Nullable Lzf lzf;
    private MemorySegment scratch = MemorySegment.ofArray(new byte[0]);
    private byte[] plain = new byte[0];
    private byte[] packed = new byte[0];
    private final byte[] digits = new byte[Decimal.LENGTH_MAX];
    private byte[] buffer;
    private int used;
    private long flushed;
    private long crc;
    private long keys;

    /** Into memory. */
    RdbOutput(int bytes) {
        channel = null;
        progress = null;
        lzf = null;
        buffer = new byte[bytes + SCRATCH_BYTES];
    }

    /** Into a channel. */
    RdbOutput(WritableByteChannel channel, RdbProgress progress, boolean compress) {
        lzf = compress ? new Lzf() : null;
        this.channel = channel;
        this.progress = progress;
        buffer = new byte[BUFFER_BYTES];
    }

    void writeByte(int value) throws IOException {
        ensure(1);
        buffer[used++] = (byte) value;
    }

    void writeShort(int value) throws IOException {
        ensure(2);
        SHORT.set(buffer, used, (short) value);
        used += 2;
    }

    void writeLong(long value) throws IOException {
        ensure(8);
        LONG.set(buffer, used, value);
        used += 8;
    }

    /** A length or another number, unsigned. */
    void writeLength(long length) throws IOException {
        ensure(9);
        if (length >>> 6 == 0) {
            buffer[used++] = (byte) length;
        } else if (length >>> 14 == 0) {
            buffer[used++] = (byte) (RdbFormat.LENGTH_14_BITS | (length >> 8));
            buffer[used++] = (byte) length;
        } else if (length >>> 32 == 0) {
            buffer[used++] = (byte) RdbFormat.LENGTH_32_BITS;
            INT_BIG_ENDIAN.set(buffer, used, (int) length);
            used += 4;
        } else {
            buffer[used++] = (byte) RdbFormat.LENGTH_64_BITS;
            INT_BIG_ENDIAN.set(buffer, used, (int) (length >>> 32));
            INT_BIG_ENDIAN.set(buffer, used + 4, (int) length);
            used += 8;
        }
    }

    /** A number as a string: encoded in up to 32 bits, else as text. */
    void writeInteger(long value) throws IOException {
        ensure(5);
        if (value == (byte) value) {
            buffer[used++] = (byte) (RdbFormat.ENCODED | RdbFormat.ENCODED_INT8);
            buffer[used++] = (byte) value;
        } else if (value == (short) value) {
            buffer[used++] = (byte) (RdbFormat.ENCODED | RdbFormat.ENCODED_INT16);
            SHORT.set(buffer, used, (short) value);
            used += 2;
        } else if (value == (int) value) {
            buffer[used++] = (byte) (RdbFormat.ENCODED | RdbFormat.ENCODED_INT32);
            INT.set(buffer, used, (int) value);
            used += 4;
        } else {
            int length = Decimal.write(value, digits);
            writeString(digits, length);
        }
    }

    void writeString(String ascii) throws IOException {
        byte[] bytes = ascii.getBytes(StandardCharsets.UTF_8);
        writeString(bytes, bytes.length);
    }

    /** A string of a collection. */
    void writeString(StringView string) throws IOException {
        if (string.isNumber()) {
            writeInteger(string.number());
        } else {
            writeValue(string.memory(), string.offset(), string.byteLength());
        }
    }

    /** As {@link #writeString(StringView)}, for visitors. */
    void put(StringView string) {
        try {
            writeString(string);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #writeLength}, for visitors. */
    void putLength(long length) {
        try {
            writeLength(length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void writeString(byte[] bytes, int length) throws IOException {
        writeLength(length);
        writeBytes(bytes, length);
    }

    void writeString(MemorySegment from, long offset, int length) throws IOException {
        writeLength(length);
        long at = offset;
        for (long left = length; left > 0; ) {
            ensure((int) Math.min(left, BUFFER_BYTES / 2));
            int count = (int) Math.min(left, buffer.length - used);
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, buffer, used, count);
            used += count;
            at += count;
            left -= count;
        }
    }

    /** Room for a value in another form; valid until the next call. */
    MemorySegment scratch(int bytes) {
        if (scratch.byteSize() < bytes) {
            scratch = MemorySegment.ofArray(new byte[Math.max(bytes, (int) Math.min(4096, 2 * scratch.byteSize()))]);
        }
        return scratch;
    }

    /** A string that is compressed if that is on and pays. */
    void writeValue(MemorySegment memory, long offset, int length) throws IOException {
        if (lzf != null && length >= RdbFormat.COMPRESS_MIN_BYTES && length <= COMPRESS_MAX_BYTES) {
            if (plain.length < length) {
                plain = new byte[Math.max(length, 4096)];
                packed = new byte[plain.length];
            }
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, plain, 0, length);
            int compressed = lzf.compress(plain, length, packed);
            if (compressed > 0) {
                writeByte(RdbFormat.ENCODED | RdbFormat.ENCODED_LZF);
                writeLength(compressed);
                writeLength(length);
                writeBytes(packed, compressed);
                return;
            }
        }
        writeString(memory, offset, length);
    }

    void writeBytes(byte[] bytes, int length) throws IOException {
        int at = 0;
        while (at < length) {
            ensure(Math.min(length - at, BUFFER_BYTES / 2));
            int count = Math.min(length - at, buffer.length - used);
            System.arraycopy(bytes, at, buffer, used, count);
            used += count;
            at += count;
        }
    }

    /** Notes that a key is complete. */
    void keyDone() {
        keys++;
    }

    long keys() {
        return keys;
    }

    /** Appends the checksum of everything before it. */
    void writeChecksum() throws IOException {
        long before = channel == null ? Crc64.update(crc, buffer, 0, used) : flushedChecksum();
        writeLong(before);
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, used);
    }

    /** Hands what is buffered to the channel; returns the bytes written so far. */
    long flush() throws IOException {
        if (channel != null && used > 0) {
            crc = Crc64.update(crc, buffer, 0, used);
            ByteBuffer out = ByteBuffer.wrap(buffer, 0, used);
            while (out.hasRemaining()) {
                int written = channel.write(out);
                if (written == 0) {
                    throw new IOException("The channel takes nothing; it must be a blocking one");
                }
            }
            flushed += used;
            used = 0;
            if (progress != null) {
                progress.moved(flushed, keys);
            }
        }
        return flushed;
    }

    private long flushedChecksum() throws IOException {
        flush();
        return crc;
    }

    private void ensure(int bytes) throws IOException {
        if (buffer.length - used < bytes) {
            if (channel != null) {
                flush();
            } else {
                buffer = Arrays.copyOf(buffer, Math.addExact(buffer.length, Math.max(bytes, buffer.length / 2)));
            }
        }
    }
}
