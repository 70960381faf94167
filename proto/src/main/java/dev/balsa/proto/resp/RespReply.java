package dev.balsa.proto.resp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A reply as a tree, for tools and tests. Texts are ISO 8859-1, one char a byte, except a verbatim string's. Immutable
 * as far as nobody writes into a {@link Bulk}'s bytes.
 */
public sealed interface RespReply {

    /** {@code +text} */
    record Simple(String text) implements RespReply {
        @Override
        public String toString() {
            return text;
        }
    }

    /** {@code -line} or {@code !}: the line begins with its code. */
    @SuppressWarnings("AvoidCommonTypeNames") // RESP's own word
    record Error(String line) implements RespReply {
        @Override
        public String toString() {
            return "(error) " + line;
        }
    }

    /** {@code :value} */
    record Int(long value) implements RespReply {
        @Override
        public String toString() {
            return "(integer) " + value;
        }
    }

    /** {@code $bytes} */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the bytes
    record Bulk(byte[] bytes) implements RespReply {
        public String text() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bulk bulk && Arrays.equals(bytes, bulk.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return Printed.quoted(bytes);
        }
    }

    /** {@code $-1}, {@code *-1} or {@code _} */
    record Null() implements RespReply {
        @Override
        public String toString() {
            return "(nil)";
        }
    }

    /** {@code *items} */
    record Array(List<RespReply> items) implements RespReply {
        @Override
        public String toString() {
            return Printed.list("[", items, "]");
        }
    }

    /** {@code %}: keys and values in turn. */
    record Map(List<RespReply> keysAndValues) implements RespReply {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{");
            for (int i = 0; i < keysAndValues.size(); i += 2) {
                text.append(i == 0 ? "" : ", ").append(keysAndValues.get(i)).append(": ");
                text.append(keysAndValues.get(i + 1));
            }
            return text.append('}').toString();
        }
    }

    /** {@code ~items} */
    record SetOf(List<RespReply> items) implements RespReply {
        @Override
        public String toString() {
            return Printed.list("~[", items, "]");
        }
    }

    /** {@code >items} */
    record Push(List<RespReply> items) implements RespReply {
        @Override
        public String toString() {
            return Printed.list(">[", items, "]");
        }
    }

    /** {@code ,text}: a double, as it is written. */
    record Real(String text) implements RespReply {
        public double value() {
            return switch (text) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan" -> Double.NaN;
                default -> Double.parseDouble(text);
            };
        }

        @Override
        public String toString() {
            return "(double) " + text;
        }
    }

    /** {@code #t} or {@code #f} */
    record Bool(boolean value) implements RespReply {
        @Override
        public String toString() {
            return value ? "(true)" : "(false)";
        }
    }

    /** {@code (digits} */
    record BigNumber(String digits) implements RespReply {
        @Override
        public String toString() {
            return "(big) " + digits;
        }
    }

    /** {@code =txt:text} */
    record Verbatim(String format, String text) implements RespReply {
        @Override
        public String toString() {
            return format + ":" + Printed.quoted(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The one reply that fills {@code array[from, to)}.
     *
     * @throws IllegalArgumentException if it is none, is not complete, or is followed by something
     */
    static RespReply parse(byte[] array, int from, int to) {
        RespReplyDecoder ends = new RespReplyDecoder();
        int length = ends.decode(array, from, to);
        if (length == RespReplyDecoder.ERROR) {
            throw new IllegalArgumentException(ends.error());
        }
        if (length == 0 || length != to - from) {
            throw new IllegalArgumentException(
                    length == 0 ? "a reply that is not complete" : "bytes after a reply of " + length + " bytes");
        }
        return new Parser(array, from).next();
    }

    /** As {@link #parse(byte[], int, int)}, of a whole array. */
    static RespReply parse(byte[] array) {
        return parse(array, 0, array.length);
    }

    /** Reads what {@link RespReplyDecoder} found complete. */
    final class Parser {
        private final byte[] array;
        private int at;

        private Parser(byte[] array, int at) {
            this.array = array;
            this.at = at;
        }

        private RespReply next() {
            char type = (char) array[at++];
            return switch (type) {
                case '+' -> new Simple(line());
                case '-' -> new Error(line());
                case ':' -> new Int(integer(line()));
                case ',' -> new Real(line());
                case '(' -> new BigNumber(line());
                case '#' -> new Bool(line().equals("t"));
                case '_' -> {
                    line();
                    yield new Null();
                }
                case '$', '!', '=' -> bulk(type);
                case '*', '~', '>', '%' -> aggregate(type);
                default -> throw new IllegalArgumentException("type " + type);
            };
        }

        private RespReply bulk(char type) {
            int length = Integer.parseInt(line());
            if (length < 0) {
                return new Null();
            }
            byte[] bytes = Arrays.copyOfRange(array, at, at + length);
            at += length + 2;
            return switch (type) {
                case '!' -> new Error(new String(bytes, StandardCharsets.ISO_8859_1));
                case '=' -> verbatim(bytes);
                default -> new Bulk(bytes);
            };
        }

        private static RespReply verbatim(byte[] bytes) {
            if (bytes.length < 4 || bytes[3] != ':') {
                throw new IllegalArgumentException("a verbatim string without its format");
            }
            return new Verbatim(
                    new String(bytes, 0, 3, StandardCharsets.ISO_8859_1),
                    new String(bytes, 4, bytes.length - 4, StandardCharsets.UTF_8));
        }

        private RespReply aggregate(char type) {
            int size = Integer.parseInt(line());
            if (size < 0) {
                return new Null();
            }
            List<RespReply> items = new ArrayList<>();
            for (long i = type == '%' ? 2L * size : size; i > 0; i--) {
                items.add(next());
            }
            return switch (type) {
                case '~' -> new SetOf(items);
                case '>' -> new Push(items);
                case '%' -> new Map(items);
                default -> new Array(items);
            };
        }

        private static long integer(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("no integer: " + text, e);
            }
        }

        private String line() {
            int cr = at;
            while (array[cr] != '\r') {
                cr++;
            }
            String line = new String(array, at, cr - at, StandardCharsets.ISO_8859_1);
            at = cr + 2;
            return line;
        }
    }

    /** How values look in a test's message. */
    final class Printed {
        private Printed() {}

        private static String list(String open, List<RespReply> items, String close) {
            StringBuilder text = new StringBuilder(open);
            for (int i = 0; i < items.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(items.get(i));
            }
            return text.append(close).toString();
        }

        private static String quoted(byte[] bytes) {
            StringBuilder text = new StringBuilder("\"");
            for (byte b : bytes) {
                switch (b) {
                    case '"', '\\' -> text.append('\\').append((char) b);
                    case '\n' -> text.append("\\n");
                    case '\r' -> text.append("\\r");
                    case '\t' -> text.append("\\t");
                    default -> {
                        if (b >= ' ' && b < 127) {
                            text.append((char) b);
                        } else {
                            text.append(String.format("\\x%02x", b & 0xff));
                        }
                    }
                }
            }
            return text.append('"').toString();
        }
    }
}
