package dev.balsa.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Configuration in redis.conf's syntax: a directive and its values on a line, separated by blanks; lines that begin
 * with
 * {@code #} and empty lines say nothing. A value in double quotes may hold {@code \n \r \t \b \a \xHH} and a backslash
 * before any other character; in single quotes only {@code \'} is special.
 *
 * <p>Stateless. What a directive means is the caller's: it reports a wrong one by {@link Directive#error}, which
 * names the
 * file and the line.
 */
public final class ConfigFile {
    private ConfigFile() {}

    /** A configuration that cannot be used; the message begins with where. */
    public static final class ConfigException extends RuntimeException {
        public ConfigException(String message) {
            super(message);
        }
    }

    /**
     * A line of the configuration.
     *
     * @param name in lower case
     * @param source file name, or {@code command line}
     * @param line from 1 on; on a command line the position of the argument
     */
    public record Directive(String name, List<String> values, String source, int line) {
        /** What is wrong with this directive, to be thrown. */
        public ConfigException error(String what) {
            return new ConfigException(source + ":" + line + ": " + what);
        }

        /** Complains that nobody knows this directive. */
        public ConfigException unknown() {
            return error("unknown directive '" + name + "'");
        }

        /** The only value. */
        public String value() {
            if (values.size() != 1) {
                throw error("'" + name + "' takes one value, not " + values.size());
            }
            return values.getFirst();
        }

        /** The only value, {@code yes} or {@code no}. */
        public boolean yes() {
            return switch (value().toLowerCase(Locale.ROOT)) {
                case "yes" -> true;
                case "no" -> false;
                default -> throw error("'" + name + "' must be 'yes' or 'no', not '" + value() + "'");
            };
        }

        /** The only value, a whole number from {@code min} to {@code max}, both inclusive. */
        public long number(long min, long max) {
            long number;
            try {
                number = Long.parseLong(value());
            } catch (NumberFormatException _) {
                throw error("'" + name + "' must be a whole number, not '" + value() + "'");
            }
            if (number < min || number > max) {
                throw error("'" + name + "' must be between " + min + " and " + max + ", not " + number);
            }
            return number;
        }

        /** The only value, a number of bytes, as {@link ConfigFile#parseBytes} reads it. */
        public long bytes() {
            try {
                return parseBytes(value());
            } catch (NumberFormatException _) {
                throw error("'" + name + "' must be a number of bytes such as 512mb, not '" + value() + "'");
            }
        }
    }

    /** Reads a file. */
    public static List<Directive> read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** Reads text; {@code source} is what errors call it. */
    public static List<Directive> parse(String text, String source) {
        List<Directive> directives = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            directives.add(directive(line, source, i + 1));
        }
        return directives;
    }

    /**
     * Reads arguments of a command line as redis-server does: {@code --name value value --name value}. An argument that
     * begins with {@code --} begins a directive.
     */
    public static List<Directive> arguments(List<String> arguments) {
        List<Directive> directives = new ArrayList<>();
        int i = 0;
        while (i < arguments.size()) {
            String name = arguments.get(i);
            int at = i + 1;
            if (!name.startsWith("--") || name.length() == 2) {
                throw new ConfigException("command line:" + at + ": expected a directive such as --port, not '"
                        + name + "'");
            }
            List<String> values = new ArrayList<>();
            for (i++; i < arguments.size() && !arguments.get(i).startsWith("--"); i++) {
                values.add(arguments.get(i));
            }
            directives.add(new Directive(name.substring(2).toLowerCase(Locale.ROOT), List.copyOf(values),
                    "command line", at));
        }
        return directives;
    }

    private static Directive directive(String line, String source, int number) {
        List<String> words;
        try {
            words = split(line);
        } catch (ConfigException e) {
            throw new ConfigException(source + ":" + number + ": " + e.getMessage());
        }
        String name = words.getFirst().toLowerCase(Locale.ROOT);
        return new Directive(name, List.copyOf(words.subList(1, words.size())), source, number);
    }

    /** Splits a line into words, taking quotes into account. */
    public static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        int[] at = {0};
        while (true) {
            while (at[0] < line.length() && isBlank(line.charAt(at[0]))) {
                at[0]++;
            }
            if (at[0] == line.length()) {
                return words;
            }
            words.add(word(line, at));
        }
    }

    private static String word(String line, int[] at) {
        StringBuilder word = new StringBuilder();
        int i = at[0];
        while (i < line.length() && !isBlank(line.charAt(i))) {
            char c = line.charAt(i);
            if (c == '"' || c == '\'') {
                at[0] = i + 1;
                i = quoted(line, at, c, word);
                if (i < line.length() && !isBlank(line.charAt(i))) {
                    throw new ConfigException("a blank must follow the closing quote");
                }
                break;
            }
            word.append(c);
            i++;
        }
        at[0] = i;
        return word.toString();
    }

    /** Reads up to the closing quote; returns the position behind it. */
    private static int quoted(String line, int[] at, char quote, StringBuilder word) {
        int i = at[0];
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == quote) {
                return i + 1;
            }
            if (c != '\\' || i + 1 == line.length()) {
                word.append(c);
                i++;
            } else if (quote == '\'') {
                boolean escaped = line.charAt(i + 1) == '\'';
                word.append(escaped ? '\'' : '\\');
                i += escaped ? 2 : 1;
            } else if (line.charAt(i + 1) == 'x' && isHex(line, i + 2) && isHex(line, i + 3)) {
                word.append((char) Integer.parseInt(line, i + 2, i + 4, 16));
                i += 4;
            } else {
                word.append(escaped(line.charAt(i + 1)));
                i += 2;
            }
        }
        throw new ConfigException("unbalanced quotes");
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    /** A value as it must be written to be read back: in double quotes if it needs them. For CONFIG REWRITE. */
    public static String quote(String value) {
        boolean plain = !value.isEmpty() && value.charAt(0) != '#';
        for (int i = 0; i < value.length() && plain; i++) {
            char c = value.charAt(i);
            plain = c > ' ' && c < 127 && c != '"' && c != '\'' && c != '\\';
        }
        if (plain) {
            return value;
        }
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '"', '\\' -> text.append('\\').append(c);
                default -> {
                    if (c < ' ' || c == 127) {
                        text.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.append('"').toString();
    }

    /**
     * A number of bytes: {@code 100}, {@code 1k} = 1000, {@code 1kb} = 1024, likewise m, mb, g, gb, whatever the case.
     *
     * @throws NumberFormatException if it is none, negative or too large
     */
    public static long parseBytes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < lower.length() && Character.isDigit(lower.charAt(digits))) {
            digits++;
        }
        long unit = switch (lower.substring(digits)) {
            case "", "b" -> 1L;
            case "k" -> 1_000L;
            case "kb" -> 1L << 10;
            case "m" -> 1_000_000L;
            case "mb" -> 1L << 20;
            case "g" -> 1_000_000_000L;
            case "gb" -> 1L << 30;
            default -> throw new NumberFormatException(text);
        };
        long number = Long.parseLong(lower.substring(0, digits));
        if (number > Long.MAX_VALUE / unit) {
            throw new NumberFormatException(text);
        }
        return number * unit;
    }

    private static boolean isHex(String line, int i) {
        return i < line.length() && Character.digit(line.charAt(i), 16) >= 0;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
    }
}
