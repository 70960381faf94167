package dev.balsa.proto.resp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line into words as redis-cli and inline requests do: words stand between blanks; {@code "..."} with the
 * escapes {@code \n \r \t \b \a \xHH}, and {@code '...'} with {@code \'} only, hold anything. Owned by one call.
 */
public final class InlineRequest {
    private final byte[] line;
    private final int end;
    private final byte[] word;
    private int at;
    private int length;

    private InlineRequest(byte[] line, int from, int end) {
        this.line = line;
        this.at = from;
        this.end = end;
        this.word = new byte[end - from];
    }

    /** The words of {@code line[from, to)}, or null where quotes do not balance. */
    public static byte @Nullable [][] split(byte[] line, int from, int to) {
        return new InlineRequest(line, from, to).words();
    }

    private byte @Nullable [][] words() {
        List<byte[]> words = new ArrayList<>();
        while (true) {
            while (at < end && isBlank(line[at])) {
                at++;
            }
            if (at == end) {
                return words.toArray(new byte[0][]);
            }
            length = 0;
            if (!word()) {
                return null;
            }
            words.add(Arrays.copyOf(word, length));
        }
    }

    /** Reads one word, of plain and quoted parts; false if a quote is open or is followed by something else. */
    private boolean word() {
        while (at < end) {
            byte c = line[at++];
            switch (c) {
                case ' ', '\n', '\r', '\t' -> {
                    return true;
                }
                case '"' -> {
                    return doubleQuoted();
                }
                case '\'' -> {
                    return singleQuoted();
                }
                default -> word[length++] = c;
            }
        }
        return true;
    }

    private boolean doubleQuoted() {
        while (at < end) {
            byte c = line[at++];
            if (c == '"') {
                return at == end || isBlank(line[at]);
            }
            if (c == '\\' && at + 2 < end && line[at] == 'x' && hex(line[at + 1]) >= 0 && hex(line[at + 2]) >= 0) {
                word[length++] = (byte) (hex(line[at + 1]) * 16 + hex(line[at + 2]));
                at += 3;
            } else if (c == '\\' && at < end) {
                word[length++] = escaped(line[at++]);
            } else {
                word[length++] = c;
            }
        }
        return false;
    }

    private boolean singleQuoted() {
        while (at < end) {
            byte c = line[at++];
            if (c == '\'') {
                return at == end || isBlank(line[at]);
            }
            if (c == '\\' && at < end && line[at] == '\'') {
                c = line[at++];
            }
            word[length++] = c;
        }
        return false;
    }

    private static byte escaped(byte c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    private static int hex(byte c) {
        return c < 0 ? -1 : Character.digit(c, 16);
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
