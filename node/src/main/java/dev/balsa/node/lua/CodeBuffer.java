package dev.balsa.node.lua;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The code of one function while it is made: instructions, constants, registers. */
final class CodeBuffer {
    private static final int REGISTERS_MAX = 250;

    private final String chunk;
    private int[] code = new int[64];
    private int size;
    private int[] lines = new int[16];
    private @Nullable Expr[] operands = new Expr[32];
    private final List<Object> constants = new ArrayList<>();
    private final TreeMap<LuaString, Integer> strings = new TreeMap<>();
    private final TreeMap<Long, Integer> numbers = new TreeMap<>();
    private final List<Proto> children = new ArrayList<>();
    private int free;
    private int registers = 3;
    private int line;

    CodeBuffer(String chunk) {
        this.chunk = chunk;
    }

    String chunk() {
        return chunk;
    }

    /** The next instructions stand on this line. */
    void at(int newLine) {
        line = newLine;
    }

    int pc() {
        return size;
    }

    int emit(int op, int a, int b, int c) {
        if (size == code.length) {
            code = Arrays.copyOf(code, size * 2);
            lines = Arrays.copyOf(lines, size / 2);
            operands = Arrays.copyOf(operands, size);
        }
        code[size] = op;
        code[size + 1] = a;
        code[size + 2] = b;
        code[size + 3] = c;
        lines[size / Op.SIZE] = line;
        size += Op.SIZE;
        return size - Op.SIZE;
    }

    /** Says what the operands of the last instruction were, for messages. */
    void describe(@Nullable Expr first, @Nullable Expr second) {
        int i = size / Op.SIZE - 1;
        operands[2 * i] = first;
        operands[2 * i + 1] = second;
    }

    int word(int at) {
        return code[at];
    }

    /** Lets a jump go to {@code target}. */
    void patch(int jump, int target) {
        int op = code[jump];
        code[jump + (op == Op.FOR_PREPARE || op == Op.FOR_CALL ? 2 : 1)] = target;
    }

    void patchHere(List<Integer> jumps) {
        for (int jump : jumps) {
            patch(jump, size);
        }
    }

    /** A constant as an operand: ~ its number. */
    int constant(Object value) {
        Integer known = switch (value) {
            case LuaString s -> strings.get(s);
            case Double d -> numbers.get(bits(d));
            default -> constants.indexOf(value) < 0 ? null : (Integer) constants.indexOf(value);
        };
        if (known != null) {
            return ~known;
        }
        constants.add(value);
        int index = constants.size() - 1;
        if (value instanceof LuaString s) {
            strings.put(s, index);
        } else if (value instanceof Double d) {
            numbers.put(bits(d), index);
        }
        return ~index;
    }

    /** Both zeros are one constant, whichever came first: so it is in Lua 5.1. */
    private static long bits(double d) {
        return d == 0 ? 0 : Double.doubleToRawLongBits(d);
    }

    int child(Proto proto) {
        children.add(proto);
        return children.size() - 1;
    }

    int free() {
        return free;
    }

    int reserve(int count) {
        int first = free;
        free += count;
        if (free > REGISTERS_MAX) {
            throw new LuaError(chunk + ":" + line + ": function or expression too complex");
        }
        registers = Math.max(registers, free);
        return first;
    }

    void release(int mark) {
        free = mark;
    }

    Proto build(Expr.FunctionBody body, int[] captures) {
        int parameters = body.parameters().size() - (body.variadic() && body.line() > 0 ? 1 : 0);
        return new Proto(chunk, body.line(), parameters, body.variadic(), body.needsArg(), registers + 2,
                Arrays.copyOf(code, size), constants.toArray(), children.toArray(new Proto[0]), captures,
                Arrays.copyOf(lines, size / Op.SIZE), Arrays.copyOf(operands, size / 2),
                new Heat());
    }
}
