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
    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] ZERO = ascii(":0\r\n");
    private static final byte[] ONE = ascii(":1\r\n");
    private static final byte[] NIL = ascii("$-1\r\n");
    private static final byte[] NIL_ARRAY = ascii("*-1\r\n");
    private static final byte[] NIL_3 = ascii("_\r\n");
    private static final byte[] TRUE_3 = ascii("#t\r\n");
    private static final byte[] FALSE_3 = ascii("#f\r\n");

    /** Room for the length line of an array whose length comes later: a type, ten digits, CR LF. */
    private static final int LATER_BYTES = 13;

    private static final long[] TENS = tens();

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
        constant(OK);
    }

    /** {@code -line}: the line begins with its code, e.g. {@code ERR syntax error}. CR and LF become spaces. */
    public void error(String line) {
        line('-', line);
    }

    public void integer(long value) {
        if (value == 0) {
            constant(ZERO);
        } else if (value == 1) {
            constant(ONE);
        } else {
            header(':', value);
        }
    }

    public void bulk(byte[] value) {
        bulk(value, 0, value.length);
    }

    public void bulk(byte[] source, int offset, int size) {
        room((long) size + 16);
        header('$', size);
        System.arraycopy(source, offset, bytes, length, size);
        length += size;
        crlf();
    }

    /** Argument {@code i} of a request as a bulk string. */
    public void bulk(Args args, int i) {
        bulk(args.array(), args.offset(i), args.length(i));
    }

    public void bulk(MemorySegment source, long offset, int size) {
        room((long) size + 16);
        header('$', size);
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
        room(32);
        header('$', digits);
        decimal(value);
        crlf();
    }

    /** RESP2 {@code $-1}, RESP3 {@code _}. */
    public void nil() {
        constant(protocol == 2 ? NIL : NIL_3);
    }

    /** RESP2 {@code *-1}, RESP3 {@code _}. */
    public void nilArray() {
        constant(protocol == 2 ? NIL_ARRAY : NIL_3);
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
            constant(value ? TRUE_3 : FALSE_3);
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

    /** A double in Redis' form ({@link RedisDouble}): RESP3 {@code ,}, RESP2 a bulk string. */
    public void real(double value) {
        if (!RedisDouble.isInteger(value)) {
            real(RedisDouble.text(value));
        } else if (protocol == 2) {
            bulk((long) value);
        } else {
            header(',', (long) value);
        }
    }

    /** A number of any size, as decimal digits: RESP3 {@code (digits}, RESP2 a bulk string. */
    public void bigNumber(String digits) {
        if (protocol == 2) {
            bulk(digits);
        } else {
            line('(', digits);
        }
    }

    /**
     * Begins an array whose length is not known yet.
     *
     * @return the mark for {@link #arrayLength}, which has to follow once the elements are written
     */
    public int arrayLater() {
        room(LATER_BYTES);
        int mark = length;
        length += LATER_BYTES;
        return mark;
    }

    /** Ends what {@link #arrayLater} began: an array of {@code size} elements. Inner ones end before outer ones. */
    public void arrayLength(int mark, int size) {
        lengthLater(mark, '*', size);
    }

    /** As {@link #arrayLength}, in RESP3 a set. */
    public void setLength(int mark, int size) {
        lengthLater(mark, protocol == 2 ? '*' : '~', size);
    }

    /** As {@link #arrayLength}, in RESP3 a map, in RESP2 an array of twice as many. */
    public void mapLength(int mark, int pairs) {
        lengthLater(mark, protocol == 2 ? '*' : '%', protocol == 2 ? pairs * 2L : pairs);
    }

    private void lengthLater(int mark, char type, long size) {
        int end = length;
        int body = mark + LATER_BYTES;
        length = mark;
        header(type, size);
        System.arraycopy(bytes, body, bytes, length, end - body);
        length += end - body;
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
        room(24);
        bytes[length++] = (byte) type;
        decimal(number);
        bytes[length] = '\r';
        bytes[length + 1] = '\n';
        length += 2;
    }

    private void constant(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    private void text(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    /** Room for it is there already. */
    private void decimal(long value) {
        if (value >= 0 && value < 10) {
            bytes[length++] = (byte) ('0' + value);
            return;
        }
        int at = length + decimalLength(value);
        length = at;
        // Negative throughout, because -Long.MIN_VALUE does not exist.
        long rest = value < 0 ? value : -value;
        do {
            long tenth = rest / 10;
            bytes[--at] = (byte) ('0' + (tenth * 10 - rest));
            rest = tenth;
        } while (rest != 0);
        if (value < 0) {
            bytes[--at] = '-';
        }
    }

    private static int decimalLength(long value) {
        if (value == Long.MIN_VALUE) {
            return 20;
        }
        long size = Math.abs(value);
        // log10(2) is nearly 1233 / 4096.
        int digits = ((64 - Long.numberOfLeadingZeros(size | 1)) * 1233) >>> 12;
        return digits + (size >= TENS[digits] ? 1 : 0) + (value < 0 ? 1 : 0);
    }

    private static long[] tens() {
        long[] tens = new long[19];
        tens[0] = 0;
        long power = 1;
        for (int i = 1; i < tens.length; i++) {
            power *= 10;
            tens[i] = power;
        }
        return tens;
    }

    private void crlf() {
        room(2);
        bytes[length] = '\r';
        bytes[length + 1] = '\n';
        length += 2;
    }

    private void put(char c) {
        room(1);
        bytes[length++] = (byte) c;
    }

    private void room(long more) {
        if (bytes.length - length < more) {
            grow(more);
        }
    }

    private void grow(long more) {
        long least = length + more;
        if (least > Integer.MAX_VALUE - 8) {
            throw new OutOfMemoryError("a text of " + least + " bytes");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(bytes.length * 2L, least), Integer.MAX_VALUE - 8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
