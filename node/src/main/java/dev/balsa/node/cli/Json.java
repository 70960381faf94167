package dev.balsa.node.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, texts and numbers as JSON, two blanks to a level. Stateless. */
final class Json {
    private Json() {}

    static String of(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value, 0);
        return text.toString();
    }

    private static void write(StringBuilder text, @Nullable Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            case Map<?, ?> map -> {
                text.append('{');
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    line(text, depth + 1);
                    quoted(text, String.valueOf(entry.getKey()));
                    text.append(": ");
                    write(text, entry.getValue(), depth + 1);
                    text.append(entries.hasNext() ? "," : "");
                }
                end(text, depth, map.isEmpty(), '}');
            }
            case List<?> list -> {
                text.append('[');
                for (int i = 0; i < list.size(); i++) {
                    line(text, depth + 1);
                    write(text, list.get(i), depth + 1);
                    text.append(i + 1 < list.size() ? "," : "");
                }
                end(text, depth, list.isEmpty(), ']');
            }
            default -> quoted(text, value.toString());
        }
    }

    private static void line(StringBuilder text, int depth) {
        text.append('\n').append("  ".repeat(depth));
    }

    private static void end(StringBuilder text, int depth, boolean empty, char bracket) {
        if (!empty) {
            line(text, depth);
        }
        text.append(bracket);
    }

    private static void quoted(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
