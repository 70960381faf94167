package dev.balsa.proto.command;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Glob patterns as Redis matches them, byte by byte: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]} and a
 * backslash before what is meant literally. Its oddities are kept, because KEYS and SCAN replies depend on them: a
 * class that is not closed ends with the pattern, bytes of a range are compared signed, and a range may be given
 * backwards.
 *
 * <p>Every element but the star takes exactly one byte, so only the last star seen ever needs to be tried again, one
 * byte further: the cost is bounded by pattern length times text length, whatever the pattern. Pure functions.
 */
public final class Glob {
    private Glob() {}

    /** Whether the pattern is only stars, so that it matches every key without looking. */
    public static boolean matchesEverything(byte[] pattern, int offset, int length) {
        return length == 1 && pattern[offset] == '*';
    }

    /** Whether {@code text[textFrom, textTo)} matches {@code pattern[patternFrom, patternTo)}. */
    public static boolean matches(
            byte[] pattern, int patternFrom, int patternTo, byte[] text, int textFrom, int textTo) {
        int p = patternFrom;
        int t = textFrom;
        int afterStar = -1;
        int retryAt = 0;
        while (true) {
            if (p < patternTo && t < textTo && pattern[p] == '*') {
                p = skipStars(pattern, p, patternTo);
                if (p == patternTo) {
                    return true;
                }
                afterStar = p;
                retryAt = t;
                continue;
            }
            if (t == textTo) {
                // Stars behind the last byte match nothing; but a text that was empty from the start meets none (as in
                // Redis).
                int rest = textFrom == textTo ? p : skipStars(pattern, p, patternTo);
                return rest == patternTo;
            }
            int next = p == patternTo ? -1 : matchOne(pattern, p, patternTo, text[t]);
            if (next >= 0) {
                p = next;
                t++;
            } else if (afterStar >= 0) {
                p = afterStar;
                t = ++retryAt;
            } else {
                return false;
            }
        }
    }

    /** Whether the whole of {@code text} matches, whatever the case of either. */
    public static boolean matchesInAnyCase(String pattern, String text) {
        byte[] p = pattern.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        byte[] t = text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        return matches(p, 0, p.length, t, 0, t.length);
    }

    private static int skipStars(byte[] pattern, int from, int to) {
        int p = from;
        while (p < to && pattern[p] == '*') {
            p++;
        }
        return p;
    }

    /** Where the pattern goes on if its element at {@code p} (not a star) matches the byte, else -1. */
    private static int matchOne(byte[] pattern, int p, int to, byte b) {
        return switch (pattern[p]) {
            case '?' -> p + 1;
            case '[' -> matchClass(pattern, p + 1, to, b);
            case '\\' -> {
                int literal = p + 1 < to ? p + 1 : p;
                yield pattern[literal] == b ? literal + 1 : -1;
            }
            default -> pattern[p] == b ? p + 1 : -1;
        };
    }

    private static int matchClass(byte[] pattern, int from, int to, byte b) {
        int p = from;
        boolean not = p < to && pattern[p] == '^';
        if (not) {
            p++;
        }
        boolean match = false;
        while (p < to && pattern[p] != ']') {
            if (pattern[p] == '\\' && to - p >= 2) {
                p++;
                match |= pattern[p] == b;
            } else if (to - p >= 3 && pattern[p + 1] == '-') {
                int low = Math.min(pattern[p], pattern[p + 2]);
                int high = Math.max(pattern[p], pattern[p + 2]);
                match |= b >= low && b <= high;
                p += 2;
            } else {
                match |= pattern[p] == b;
            }
            p++;
        }
        return match == not ? -1 : Math.min(p + 1, to);
    }
}
