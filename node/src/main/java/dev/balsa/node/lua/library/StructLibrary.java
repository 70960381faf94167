package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import java.util.ArrayList;
import java.util.List;

/** struct: packs and unpacks binary data, as the library in Redis. */
final class StructLibrary {
    private static final int INTEGER_MAX = 32;
    private static final int ALIGNMENT = 8;
    private static final long NOT_A_NUMBER = 0xFFF8_0000_0000_0000L;
    private static final int NOT_A_FLOAT = 0xFFC0_0000;

    private final LuaState x;
    private final LuaString format;
    private int at;
    private boolean bigEndian;
    private long align = 1;

    private StructLibrary(LuaState x, LuaString format) {
        this.x = x;
        this.format = format;
    }

    static void open(Library s) {
        s.function("pack", (x, args) -> new StructLibrary(x, Arguments.string(x, args, 1)).pack(args));
        s.function("unpack", (x, args) -> new StructLibrary(x, Arguments.string(x, args, 1)).unpack(args));
        s.function("size", (x, args) -> new StructLibrary(x, Arguments.string(x, args, 1)).size());
    }

    /** The next option, or 0 at the end. */
    private int option() {
        x.budget().step(1);
        return at < format.length() ? format.at(at++) : 0;
    }

    private boolean isDigit() {
        return at < format.length() && format.at(at) >= '0' && format.at(at) <= '9';
    }

    private long number(long absent) {
        if (!isDigit()) {
            return absent;
        }
        long n = 0;
        while (isDigit()) {
            int digit = format.at(at) - '0';
            if (n > Integer.MAX_VALUE / 10 || n * 10 > Integer.MAX_VALUE - digit) {
                throw x.error("integral size overflow");
            }
            n = n * 10 + digit;
            at++;
        }
        return n;
    }

    private long sizeOf(int option) {
        return switch (option) {
            case 'B', 'b', 'x' -> 1;
            case 'H', 'h' -> 2;
            case 'L', 'l', 'T', 'd' -> 8;
            case 'f' -> 4;
            case 'c' -> number(1);
            case 'i', 'I' -> {
                long size = number(4);
                if (size > INTEGER_MAX) {
                    throw x.error("integral size " + size + " is larger than limit of " + INTEGER_MAX);
                }
                yield size;
            }
            default -> 0;
        };
    }

    private long padding(long length, int option, long size) {
        if (size == 0 || option == 'c') {
            return 0;
        }
        long unit = Math.min(size, align);
        return unit - (length & unit - 1) & unit - 1;
    }

    private void control(int option) {
        switch (option) {
            case ' ' -> { }
            case '>' -> bigEndian = true;
            case '<' -> bigEndian = false;
            case '!' -> {
                long wanted = number(ALIGNMENT);
                if (wanted == 0 || (wanted & wanted - 1) != 0) {
                    throw x.error("alignment " + wanted + " is not a power of 2");
                }
                align = wanted;
            }
            default -> throw Arguments.bad(x, 1, "invalid format option '" + (char) option + "'");
        }
    }

    /** The C library puts a nil behind the arguments, and finds it where one is missing. */
    private Object pack(Object[] given) {
        Object[] args = java.util.Arrays.copyOf(given, given.length + 1);
        args[given.length] = Nil.NIL;
        ByteBuilder out = new ByteBuilder(x.budget());
        int argument = 2;
        long total = 0;
        for (int option = option(); option != 0; option = option()) {
            long size = sizeOf(option);
            long padding = padding(total, option, size);
            out.fill(0, (int) padding);
            total += padding;
            switch (option) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
                    out.addInteger(toBits(Arguments.number(x, args, argument++)), (int) size, bigEndian);
                case 'x' -> out.add(0);
                case 'f' -> {
                    float f = (float) Arguments.number(x, args, argument++);
                    out.addInteger(Float.isNaN(f) ? NOT_A_FLOAT : Float.floatToIntBits(f), 4, bigEndian);
                }
                case 'd' -> {
                    double d = Arguments.number(x, args, argument++);
                    out.addInteger(Double.isNaN(d) ? NOT_A_NUMBER : Double.doubleToLongBits(d), 8, bigEndian);
                }
                case 'c', 's' -> {
                    LuaString text = Arguments.string(x, args, argument++);
                    size = size == 0 ? text.length() : size;
                    if (text.length() < size) {
                        throw Arguments.bad(x, argument, "string too short");
                    }
                    out.add(text.bytes(), 0, (int) size);
                    if (option == 's') {
                        out.add(0);
                        size++;
                    }
                }
                default -> control(option);
            }
            total += size;
        }
        return out.toLuaString();
    }

    private static long toBits(double d) {
        if (d < 0) {
            return Arguments.toLong(d);
        }
        return d < 0x1p63 ? Arguments.toLong(d) : d < 0x1p64 ? (long) (d - 0x1p63) ^ Long.MIN_VALUE : 0;
    }

    private Object unpack(Object[] args) {
        LuaString data = Arguments.string(x, args, 2);
        long position = Arguments.integer(x, args, 3, 1);
        if (position <= 0) {
            throw Arguments.bad(x, 3, "offset must be 1 or greater");
        }
        position--;
        List<Object> values = new ArrayList<>();
        for (int option = option(); option != 0; option = option()) {
            long size = sizeOf(option);
            position += padding(position, option, size);
            check(data, position, size);
            x.budget().allocate(8);
            int from = (int) position;
            switch (option) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
                    values.add(integer(data, from, (int) size, option >= 'a'));
                case 'x' -> { }
                case 'f' -> values.add((double) Float.intBitsToFloat((int) bits(data, from, 4)));
                case 'd' -> values.add(Double.longBitsToDouble(bits(data, from, 8)));
                case 'c' -> {
                    if (size == 0) {
                        Double wanted = values.isEmpty() ? null : Numbers.toNumber(values.removeLast());
                        if (wanted == null) {
                            throw x.error("format 'c0' needs a previous size");
                        }
                        size = Arguments.toLong(wanted);
                        check(data, position, size);
                    }
                    values.add(text(data, from, (int) size));
                }
                case 's' -> {
                    int end = from;
                    while (end < data.length() && data.at(end) != 0) {
                        end++;
                    }
                    if (end == data.length()) {
                        throw x.error("unfinished string in data");
                    }
                    values.add(text(data, from, end - from));
                    size = end - from + 1L;
                }
                default -> control(option);
            }
            position += size;
        }
        values.add((double) (position + 1));
        return values.toArray();
    }

    private void check(LuaString data, long position, long size) {
        if (size < 0 || size > data.length() || position > data.length() - size) {
            throw Arguments.bad(x, 2, "data string too short");
        }
    }

    private LuaString text(LuaString data, int from, int length) {
        x.budget().string(length);
        return LuaString.copyOf(data.bytes(), from, length);
    }

    private long bits(LuaString data, int from, int size) {
        long n = 0;
        for (int i = 0; i < size; i++) {
            n = n << 8 | data.at(from + (bigEndian ? i : size - 1 - i));
        }
        return n;
    }

    private Object integer(LuaString data, int from, int size, boolean signed) {
        long n = bits(data, from, size);
        if (!signed) {
            return Numbers.unsigned(n);
        }
        long mask = -1L << size * 8 - 1;
        return (double) ((n & mask) != 0 ? n | mask : n);
    }

    private Object size() {
        long total = 0;
        for (int option = option(); option != 0; option = option()) {
            long size = sizeOf(option);
            total += padding(total, option, size);
            if (option == 's') {
                throw Arguments.bad(x, 1, "option 's' has no fixed size");
            }
            if (option == 'c' && size == 0) {
                throw Arguments.bad(x, 1, "option 'c0' has no fixed size");
            }
            if (!Character.isLetterOrDigit(option)) {
                control(option);
            }
            total += size;
        }
        return (double) total;
    }
}
