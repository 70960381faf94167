package dev.balsa.node.lua.library;

import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;

/** Matches Lua's patterns. Each step is counted, and how deep it goes is bounded, so no pattern is too much. */
final class Pattern {
    private static final int CAPTURES_MAX = 32;
    private static final int DEPTH_MAX = 200;
    private static final int UNFINISHED = -1;
    private static final int POSITION = -2;
    private static final int ESCAPE = '%';
    private static final int NONE = -1;
    private static final int ORDINARY = -3;

    private final LuaState x;
    private final byte[] s;
    private final byte[] p;
    private final int[] starts = new int[CAPTURES_MAX];
    private final int[] lengths = new int[CAPTURES_MAX];
    private int level;
    private int depth;

    Pattern(LuaState x, LuaString subject, LuaString pattern) {
        this.x = x;
        this.s = subject.bytes();
        this.p = pattern.bytes();
    }

    /** Where the match that begins at {@code from} ends, or -1. The pattern is read from {@code patternAt}. */
    int match(int from, int patternAt) {
        level = 0;
        depth = 0;
        return walk(from, patternAt);
    }

    int captures() {
        return level;
    }

    /** Capture {@code i}, or the whole match if there are none. */
    Object capture(int i, int from, int to) {
        if (i >= level) {
            if (i == 0) {
                return slice(from, to - from);
            }
            throw x.error("invalid capture index");
        }
        if (lengths[i] == UNFINISHED) {
            throw x.error("unfinished capture");
        }
        return lengths[i] == POSITION ? (Object) (starts[i] + 1.0) : slice(starts[i], lengths[i]);
    }

    /** All captures, or the whole match if there are none and it is wanted. */
    Object[] captures(int from, int to, boolean whole) {
        int count = level == 0 && whole ? 1 : level;
        Object[] all = new Object[count];
        for (int i = 0; i < count; i++) {
            all[i] = capture(i, from, to);
        }
        return all;
    }

    private LuaString slice(int from, int length) {
        x.budget().string(length);
        return LuaString.copyOf(s, from, length);
    }

    private int walk(int from, int at) {
        if (++depth > DEPTH_MAX) {
            throw x.error("pattern too complex");
        }
        int end = steps(from, at);
        depth--;
        return end;
    }

    private int steps(int from, int at) {
        int si = from;
        int pi = at;
        while (true) {
            x.budget().step(1);
            if (pi == p.length) {
                return si;
            }
            switch (p[pi]) {
                case '(' -> {
                    return open(si, pi);
                }
                case ')' -> {
                    return close(si, pi + 1);
                }
                case ESCAPE -> {
                    int after = escaped(si, pi);
                    if (after != ORDINARY) {
                        return after;
                    }
                }
                case '$' -> {
                    if (pi + 1 == p.length) {
                        return si == s.length ? si : NONE;
                    }
                }
                default -> { }
            }
            int end = classEnd(pi);
            boolean matches = si < s.length && single(s[si] & 0xFF, pi, end);
            int suffix = end < p.length ? p[end] : 0;
            switch (suffix) {
                case '?' -> {
                    if (matches) {
                        int rest = walk(si + 1, end + 1);
                        if (rest != NONE) {
                            return rest;
                        }
                    }
                    pi = end + 1;
                }
                case '*' -> {
                    return longest(si, pi, end, 0);
                }
                case '+' -> {
                    return matches ? longest(si + 1, pi, end, 0) : NONE;
                }
                case '-' -> {
                    return shortest(si, pi, end);
                }
                default -> {
                    if (!matches) {
                        return NONE;
                    }
                    si++;
                    pi = end;
                }
            }
        }
    }

    /** What follows %b, %f and %1, or that nothing of the kind stands here. */
    private int escaped(int si, int pi) {
        int next = pi + 1 < p.length ? p[pi + 1] & 0xFF : NONE;
        if (next == 'b') {
            int end = balanced(si, pi + 2);
            return end == NONE ? NONE : walk(end, pi + 4);
        }
        if (next == 'f') {
            int classEnd = frontier(si, pi + 2);
            return classEnd == NONE ? NONE : walk(si, classEnd);
        }
        if (next >= '0' && next <= '9') {
            int end = backReference(si, next);
            return end == NONE ? NONE : walk(end, pi + 2);
        }
        return ORDINARY;
    }

    private int open(int si, int pi) {
        boolean position = pi + 1 < p.length && p[pi + 1] == ')';
        return position ? open(si, pi + 2, POSITION) : open(si, pi + 1, UNFINISHED);
    }

    private int open(int si, int pi, int kind) {
        if (level >= CAPTURES_MAX) {
            throw x.error("too many captures");
        }
        starts[level] = si;
        lengths[level] = kind;
        level++;
        int end = walk(si, pi);
        if (end == NONE) {
            level--;
        }
        return end;
    }

    private int close(int si, int pi) {
        int i = level - 1;
        while (i >= 0 && lengths[i] != UNFINISHED) {
            i--;
        }
        if (i < 0) {
            throw x.error("invalid pattern capture");
        }
        lengths[i] = si - starts[i];
        int end = walk(si, pi);
        if (end == NONE) {
            lengths[i] = UNFINISHED;
        }
        return end;
    }

    private int balanced(int si, int pi) {
        if (pi + 1 >= p.length) {
            throw x.error("unbalanced pattern");
        }
        if (si >= s.length || s[si] != p[pi]) {
            return NONE;
        }
        int open = p[pi];
        int close = p[pi + 1];
        int nested = 1;
        for (int i = si + 1; i < s.length; i++) {
            x.budget().step(1);
            if (s[i] == close) {
                if (--nested == 0) {
                    return i + 1;
                }
            } else if (s[i] == open) {
                nested++;
            }
        }
        return NONE;
    }

    private int frontier(int si, int pi) {
        if (pi >= p.length || p[pi] != '[') {
            throw x.error("missing '[' after '%f' in pattern");
        }
        int end = classEnd(pi);
        int before = si == 0 ? 0 : s[si - 1] & 0xFF;
        int here = si < s.length ? s[si] & 0xFF : 0;
        return !inSet(before, pi, end - 1) && inSet(here, pi, end - 1) ? end : NONE;
    }

    private int backReference(int si, int digit) {
        int i = digit - '1';
        if (i < 0 || i >= level || lengths[i] == UNFINISHED) {
            throw x.error("invalid capture index");
        }
        // A position has no text: Lua compares with a length that is never there.
        int length = lengths[i];
        if (length < 0 || s.length - si < length) {
            return NONE;
        }
        x.budget().step(length >> 3);
        for (int k = 0; k < length; k++) {
            if (s[starts[i] + k] != s[si + k]) {
                return NONE;
            }
        }
        return si + length;
    }

    private int longest(int si, int pi, int end, int least) {
        int count = least;
        while (si + count < s.length && single(s[si + count] & 0xFF, pi, end)) {
            count++;
        }
        x.budget().step(count);
        for (; count >= least; count--) {
            int rest = walk(si + count, end + 1);
            if (rest != NONE) {
                return rest;
            }
        }
        return NONE;
    }

    private int shortest(int from, int pi, int end) {
        int si = from;
        while (true) {
            int rest = walk(si, end + 1);
            if (rest != NONE) {
                return rest;
            }
            if (si >= s.length || !single(s[si] & 0xFF, pi, end)) {
                return NONE;
            }
            si++;
        }
    }

    private int classEnd(int from) {
        int pi = from;
        int c = p[pi++];
        if (c == ESCAPE) {
            if (pi == p.length) {
                throw x.error("malformed pattern (ends with '%')");
            }
            return pi + 1;
        }
        if (c != '[') {
            return pi;
        }
        if (pi < p.length && p[pi] == '^') {
            pi++;
        }
        do {
            if (pi == p.length) {
                throw x.error("malformed pattern (missing ']')");
            }
            if (p[pi++] == ESCAPE && pi < p.length) {
                pi++;
            }
        } while (pi >= p.length || p[pi] != ']');
        return pi + 1;
    }

    private boolean single(int c, int pi, int end) {
        return switch (p[pi]) {
            case '.' -> true;
            case ESCAPE -> inClass(c, p[pi + 1] & 0xFF);
            case '[' -> inSet(c, pi, end - 1);
            default -> (p[pi] & 0xFF) == c;
        };
    }

    /** {@code last} is the closing bracket. */
    private boolean inSet(int c, int from, int last) {
        int pi = from + 1;
        boolean found = true;
        if (p[pi] == '^') {
            found = false;
            pi++;
        }
        for (; pi < last; pi++) {
            if (p[pi] == ESCAPE) {
                pi++;
                if (inClass(c, p[pi] & 0xFF)) {
                    return found;
                }
            } else if (p[pi + 1] == '-' && pi + 2 < last) {
                if ((p[pi] & 0xFF) <= c && c <= (p[pi + 2] & 0xFF)) {
                    return found;
                }
                pi += 2;
            } else if ((p[pi] & 0xFF) == c) {
                return found;
            }
        }
        return !found;
    }

    private static boolean inClass(int c, int name) {
        boolean in = switch (name | 32) {
            case 'a' -> isLetter(c);
            case 'c' -> c < 32 || c == 127;
            case 'd' -> c >= '0' && c <= '9';
            case 'l' -> c >= 'a' && c <= 'z';
            case 'p' -> c > 32 && c < 127 && !isLetter(c) && !(c >= '0' && c <= '9');
            case 's' -> c == ' ' || c >= 9 && c <= 13;
            case 'u' -> c >= 'A' && c <= 'Z';
            case 'w' -> isLetter(c) || c >= '0' && c <= '9';
            case 'x' -> c >= '0' && c <= '9' || (c | 32) >= 'a' && (c | 32) <= 'f';
            case 'z' -> c == 0;
            default -> {
                yield name == c;
            }
        };
        boolean isClass = "acdlpsuwxz".indexOf(name | 32) >= 0 && isLetter(name);
        return isClass && name < 'a' ? !in : isClass ? in : name == c;
    }

    private static boolean isLetter(int c) {
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    }
}
