package dev.balsa.node.lua.library;

/** How much of a text C's strtod would read. */
final class NumberPrefix {
    private NumberPrefix() {}

    /** Where the number that begins at {@code from} ends; {@code from} if none does. */
    static int end(byte[] s, int from) {
        int i = from;
        if (at(s, i) == '-' || at(s, i) == '+') {
            i++;
        }
        if (word(s, i, "infinity")) {
            return i + 8;
        }
        if (word(s, i, "inf") || word(s, i, "nan")) {
            return i + 3;
        }
        boolean hex = at(s, i) == '0' && (at(s, i + 1) | 32) == 'x';
        if (hex) {
            int end = digits(s, i + 2, true);
            if (end > i + 2) {
                return exponent(s, end, 'p');
            }
        }
        int end = digits(s, i, false);
        return end == i ? from : exponent(s, end, 'e');
    }

    private static int at(byte[] s, int i) {
        return i < s.length ? s[i] & 0xFF : 0;
    }

    private static boolean word(byte[] s, int from, String word) {
        for (int i = 0; i < word.length(); i++) {
            if ((at(s, from + i) | 32) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Digits with at most one point among them; {@code from} if there is no digit. */
    private static int digits(byte[] s, int from, boolean hex) {
        int i = from;
        int count = 0;
        boolean point = false;
        while (true) {
            int c = at(s, i);
            if (c >= '0' && c <= '9' || hex && (c | 32) >= 'a' && (c | 32) <= 'f') {
                count++;
            } else if (c == '.' && !point) {
                point = true;
            } else {
                return count == 0 ? from : i;
            }
            i++;
        }
    }

    private static int exponent(byte[] s, int from, int letter) {
        if ((at(s, from) | 32) != letter) {
            return from;
        }
        int i = from + 1;
        if (at(s, i) == '-' || at(s, i) == '+') {
            i++;
        }
        int start = i;
        while (at(s, i) >= '0' && at(s, i) <= '9') {
            i++;
        }
        return i == start ? from : i;
    }
}
