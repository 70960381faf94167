package dev.balsa.proto.resp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes RESP into a growing byte array: replies in RESP2 or RESP3 (as {@link #protocol()} says), and requests, which
 * are arrays of bulk strings. What RESP2 has no type for is written as Redis writes it there.
 *
 * <p>Owned by one thread; reset and reused.
 */
public final class RespWriter {
    private static final byte[] DIGITS = "0123456789".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int length;
    private int protocol = 2;

    public RespWriter(int capacityBytes) {
        bytes = new byte[Math.max(capacityBytes, 32)];
    }

    /** 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public RespWriter protocol(int version) {
        this.protocol = version;
        return this;
    }

    /** Forgets what was written; keeps the protocol. */
    public void reset() {
        length = 0;
    }

    /** Cuts what was written back to {@code newLength} bytes. */
    public void truncate(int newLength) {
        length = newLength;
    }

    /** The array that holds what was written, from 0 to {@link #length()}. Valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** What was written, copied. */
    public byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /** {@code +text}: text has no CR or LF. */
    public void simple(String text) {
        line('+', text);
    }

    public void ok() {
        simple("OK");
    }

    /** {@code -line}: the line begins with its code, e.g. {@code ERR syntax error}. CR and LF become spaces. */
    public void error(String line) {
        line('-', line);
    }

    public void integer(long value) {
        header(':', value);
    }

    public void bulk(byte[] value) {
        bulk(value, 0, value.length);
    }

    public void bulk(byte[] source, int offset, int size) {
        header('$', size);
        raw(source, offset, size);
        crlf();
    }

    /** Argument {@code i} of a request as a bulk string. */
    public void bulk(Args args, int i) {
        bulk(args.array(), args.offset(i), args.length(i));
    }

    public void bulk(MemorySegment source, long offset, int size) {
        header('$', size);
        room(size);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, length, size);
        length += size;
        crlf();
    }

    /** Text in UTF-8 as a bulk string. */
    public void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An integer's decimal text as a bulk string. */
    public void bulk(long value) {
        int digits = decimalLength(value);
        header('$', digits);
        decimal(value);
        crlf();
    }

    /** RESP2 {@code $-1}, RESP3 {@code _}. */
    public void nil() {
        text(protocol == 2 ? "$-1\r\n" : "_\r\n");
    }

    /** RESP2 {@code *-1}, RESP3 {@code _}. */
    public void nilArray() {
        text(protocol == 2 ? "*-1\r\n" : "_\r\n");
    }

    public void array(long size) {
        header('*', size);
    }

    /** RESP3 {@code %pairs}, RESP2 an array of twice as many. */
    public void map(long pairs) {
        if (protocol == 2) {
            header('*', pairs * 2);
        } else {
            header('%', pairs);
        }
    }

    /** RESP3 {@code ~size}, RESP2 an array. */
    public void set(long size) {
        header(protocol == 2 ? '*' : '~', size);
    }

    /** RESP3 {@code >size}, RESP2 an array. */
    public void push(long size) {
        header(protocol == 2 ? '*' : '>', size);
    }

    /** RESP3 {@code #t} or {@code #f}, RESP2 1 or 0. */
    public void bool(boolean value) {
        if (protocol == 2) {
            integer(value ? 1 : 0);
        } else {
            text(value ? "#t\r\n" : "#f\r\n");
        }
    }

    /** A double given in Redis' own text form: RESP3 {@code ,text}, RESP2 a bulk string. */
    public void real(String text) {
        if (protocol == 2) {
            bulk(text);
        } else {
            line(',', text);
        }
    }

    /** RESP3 {@code =} with a three-letter format such as {@code txt}, RESP2 a bulk string. */
    public void verbatim(String format, String text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        header('=', utf8.length + 4L);
        text(format);
        put(':');
        raw(utf8, 0, utf8.length);
        crlf();
    }

    /** Bytes that are RESP already. */
    public void raw(byte[] source, int offset, int size) {
        room(size);
        System.arraycopy(source, offset, bytes, length, size);
        length += size;
    }

    private void line(char type, String text) {
        int n = text.length();
        room(n + 3);
        put(type);
        for (int i = 0; i < n; i++) {
            char c = text.charAt(i);
            put(c == '\r' || c == '\n' ? ' ' : c);
        }
        crlf();
    }

    private void header(char type, long number) {
        put(type);
        decimal(number);
        crlf();
    }

    private void text(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    private void decimal(long value) {
        int digits = decimalLength(value);
        room(digits);
        int at = length + digits;
        length = at;
        long rest = value;
        // Negative throughout, because -Long.MIN_VALUE does not exist.
        if (value >= 0) {
            rest = -value;
        }
        do {
            bytes[--at] = DIGITS[(int) -(rest % 10)];
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            bytes[--at] = '-';
        }
    }

    private static int decimalLength(long value) {
        int digits = value < 0 ? 2 : 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void crlf() {
        put('\r');
        put('\n');
    }

    private void put(char c) {
        room(1);
        bytes[length++] = (byte) c;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            long wanted = Math.max(bytes.length * 2L, (long) length + more);
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }
}
