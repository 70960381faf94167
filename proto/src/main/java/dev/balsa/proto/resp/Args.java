package dev.balsa.proto.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One request: its arguments as slices of one byte array. Argument 0 is the command's name.
 *
 * <p>Reused from request to request and owned by one thread: valid until the owner decodes the next request; whoever
 * keeps an argument copies it.
 */
public final class Args {
    private static final int FIRST = 16;
    /** Room for more arguments than this is given back after a request that did not need it. */
    private static final int KEPT_MAX = 4096;

    private byte[] array = new byte[0];
    private int[] offsets = new int[FIRST];
    private int[] lengths = new int[FIRST];
    private int count;
    private int start;
    private int end;

    /** The array that all arguments lie in. */
    public byte[] array() {
        return array;
    }

    /** Number of arguments, the command's name included. */
    public int count() {
        return count;
    }

    /** Where argument {@code i} begins in {@link #array()}. */
    public int offset(int i) {
        return offsets[i];
    }

    /** Length of argument {@code i} in bytes. */
    public int length(int i) {
        return lengths[i];
    }

    /** Where the request's own RESP array text begins in {@link #array()}. */
    public int start() {
        return start;
    }

    /** Where the request's own RESP array text ends (exclusive). */
    public int end() {
        return end;
    }

    /** Whether {@link #start()} to {@link #end()} is the request as a RESP array that can be copied as it is. */
    public boolean isRespArray() {
        return end > start;
    }

    /** A copy of argument {@code i}. */
    public byte[] copy(int i) {
        return Arrays.copyOfRange(array, offsets[i], offsets[i] + lengths[i]);
    }

    /** Argument {@code i} as text, one char a byte (ISO 8859-1), for names and error messages. */
    public String text(int i) {
        return new String(array, offsets[i], lengths[i], StandardCharsets.ISO_8859_1);
    }

    /** Whether argument {@code i} equals the ASCII word, whatever its case. {@code upperWord} is in upper case. */
    public boolean is(int i, String upperWord) {
        int n = lengths[i];
        if (n != upperWord.length()) {
            return false;
        }
        int o = offsets[i];
        for (int k = 0; k < n; k++) {
            int c = array[o + k];
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != upperWord.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    /** Whether arguments {@code i} and {@code j} are the same bytes. */
    public boolean same(int i, int j) {
        return Arrays.equals(
                array, offsets[i], offsets[i] + lengths[i], array, offsets[j], offsets[j] + lengths[j]);
    }

    /** Starts a new request in {@code array}. */
    public void reset(byte[] array) {
        if (offsets.length > KEPT_MAX && count < KEPT_MAX / 2) {
            offsets = new int[FIRST];
            lengths = new int[FIRST];
        }
        this.array = array;
        this.count = 0;
        this.start = 0;
        this.end = 0;
    }

    /** Appends the argument {@code array[offset, offset + length)}. */
    public void add(int offset, int length) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
        }
        offsets[count] = offset;
        lengths[count] = length;
        count++;
    }

    /** Says where the request's RESP array text lies. */
    public void span(int start, int end) {
        this.start = start;
        this.end = end;
    }

    /** A request of its own from text arguments (ISO 8859-1), laid out as a RESP array. */
    public static Args of(String... arguments) {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        return of(bytes);
    }

    /** A request of its own from byte arguments, laid out as a RESP array. */
    public static Args of(byte[]... arguments) {
        RespWriter writer = new RespWriter(64);
        writer.array(arguments.length);
        Args args = new Args();
        int[] at = new int[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            writer.bulk(arguments[i], 0, arguments[i].length);
            at[i] = writer.length() - 2 - arguments[i].length;
        }
        args.reset(writer.copy());
        for (int i = 0; i < arguments.length; i++) {
            args.add(at[i], arguments[i].length);
        }
        args.span(0, writer.length());
        return args;
    }

    /** The same request with bytes of its own, for another thread or a later time. */
    public Args copy() {
        Args own = new Args();
        own.reset(Arrays.copyOfRange(array, start, end));
        for (int i = 0; i < count; i++) {
            own.add(offset(i) - start, length(i));
        }
        own.span(0, end - start);
        return own;
    }

    /** The same request as a RESP array: itself, or if it is none a copy. */
    public Args laidOut() {
        if (isRespArray()) {
            return this;
        }
        byte[][] arguments = new byte[count][];
        for (int i = 0; i < count; i++) {
            arguments[i] = copy(i);
        }
        return of(arguments);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(text(i));
        }
        return text.toString();
    }
}
