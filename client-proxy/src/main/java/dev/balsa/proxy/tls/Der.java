package dev.balsa.proxy.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/** ASN.1 in its distinguished encoding, as far as certificates and keys need it. Functions: parts in, bytes out. */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(0x31, parts);
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    static byte[] yes() {
        return tagged(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] nothing() {
        return tagged(0x05);
    }

    static byte[] octets(byte[] bytes) {
        return tagged(0x04, bytes);
    }

    /**
     * A bit string.
     *
     * @param unused bits at the end that do not count
     */
    static byte[] bits(int unused, byte... bytes) {
        return tagged(0x03, new byte[] {(byte) unused}, bytes);
    }

    static byte[] text(String text) {
        return tagged(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Until 2049. */
    static byte[] time(Instant instant) {
        return tagged(0x17, UTC_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    /** An object identifier such as {@code 2.5.4.3}. */
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        byte[] body = base128(Long.parseLong(arcs[0]) * 40 + Long.parseLong(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            body = concat(body, base128(Long.parseLong(arcs[i])));
        }
        return tagged(0x06, body);
    }

    /** A field with a number of its own that wraps a whole value. */
    static byte[] explicit(int number, byte[] value) {
        return tagged(0xa0 | number, value);
    }

    /** A field with a number of its own in the place of its type. */
    static byte[] implicit(int number, byte[] bytes) {
        return tagged(0x80 | number, bytes);
    }

    private static byte[] base128(long value) {
        int length = 1;
        for (long left = value >>> 7; left != 0; left >>>= 7) {
            length++;
        }
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            int shift = 7 * (length - 1 - i);
            out[i] = (byte) ((value >>> shift & 0x7f) | (i < length - 1 ? 0x80 : 0));
        }
        return out;
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        byte[] body = concat(parts);
        byte[] length = body.length < 0x80 ? new byte[] {(byte) body.length} : longLength(body.length);
        return concat(new byte[] {(byte) tag}, length, body);
    }

    private static byte[] longLength(int length) {
        byte[] digits = BigInteger.valueOf(length).toByteArray();
        byte[] plain = digits[0] == 0 ? Arrays.copyOfRange(digits, 1, digits.length) : digits;
        return concat(new byte[] {(byte) (0x80 | plain.length)}, plain);
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
