package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.Builtin;
import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Metatables;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.TypeNames;

/** string. */
final class StringLibrary {
    private static final int BYTES_MAX = 8000;
    private static final String SPECIALS = "^$*+?.([%-";

    private StringLibrary() {}

    static void open(Library s) {
        s.function("byte", StringLibrary::bytes);
        s.function("char", StringLibrary::characters);
        s.function("dump", (x, args) -> {
            Arguments.function(x, args, 1);
            throw x.error("unable to dump given function");
        });
        s.function("find", (x, args) -> find(x, args, true));
        s.function("format", Format::format);
        s.function("gmatch", StringLibrary::matches);
        s.set("gfind", new Builtin("gfind", (x, _) -> {
            throw x.error("'string.gfind' was renamed to 'string.gmatch'");
        }));
        s.function("gsub", Substitution::substitute);
        s.function("len", (x, args) -> (double) Arguments.string(x, args, 1).length());
        s.function("lower", (x, args) -> mapped(x, Arguments.string(x, args, 1), 'A', 'Z'));
        s.function("match", (x, args) -> find(x, args, false));
        s.function("rep", StringLibrary::repeated);
        s.function("reverse", StringLibrary::reversed);
        s.function("sub", StringLibrary::slice);
        s.function("upper", (x, args) -> mapped(x, Arguments.string(x, args, 1), 'a', 'z'));
    }

    private static long position(long at, int length) {
        long p = at < 0 ? at + length + 1 : at;
        return Math.max(p, 0);
    }

    private static Object slice(LuaState x, Object[] args) {
        LuaString s = Arguments.string(x, args, 1);
        int length = s.length();
        long from = Math.max(1, position(Arguments.integer(x, args, 2), length));
        long to = Math.min(length, position(Arguments.integer(x, args, 3, -1), length));
        if (from > to) {
            return LuaString.EMPTY;
        }
        x.budget().string(to - from + 1);
        return s.slice((int) from - 1, (int) to);
    }

    private static Object bytes(LuaState x, Object[] args) {
        LuaString s = Arguments.string(x, args, 1);
        long first = position(Arguments.integer(x, args, 2, 1), s.length());
        long to = Math.min(s.length(), position(Arguments.integer(x, args, 3, first), s.length()));
        long from = Math.max(1, first);
        if (from > to) {
            return LuaFunction.NONE;
        }
        if (to - from + 1 >= BYTES_MAX) {
            throw x.error("string slice too long");
        }
        Object[] all = new Object[(int) (to - from + 1)];
        x.budget().allocate(24L * all.length);
        for (int i = 0; i < all.length; i++) {
            all[i] = (double) s.at((int) from - 1 + i);
        }
        return all;
    }

    private static Object characters(LuaState x, Object[] args) {
        byte[] bytes = new byte[args.length];
        for (int i = 0; i < args.length; i++) {
            int c = (int) Arguments.integer(x, args, i + 1);
            if (c < 0 || c > 255) {
                throw Arguments.bad(x, i + 1, "invalid value");
            }
            bytes[i] = (byte) c;
        }
        x.budget().string(bytes.length);
        return LuaString.wrap(bytes);
    }

    private static Object mapped(LuaState x, LuaString s, int from, int to) {
        x.budget().string(s.length());
        byte[] bytes = s.bytes().clone();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= from && bytes[i] <= to) {
                bytes[i] ^= 32;
            }
        }
        return LuaString.wrap(bytes);
    }

    private static Object repeated(LuaState x, Object[] args) {
        LuaString s = Arguments.string(x, args, 1);
        int count = (int) Arguments.integer(x, args, 2);
        if (count <= 0 || s.length() == 0) {
            return LuaString.EMPTY;
        }
        x.budget().string((long) s.length() * count);
        byte[] bytes = new byte[s.length() * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(s.bytes(), 0, bytes, i * s.length(), s.length());
        }
        return LuaString.wrap(bytes);
    }

    private static Object reversed(LuaState x, Object[] args) {
        LuaString s = Arguments.string(x, args, 1);
        x.budget().string(s.length());
        byte[] bytes = new byte[s.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) s.at(bytes.length - 1 - i);
        }
        return LuaString.wrap(bytes);
    }

    private static boolean isPlain(LuaString pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if (SPECIALS.indexOf(pattern.at(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static Object find(LuaState x, Object[] args, boolean find) {
        LuaString s = Arguments.string(x, args, 1);
        LuaString pattern = Arguments.string(x, args, 2);
        long init = position(Arguments.integer(x, args, 3, 1), s.length()) - 1;
        int from = (int) Math.min(Math.max(init, 0), s.length());
        if (find && (Values.isTrue(Arguments.value(args, 4)) || isPlain(pattern))) {
            int at = indexOf(x, s, pattern, from);
            return at < 0 ? Nil.NIL : new Object[] {at + 1.0, (double) (at + pattern.length())};
        }
        boolean anchored = pattern.length() > 0 && pattern.at(0) == '^';
        Pattern matcher = new Pattern(x, s, pattern);
        for (int at = from; at <= s.length(); at++) {
            int end = matcher.match(at, anchored ? 1 : 0);
            if (end >= 0) {
                return find ? found(matcher, at, end) : matcher.captures(at, end, true);
            }
            if (anchored) {
                break;
            }
        }
        return Nil.NIL;
    }

    private static Object[] found(Pattern matcher, int at, int end) {
        Object[] captures = matcher.captures(at, end, false);
        Object[] all = new Object[2 + captures.length];
        all[0] = at + 1.0;
        all[1] = (double) end;
        System.arraycopy(captures, 0, all, 2, captures.length);
        return all;
    }

    private static int indexOf(LuaState x, LuaString s, LuaString what, int from) {
        byte[] in = s.bytes();
        byte[] wanted = what.bytes();
        if (wanted.length == 0) {
            return from;
        }
        int last = in.length - wanted.length;
        int charged = from;
        for (int at = from; at <= last; at++) {
            if (in[at] != wanted[0]) {
                continue;
            }
            int k = 1;
            while (k < wanted.length && in[at + k] == wanted[k]) {
                k++;
            }
            if (k == wanted.length) {
                return at;
            }
            x.budget().step((at - charged >> 4) + (k >> 3) + 1);
            charged = at;
        }
        x.budget().step(Math.max(0, last - charged) >> 4);
        return -1;
    }

    private static Object matches(LuaState x, Object[] args) {
        LuaString s = Arguments.string(x, args, 1);
        LuaString pattern = Arguments.string(x, args, 2);
        int[] next = {0};
        return new Builtin("gmatch", (state, _) -> {
            Pattern matcher = new Pattern(state, s, pattern);
            for (int at = next[0]; at <= s.length(); at++) {
                int end = matcher.match(at, 0);
                if (end >= 0) {
                    next[0] = end == at ? end + 1 : end;
                    return matcher.captures(at, end, true);
                }
            }
            return Nil.NIL;
        });
    }

    /** string.gsub. */
    private record Substitution(LuaState x, Object replacement, Pattern matcher, LuaString s) {
        static Object substitute(LuaState x, Object[] args) {
            LuaString s = Arguments.string(x, args, 1);
            LuaString pattern = Arguments.string(x, args, 2);
            Object replacement = Arguments.value(args, 3);
            boolean fits = Values.isText(replacement) || replacement instanceof LuaTable
                    || replacement instanceof LuaFunction;
            if (!fits) {
                throw Arguments.bad(x, 3, "string/function/table expected");
            }
            long most = (int) Arguments.integer(x, args, 4, s.length() + 1L);
            boolean anchored = pattern.length() > 0 && pattern.at(0) == '^';
            Object by = Values.isText(replacement) ? Values.text(replacement) : replacement;
            return new Substitution(x, by, new Pattern(x, s, pattern), s).run(most, anchored);
        }

        private Object run(long most, boolean anchored) {
            ByteBuilder out = new ByteBuilder(x.budget());
            int at = 0;
            int count = 0;
            while (count < most) {
                int end = matcher.match(at, anchored ? 1 : 0);
                if (end >= 0) {
                    count++;
                    append(out, at, end);
                }
                if (end > at) {
                    at = end;
                } else if (at < s.length()) {
                    out.add(s.at(at++));
                } else {
                    break;
                }
                if (anchored) {
                    break;
                }
            }
            if (at < s.length()) {
                out.add(s.bytes(), at, s.length() - at);
            }
            return new Object[] {out.toLuaString(), (double) count};
        }

        private void append(ByteBuilder out, int at, int end) {
            Object value;
            if (replacement instanceof LuaString template) {
                expand(out, template, at, end);
                return;
            }
            if (replacement instanceof LuaTable table) {
                Object entered = x.enterJava();
                value = Metatables.index(x, table, matcher.capture(0, at, end));
                x.leave(entered);
            } else {
                value = Arguments.value(x.call(replacement, matcher.captures(at, end, true)), 1);
            }
            if (!Values.isTrue(value)) {
                out.add(s.bytes(), at, end - at);
            } else if (Values.isText(value)) {
                out.add(Values.text(value));
            } else {
                throw x.error("invalid replacement value (a " + TypeNames.of(value) + ")");
            }
        }

        private void expand(ByteBuilder out, LuaString template, int at, int end) {
            int i = 0;
            while (i < template.length()) {
                int c = template.at(i++);
                if (c != '%') {
                    out.add(c);
                    continue;
                }
                int next = i < template.length() ? template.at(i) : 0;
                i++;
                if (next < '0' || next > '9') {
                    out.add(next);
                } else if (next == '0') {
                    out.add(s.bytes(), at, end - at);
                } else {
                    out.add(Values.text(matcher.capture(next - '1', at, end)));
                }
            }
        }
    }
}
