package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Budget;
import dev.balsa.node.lua.Builtin;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Limits;

/** A table of functions while it is filled. Its objects get their numbers in the order of the calls. */
public final class Library {
    private final LuaTable table;
    private final Budget budget;
    private final Numbering numbering;

    /** Numbers for objects that outlive a run. */
    static final class Numbering {
        private long last;

        long next() {
            return ++last;
        }
    }

    private Library(LuaTable table, Budget budget, Numbering numbering) {
        this.table = table;
        this.budget = budget;
        this.numbering = numbering;
    }

    /** The globals of a new environment. */
    public static Library globals() {
        Budget budget = new Budget(Limits.DEFAULT);
        Library g = new Library(new LuaTable(budget), budget, new Numbering());
        g.number(g.table);
        g.set("_G", g.table);
        return g;
    }

    /** A new table in this one. */
    public Library library(String name) {
        Library inner = new Library(new LuaTable(budget), budget, numbering);
        set(name, inner.table);
        return inner;
    }

    /** The table itself. */
    public LuaTable table() {
        return table;
    }

    public void function(String name, Builtin.Body body) {
        set(name, new Builtin(name, body));
    }

    public void set(String name, Object value) {
        if (value instanceof LuaFunction function) {
            number(function);
        } else if (value instanceof LuaTable inner && inner != table) {
            number(inner);
        }
        table.set(budget, name, value);
    }

    /** What stands under a name. */
    public Object get(String name) {
        return table.get(LuaString.of(name));
    }

    void number(LuaFunction function) {
        LuaState.fix(function, numbering.next());
    }

    private void number(LuaTable one) {
        LuaState.fix(one, numbering.next());
    }

    /** An environment of what these globals hold now; strings find their methods in {@code string}. */
    public LuaState.Environment environment() {
        LuaTable strings = new LuaTable(budget);
        strings.set(budget, "__index", get("string"));
        number(strings);
        return new LuaState.Environment(table, strings, numbering.last);
    }
}
