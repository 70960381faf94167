package dev.balsa.node.command;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A RESP2 or RESP3 reply as a tree, which can be compared and shown. Texts are one char a byte. Immutable. */
sealed interface Reply {
    record Status(String text) implements Reply {}

    record Failure(String line) implements Reply {}

    record Whole(long value) implements Reply {}

    record Bulk(String bytes) implements Reply {}

    /** @param type the byte that RESP has for it: {@code $}, {@code *} or {@code _} */
    record Nil(char type) implements Reply {}

    /** @param type {@code *}, {@code ~} or {@code >} */
    record Elements(char type, List<Reply> items) implements Reply {}

    /** Keys and values in turn. */
    record Pairs(List<Reply> items) implements Reply {}

    /** A double, a boolean, a big number, verbatim text: its type byte and its text. */
    record Other(char type, String text) implements Reply {}

    /** Reads one reply. */
    static Reply read(InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        char type = (char) in.readUnsignedByte();
        String line = line(in);
        return switch (type) {
            case '+' -> new Status(line);
            case '-' -> new Failure(line);
            case ':' -> new Whole(Long.parseLong(line));
            case '$' -> line.equals("-1") ? new Nil('$') : new Bulk(bytes(in, Integer.parseInt(line)));
            case '=' -> new Other(type, bytes(in, Integer.parseInt(line)));
            case '_' -> new Nil('_');
            case '*', '~', '>' -> line.equals("-1")
                    ? new Nil('*')
                    : new Elements(type, items(in, Integer.parseInt(line)));
            case '%' -> new Pairs(items(in, 2 * Integer.parseInt(line)));
            default -> new Other(type, line);
        };
    }

    /** This reply, one line for each value, inner ones indented. */
    default String shown() {
        return shown("");
    }

    private String shown(String indent) {
        return switch (this) {
            case Status status -> status.text();
            case Failure failure -> "(error) " + failure.line();
            case Whole whole -> "(integer) " + whole.value();
            case Bulk bulk -> quoted(bulk.bytes());
            case Nil nil -> nil.type() == '*' ? "(nil array)" : "(nil)";
            case Other other -> "(" + other.type() + ") " + quoted(other.text());
            case Elements elements -> shown(
                    elements.items(), elements.type() == '*' ? ") " : elements.type() + " ", indent);
            case Pairs pairs -> shown(pairs.items(), "# ", indent);
        };
    }

    private static String shown(List<Reply> items, String mark, String indent) {
        if (items.isEmpty()) {
            return "(empty" + mark.stripTrailing() + ")";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String head = (i + 1) + mark;
            text.append(i == 0 ? "" : "\n" + indent).append(head);
            text.append(items.get(i).shown(indent + " ".repeat(head.length())));
        }
        return text.toString();
    }

    /** Text in double quotes, as redis-cli shows it. */
    static String quoted(String bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(c >= ' ' && c < 127 ? String.valueOf(c) : String.format("\\x%02x", (int) c));
            }
        }
        return text.append('"').toString();
    }

    private static List<Reply> items(InputStream in, int count) throws IOException {
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(read(in));
        }
        return items;
    }

    private static String bytes(DataInputStream in, int count) throws IOException {
        byte[] bytes = new byte[count + 2];
        in.readFully(bytes);
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.readUnsignedByte(); b != '\r'; b = in.readUnsignedByte()) {
            line.append((char) b);
        }
        if (in.readUnsignedByte() != '\n') {
            throw new IOException("CR without LF after " + line);
        }
        return line.toString();
    }
}
