package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.value.Decimal;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the format's numbers and strings from a file or an array, and keeps the checksum of what was read. Every
 * read beyond the end and every impossible number is an
 * {@link RdbException}; lengths are compared with what is left before anything is allocated. Owned by one thread.
 */
final class RdbInput {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final @Nullable FileChannel channel;
    private final long totalBytes;
    private final byte[] buffer;
    private int start; // of the array's part that counts, so offsets begin at 0
    private int at;
    private int end;
    private int summed; // the checksum covers the buffer up to here
    private long before; // bytes of the file before buffer[0]
    private long crc;

    /** The last string: {@code string[stringOffset, stringOffset + stringLength)}, valid until the next read. */
    private byte[] string;

    private int stringOffset;
    private int stringLength;
    private final byte[] digits = new byte[Decimal.LENGTH_MAX];

    /** From a file, from its beginning. */
    RdbInput(FileChannel channel) throws IOException {
        this.channel = channel;
        totalBytes = channel.size();
        channel.position(0);
        buffer = new byte[BUFFER_BYTES];
        string = digits;
    }

    /** From an array. */
    RdbInput(byte[] bytes, int offset, int length) {
        channel = null;
        totalBytes = length;
        buffer = bytes;
        string = digits;
        start = offset;
        at = offset;
        summed = offset;
        end = offset + length;
    }

    long offset() {
        return before + at - start;
    }

    long left() {
        return totalBytes - offset();
    }

    byte[] string() {
        return string;
    }

    int stringOffset() {
        return stringOffset;
    }

    int stringLength() {
        return stringLength;
    }

    byte[] copyOfString() {
        return Arrays.copyOfRange(string, stringOffset, stringOffset + stringLength);
    }

    RdbException problem(String text) {
        return new RdbException(offset(), text);
    }

    int readByte() throws IOException {
        need(1);
        return buffer[at++] & 0xff;
    }

    int readShort() throws IOException {
        need(2);
        at += 2;
        return (short) SHORT.get(buffer, at - 2);
    }

    int readInt() throws IOException {
        need(4);
        at += 4;
        return (int) INT.get(buffer, at - 4);
    }

    long readLong() throws IOException {
        need(8);
        at += 8;
        return (long) LONG.get(buffer, at - 8);
    }

    /** A length or a number written like one. */
    long readLength() throws IOException {
        int first = readByte();
        if (first >= RdbFormat.ENCODED) {
            throw problem("an encoded value stands where a length belongs");
        }
        return readLength(first);
    }

    /** A number of elements, at least one, of at least {@code elementBytes} each. */
    int readCount(int elementBytes) throws IOException {
        long count = readLength();
        if (count <= 0 || count > left() / elementBytes || count > Integer.MAX_VALUE) {
            throw problem("impossible number of elements: " + Long.toUnsignedString(count));
        }
        return (int) count;
    }

    private long readLength(int first) throws IOException {
        if (first < RdbFormat.LENGTH_14_BITS) {
            return first;
        }
        if (first < RdbFormat.LENGTH_32_BITS) {
            return ((first & 0x3fL) << 8) | readByte();
        }
        if (first == RdbFormat.LENGTH_32_BITS) {
            need(4);
            at += 4;
            return (int) INT_BIG_ENDIAN.get(buffer, at - 4) & 0xffff_ffffL;
        }
        if (first == RdbFormat.LENGTH_64_BITS) {
            need(8);
            at += 8;
            return (long) LONG_BIG_ENDIAN.get(buffer, at - 8);
        }
        throw problem("unknown form of a length: 0x" + Integer.toHexString(first));
    }

    /** Reads a string in any of its encodings; it lies in {@link #string} then. */
    void readString() throws IOException {
        int first = readByte();
        switch (first) {
            case RdbFormat.ENCODED | RdbFormat.ENCODED_INT8 -> number((byte) readByte());
            case RdbFormat.ENCODED | RdbFormat.ENCODED_INT16 -> number(readShort());
            case RdbFormat.ENCODED | RdbFormat.ENCODED_INT32 -> number(readInt());
            case RdbFormat.ENCODED | RdbFormat.ENCODED_LZF -> compressed();
            default -> {
                if (first > RdbFormat.ENCODED) {
                    throw problem("unknown encoding of a string: 0x" + Integer.toHexString(first));
                }
                raw(stringLength(readLength(first)));
            }
        }
    }

    /** Passes over bytes. */
    void skip(int bytes) throws IOException {
        need(bytes);
        at += bytes;
    }

    /** The checksum of everything read so far. */
    long checksum() {
        crc = Crc64.update(crc, buffer, summed, at);
        summed = at;
        return crc;
    }

    private void number(long value) {
        string = digits;
        stringOffset = 0;
        stringLength = Decimal.write(value, digits);
    }

    private void raw(int length) throws IOException {
        if (length <= buffer.length) {
            need(length);
            string = buffer; // no copy: it is used before the next read
            stringOffset = at;
            at += length;
        } else {
            string = readLarge(length);
            stringOffset = 0;
        }
        stringLength = length;
    }

    private void compressed() throws IOException {
        long compressedLength = readLength();
        int length = stringLength(readLength(), compressedLength);
        raw(stringLength(compressedLength));
        byte[] expanded = new byte[length];
        if (!Lzf.expand(string, stringOffset, stringLength, expanded, length)) {
            throw problem("a compressed string does not expand to " + length + " bytes");
        }
        string = expanded;
        stringOffset = 0;
        stringLength = length;
    }

    private int stringLength(long length) throws IOException {
        if (length < 0 || length > RdbFormat.STRING_MAX_BYTES) {
            throw problem("impossible length of a string: " + Long.toUnsignedString(length));
        }
        if (length > left()) {
            throw problem("the file ends within a string of " + length + " bytes");
        }
        return (int) length;
    }

    private int stringLength(long length, long compressedLength) throws IOException {
        if (length < 0 || length > RdbFormat.STRING_MAX_BYTES || compressedLength < 0
                || length > compressedLength * Lzf.EXPANSION_MAX) {
            throw problem("impossible length of a compressed string: " + Long.toUnsignedString(length));
        }
        return (int) length;
    }

    private byte[] readLarge(int length) throws IOException {
        byte[] large = new byte[length];
        int copied = 0;
        while (copied < length) {
            if (at == end) {
                need(1);
            }
            int count = Math.min(end - at, length - copied);
            System.arraycopy(buffer, at, large, copied, count);
            at += count;
            copied += count;
        }
        return large;
    }

    /** Has {@code bytes} (at most the buffer's length) in the buffer. */
    private void need(int bytes) throws IOException {
        if (end - at < bytes) {
            fill(bytes);
        }
    }

    private void fill(int bytes) throws IOException {
        if (channel == null || bytes > left()) {
            throw problem("the file ends early: " + bytes + " more bytes belong here, " + left() + " are there");
        }
        crc = Crc64.update(crc, buffer, summed, at);
        System.arraycopy(buffer, at, buffer, 0, end - at);
        before += at;
        end -= at;
        at = 0;
        summed = 0;
        ByteBuffer into = ByteBuffer.wrap(buffer);
        into.position(end);
        while (end < bytes) {
            int count = channel.read(into);
            if (count < 0) {
                throw problem("the file became shorter while it was read");
            }
            end += count;
        }
    }
}
