package dev.balsa.node.observe;

/**
 * Redis' glob patterns for the names of settings and the like: {@code * ? [a-z] [^a] \x}, whatever the case. Stateless.
 */
final class NamePattern {
    private NamePattern() {}

    /** Whether the whole of {@code text} fits. Takes at most length of pattern times length of text steps. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            int next = p < pattern.length() && pattern.charAt(p) != '*' ? one(pattern, p, text.charAt(t)) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starText = t;
            } else if (star >= 0) {
                // Let the last star take one more character and try again behind it.
                p = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Where the pattern goes on when its element at {@code p} fits {@code c}, or -1. */
    private static int one(String pattern, int p, char c) {
        char first = pattern.charAt(p);
        if (first == '?') {
            return p + 1;
        }
        if (first == '[') {
            return oneOf(pattern, p, Character.toLowerCase(c));
        }
        int at = first == '\\' && p + 1 < pattern.length() ? p + 1 : p;
        return Character.toLowerCase(pattern.charAt(at)) == Character.toLowerCase(c) ? at + 1 : -1;
    }

    private static int oneOf(String pattern, int p, char c) {
        int at = p + 1;
        boolean not = at < pattern.length() && pattern.charAt(at) == '^';
        at += not ? 1 : 0;
        boolean found = false;
        while (at < pattern.length() && pattern.charAt(at) != ']') {
            if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
                at++;
            }
            char from = Character.toLowerCase(pattern.charAt(at));
            char to = from;
            if (at + 2 < pattern.length() && pattern.charAt(at + 1) == '-') {
                to = Character.toLowerCase(pattern.charAt(at + 2));
                at += 2;
            }
            found |= c >= Math.min(from, to) && c <= Math.max(from, to);
            at++;
        }
        return found == not ? -1 : Math.min(at + 1, pattern.length());
    }
}
