package dev.balsa.chaos.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Operations and values as EDN text, one operation a line. Stateless. */
public final class Edn {
    private Edn() {}

    /** An operation as Jepsen writes it. */
    public static String write(Op op) {
        StringBuilder text = new StringBuilder(120);
        text.append("{:type :").append(op.type().name().toLowerCase(Locale.ROOT));
        text.append(", :process ").append(op.process() == Op.NEMESIS ? ":nemesis" : String.valueOf(op.process()));
        text.append(", :f :").append(op.f()).append(", :value ");
        write(op.value(), text);
        text.append(", :time ").append(op.nanos()).append(", :index ").append(op.index());
        if (!op.error().isEmpty()) {
            text.append(", :error ");
            quote(op.error(), text);
        }
        return text.append('}').toString();
    }

    public static String write(Value value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Value value, StringBuilder to) {
        switch (value) {
            case Value.Nil() -> to.append("nil");
            case Value.Int(long number) -> to.append(number);
            case Value.Word(String name) -> to.append(':').append(name);
            case Value.Text(String text) -> quote(text, to);
            case Value.Vector(List<Value> items) -> {
                to.append('[');
                for (int i = 0; i < items.size(); i++) {
                    to.append(i == 0 ? "" : " ");
                    write(items.get(i), to);
                }
                to.append(']');
            }
            case Value.Table(Map<Value, Value> entries) -> {
                to.append('{');
                String separator = "";
                for (Map.Entry<Value, Value> entry : entries.entrySet()) {
                    to.append(separator);
                    write(entry.getKey(), to);
                    to.append(' ');
                    write(entry.getValue(), to);
                    separator = ", ";
                }
                to.append('}');
            }
        }
    }

    private static void quote(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> to.append('\\').append(c);
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> to.append(c);
            }
        }
        to.append('"');
    }

    /** One operation. @throws IllegalArgumentException with the place where the text is not what it should be */
    public static Op readOp(String line) {
        Value op = read(line);
        Value process = op.get("process");
        Value error = op.get("error");
        return new Op(
                op.get("index").asLong(),
                process instanceof Value.Int(long number) ? Math.toIntExact(number) : Op.NEMESIS,
                Op.Type.valueOf(op.get("type").asText().toUpperCase(Locale.ROOT)),
                op.get("f").asText(),
                op.get("value"),
                op.get("time").asLong(),
                error.isNil() ? "" : error.asText());
    }

    public static Value read(String text) {
        Reader reader = new Reader(text);
        Value value = reader.value();
        reader.skipBlanks();
        if (reader.at < text.length()) {
            throw reader.wrong("nothing more");
        }
        return value;
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Value value() {
            skipBlanks();
            char c = at < text.length() ? text.charAt(at) : ' ';
            return switch (c) {
                case '[', '(' -> vector(c == '[' ? ']' : ')');
                case '{' -> table();
                case '"' -> string();
                case ':' -> Value.word(token(1));
                case '#' -> set();
                default -> atom();
            };
        }

        private Value set() {
            at++;
            if (at == text.length() || text.charAt(at) != '{') {
                throw wrong("a set");
            }
            return vector('}');
        }

        private Value vector(char end) {
            at++;
            List<Value> items = new ArrayList<>();
            while (!ends(end)) {
                items.add(value());
            }
            return Value.vector(items);
        }

        private Value table() {
            at++;
            Map<Value, Value> entries = new LinkedHashMap<>();
            while (!ends('}')) {
                Value key = value();
                entries.put(key, value());
            }
            return new Value.Table(entries);
        }

        private Value string() {
            StringBuilder string = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c == '\\' && at + 1 < text.length()) {
                    at++;
                    c = switch (text.charAt(at)) {
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        default -> text.charAt(at);
                    };
                }
                string.append(c);
            }
            if (at == text.length()) {
                throw wrong("the end of a string");
            }
            at++;
            return Value.text(string.toString());
        }

        private Value atom() {
            int start = at;
            String token = token(0);
            if (token.equals("nil")) {
                return Value.nil();
            }
            try {
                return Value.of(Long.parseLong(token));
            } catch (NumberFormatException e) {
                at = start;
                throw wrong("a value");
            }
        }

        private String token(int skipped) {
            int start = at + skipped;
            for (at = start; at < text.length() && " ,\t\n[](){}\"".indexOf(text.charAt(at)) < 0; at++) {}
            return text.substring(start, at);
        }

        private boolean ends(char end) {
            skipBlanks();
            if (at == text.length()) {
                throw wrong("'" + end + "'");
            }
            if (text.charAt(at) != end) {
                return false;
            }
            at++;
            return true;
        }

        void skipBlanks() {
            while (at < text.length() && " ,\t\n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        IllegalArgumentException wrong(String expected) {
            return new IllegalArgumentException("expected " + expected + " at column " + (at + 1) + " of " + text);
        }
    }
}
