package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Metatables;
import dev.balsa.node.lua.Nil;

/** table.sort: the quicksort of Lua 5.1, because the order of equal elements shows which one it was. */
final class Sort {
    private final LuaState x;
    private final LuaTable table;
    private final Object comparator;

    private Sort(LuaState x, LuaTable table, Object comparator) {
        this.x = x;
        this.table = table;
        this.comparator = comparator;
    }

    static Object sort(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        Object comparator = Arguments.isAbsent(args, 2) ? Nil.NIL : Arguments.function(x, args, 2);
        if (table.isReadOnly()) {
            throw new LuaError("Attempt to modify a readonly table");
        }
        Object entered = x.enterJava();
        try {
            new Sort(x, table, comparator).range(1, table.length());
        } finally {
            x.leave(entered);
        }
        return LuaFunction.NONE;
    }

    private boolean less(Object a, Object b) {
        if (comparator == Nil.NIL) {
            x.budget().step(1);
            return Metatables.less(x, a, b);
        }
        Object result = x.invokeAny(comparator, a, b);
        return Values.isTrue(result instanceof Object[] several ? Arguments.value(several, 1) : result);
    }

    private void set(int i, Object value) {
        table.set(x.budget(), i, value);
    }

    private void swap(int i, Object atI, int j, Object atJ) {
        set(i, atJ);
        set(j, atI);
    }

    /** Sorts the larger part in the loop and the smaller one below, so the depth is the logarithm. */
    private void range(int from, int to) {
        int low = from;
        int up = to;
        while (low < up) {
            Object first = table.get(low);
            Object last = table.get(up);
            if (less(last, first)) {
                swap(low, first, up, last);
            }
            if (up - low == 1) {
                return;
            }
            int middle = (low + up) / 2;
            Object pivot = table.get(middle);
            first = table.get(low);
            if (less(pivot, first)) {
                swap(middle, pivot, low, first);
            } else {
                last = table.get(up);
                if (less(last, pivot)) {
                    swap(middle, pivot, up, last);
                }
            }
            if (up - low == 2) {
                return;
            }
            int border = partition(low, up, middle);
            if (border - low < up - border) {
                range(low, border - 1);
                low = border + 1;
            } else {
                range(border + 1, up);
                up = border - 1;
            }
        }
    }

    private int partition(int low, int up, int middle) {
        Object pivot = table.get(middle);
        Object beside = table.get(up - 1);
        swap(middle, pivot, up - 1, beside);
        int i = low;
        int j = up - 1;
        while (true) {
            Object left = table.get(++i);
            while (less(left, pivot)) {
                if (i > up) {
                    throw x.error("invalid order function for sorting");
                }
                left = table.get(++i);
            }
            Object right = table.get(--j);
            while (less(pivot, right)) {
                if (j < low) {
                    throw x.error("invalid order function for sorting");
                }
                right = table.get(--j);
            }
            if (j < i) {
                break;
            }
            swap(i, left, j, right);
        }
        Object atBorder = table.get(i);
        swap(up - 1, table.get(up - 1), i, atBorder);
        return i;
    }
}
