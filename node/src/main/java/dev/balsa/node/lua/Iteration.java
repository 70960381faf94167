package dev.balsa.node.lua;

/** Walks tables for loops, without the calls of next or of what ipairs gives. */
final class Iteration {
    private Iteration() {}

    /** One step of {@code for k, v in next, table}; the control variable is in R(a + 2). False if it is over. */
    static boolean next(LuaState x, Object[] r, int a, LuaTable table, int variables) {
        int position = table.position(r[a + 2]);
        x.budget().step(2);
        if (position < 0) {
            throw new LuaError("invalid key to 'next'");
        }
        int next = table.next(x.budget(), position);
        if (next == 0) {
            return false;
        }
        Object key = table.keyAt(next);
        r[a + 3] = key;
        if (variables > 1) {
            r[a + 4] = table.valueAt(next);
            for (int i = 2; i < variables; i++) {
                r[a + 3 + i] = Nil.NIL;
            }
        }
        return true;
    }

    /** One step of {@code for i, v in ipairs(table)}; the control variable is {@code control}. False if it is over. */
    static boolean index(LuaState x, Object[] r, int a, LuaTable table, double control, int variables) {
        x.budget().step(2);
        int i = (int) Arguments.toLong(control) + 1;
        Object value = table.get(i);
        if (value instanceof Nil) {
            return false;
        }
        r[a + 3] = (double) i;
        if (variables > 1) {
            r[a + 4] = value;
            for (int n = 2; n < variables; n++) {
                r[a + 3 + n] = Nil.NIL;
            }
        }
        return true;
    }
}
