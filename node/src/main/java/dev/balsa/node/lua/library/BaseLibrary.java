package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.Builtin;
import dev.balsa.node.lua.Chunk;
import dev.balsa.node.lua.Closure;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Metatables;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.node.lua.TypeNames;
import java.util.Arrays;

/** The functions that have no library. Nothing that reads files or writes. */
@SuppressWarnings("ReferenceEquality") // false is one object
final class BaseLibrary {
    private static final LuaString METATABLE = LuaString.of("__metatable");
    private static final LuaString TOSTRING = LuaString.of("__tostring");
    private static final int UNPACKED_MAX = 8000;
    /** What collectgarbage says is in use, in KB: memory is counted elsewhere, and must be the same everywhere. */
    private static final double COLLECTED_KB = 64;

    private BaseLibrary() {}

    static void open(Library g) {
        g.function("assert", BaseLibrary::assertion);
        g.function("collectgarbage", BaseLibrary::collectGarbage);
        g.function("error", BaseLibrary::error);
        g.function("gcinfo", (_, _) -> COLLECTED_KB);
        g.function("getfenv", BaseLibrary::getEnvironment);
        g.function("setfenv", BaseLibrary::setEnvironment);
        g.function("getmetatable", BaseLibrary::getMetatable);
        g.function("setmetatable", BaseLibrary::setMetatable);
        g.function("load", BaseLibrary::load);
        g.function("loadstring", BaseLibrary::loadString);
        Builtin next = Builtin.next(BaseLibrary::next);
        g.set("next", next);
        Builtin step = Builtin.ipairsStep(BaseLibrary::ipairsStep);
        g.number(step);
        g.function("ipairs", (x, args) -> new Object[] {step, Arguments.table(x, args, 1), 0.0});
        g.function("pairs", (x, args) -> new Object[] {next, Arguments.table(x, args, 1), Nil.NIL});
        g.function("pcall", BaseLibrary::pcall);
        g.function("xpcall", BaseLibrary::xpcall);
        g.function("rawequal", (x, args) -> {
            Object first = Arguments.any(x, args, 1);
            return Values.rawEquals(first, Arguments.any(x, args, 2));
        });
        g.function("rawget", (x, args) -> {
            LuaTable table = Arguments.table(x, args, 1);
            return table.get(Arguments.any(x, args, 2));
        });
        g.function("rawset", BaseLibrary::rawSet);
        g.function("select", BaseLibrary::select);
        g.function("tonumber", BaseLibrary::toNumber);
        g.function("tostring", (x, args) -> text(x, Arguments.any(x, args, 1)));
        g.function("type", (x, args) -> LuaString.of(TypeNames.of(Arguments.any(x, args, 1))));
        g.function("unpack", BaseLibrary::unpack);
        g.set("_VERSION", LuaString.of("Lua 5.1"));
    }

    private static Object assertion(LuaState x, Object[] args) {
        Object value = Arguments.any(x, args, 1);
        if (value == Nil.NIL || value == Boolean.FALSE) {
            throw x.error(Arguments.string(x, args, 2, LuaString.of("assertion failed!")).toString());
        }
        return args;
    }

    private static Object collectGarbage(LuaState x, Object[] args) {
        String option = Arguments.string(x, args, 1, LuaString.of("collect")).toString();
        return switch (option) {
            case "stop", "restart", "collect", "setpause", "setstepmul" -> 0.0;
            case "step" -> true;
            case "count" -> COLLECTED_KB;
            default -> throw Arguments.bad(x, 1, "invalid option '" + option + "'");
        };
    }

    private static Object error(LuaState x, Object[] args) {
        long level = (int) Arguments.integer(x, args, 2, 1);
        Object value = Arguments.value(args, 1);
        if (level > 0 && (value instanceof LuaString || value instanceof Double)) {
            throw new LuaError(x.where((int) level) + Arguments.string(x, args, 1));
        }
        throw new LuaError(value);
    }

    private static Object functionAt(LuaState x, Object[] args) {
        if (Arguments.value(args, 1) instanceof LuaFunction function) {
            return function;
        }
        long level = Arguments.integer(x, args, 1, 1);
        if (level < 0) {
            throw Arguments.bad(x, 1, "level must be non-negative");
        }
        if (level == 0) {
            return Nil.NIL;
        }
        Object found = level > x.budget().limits().callDepth() ? null : x.functionAt((int) level);
        if (found == null) {
            throw Arguments.bad(x, 1, "invalid level");
        }
        return found;
    }

    private static Object getEnvironment(LuaState x, Object[] args) {
        return functionAt(x, args) instanceof Closure closure ? closure.environment() : x.globals();
    }

    private static Object setEnvironment(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 2);
        Object function = functionAt(x, args);
        if (Arguments.value(args, 1) instanceof Double level && level == 0) {
            throw x.error("'setfenv' cannot change environment of given object");
        }
        if (!(function instanceof Closure closure)) {
            throw x.error("'setfenv' cannot change environment of given object");
        }
        closure.environment(table);
        return closure;
    }

    private static Object getMetatable(LuaState x, Object[] args) {
        Object value = Arguments.any(x, args, 1);
        LuaTable metatable = Metatables.of(x, value);
        if (metatable == null) {
            return Nil.NIL;
        }
        Object shown = metatable.get(METATABLE);
        return shown == Nil.NIL ? metatable : shown;
    }

    private static Object setMetatable(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        Object metatable = Arguments.value(args, 2);
        if (args.length < 2 || metatable != Nil.NIL && !(metatable instanceof LuaTable)) {
            throw Arguments.bad(x, 2, "nil or table expected");
        }
        if (Metatables.field(x, table, METATABLE) != Nil.NIL) {
            throw x.error("cannot change a protected metatable");
        }
        if (table.isReadOnly()) {
            throw new LuaError("Attempt to modify a readonly table");
        }
        table.metatable(metatable instanceof LuaTable m ? m : null);
        return table;
    }

    private static Object compile(LuaState x, LuaString source, String name) {
        try {
            if (source.length() > 0 && source.at(0) == 27) {
                throw new LuaError("attempt to load chunk with wrong mode");
            }
            return Closure.of(Chunk.compile(source, name, x.budget()), x.globals());
        } catch (LuaError e) {
            return new Object[] {Nil.NIL, e.value()};
        }
    }

    private static Object loadString(LuaState x, Object[] args) {
        LuaString source = Arguments.string(x, args, 1);
        return compile(x, source, Arguments.string(x, args, 2, source).toString());
    }

    private static Object load(LuaState x, Object[] args) {
        LuaFunction reader = Arguments.function(x, args, 1);
        String name = Arguments.string(x, args, 2, LuaString.of("=(load)")).toString();
        dev.balsa.node.lua.ByteBuilder source = new dev.balsa.node.lua.ByteBuilder(x.budget());
        try {
            while (true) {
                Object[] read = x.call(reader);
                Object piece = Arguments.value(read, 1);
                if (piece == Nil.NIL || piece instanceof LuaString s && s.length() == 0) {
                    break;
                }
                if (!(piece instanceof LuaString || piece instanceof Double)) {
                    throw new LuaError("reader function must return a string");
                }
                source.add(Values.text(piece));
            }
        } catch (LuaError e) {
            return new Object[] {Nil.NIL, e.value()};
        }
        return compile(x, source.toLuaString(), name);
    }

    private static Object next(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        int position = table.position(Arguments.value(args, 2));
        if (position < 0) {
            throw new LuaError("invalid key to 'next'");
        }
        int next = table.next(x.budget(), position);
        return next == 0 ? Nil.NIL : new Object[] {table.keyAt(next), table.valueAt(next)};
    }

    private static Object ipairsStep(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        int i = (int) Arguments.integer(x, args, 2) + 1;
        Object value = table.get(i);
        return value == Nil.NIL ? LuaFunction.NONE : new Object[] {(double) i, value};
    }

    private static Object pcall(LuaState x, Object[] args) {
        Object function = Arguments.any(x, args, 1);
        Object entered = x.enterJava();
        try {
            Object results = x.invokeAny(function, Arrays.copyOfRange(args, 1, args.length));
            return succeeded(results);
        } catch (LuaError e) {
            return new Object[] {false, e.value()};
        } finally {
            x.leave(entered);
        }
    }

    private static Object[] succeeded(Object results) {
        Object[] several = LuaState.several(results);
        Object[] all = new Object[several.length + 1];
        all[0] = true;
        System.arraycopy(several, 0, all, 1, several.length);
        return all;
    }

    private static Object xpcall(LuaState x, Object[] args) {
        Object handler = Arguments.any(x, args, 2);
        Object entered = x.enterJava();
        try {
            return succeeded(x.invokeAny(args[0]));
        } catch (LuaError e) {
            return handled(x, handler, e.value());
        } finally {
            x.leave(entered);
        }
    }

    private static Object handled(LuaState x, Object handler, Object value) {
        Object[] results;
        try {
            results = LuaState.several(x.invokeAny(handler, value));
        } catch (LuaError second) {
            return new Object[] {false, LuaString.of("error in error handling")};
        }
        return new Object[] {false, results.length == 0 ? Nil.NIL : results[0]};
    }

    private static Object rawSet(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        Object key = Arguments.any(x, args, 2);
        Object value = Arguments.any(x, args, 3);
        Object entered = x.enterJava();
        Metatables.rawSet(x, table, key, value);
        x.leave(entered);
        return table;
    }

    private static Object select(LuaState x, Object[] args) {
        if (Arguments.value(args, 1) instanceof LuaString s && s.length() == 1 && s.at(0) == '#') {
            return (double) (args.length - 1);
        }
        long n = (int) Arguments.integer(x, args, 1);
        if (n < 0) {
            n = args.length + n;
        }
        if (n < 1) {
            throw Arguments.bad(x, 1, "index out of range");
        }
        return n >= args.length ? LuaFunction.NONE : Arrays.copyOfRange(args, (int) n, args.length);
    }

    private static Object toNumber(LuaState x, Object[] args) {
        long base = (int) Arguments.integer(x, args, 2, 10);
        if (base == 10) {
            Double number = Numbers.toNumber(Arguments.any(x, args, 1));
            return number == null ? Nil.NIL : number;
        }
        LuaString text = Arguments.string(x, args, 1);
        if (base < 2 || base > 36) {
            throw Arguments.bad(x, 2, "base out of range");
        }
        Double number = Numbers.parse(text, (int) base);
        return number == null ? Nil.NIL : number;
    }

    /** What tostring gives. */
    static Object text(LuaState x, Object value) {
        Object handler = Metatables.field(x, value, TOSTRING);
        if (handler != Nil.NIL) {
            Object[] results = x.call(handler, value);
            return Arguments.value(results, 1);
        }
        return Values.plainText(x, value);
    }

    private static Object unpack(LuaState x, Object[] args) {
        LuaTable table = Arguments.table(x, args, 1);
        int first = (int) Arguments.integer(x, args, 2, 1);
        int last = Arguments.isAbsent(args, 3) ? table.length() : (int) Arguments.integer(x, args, 3);
        if (first > last) {
            return LuaFunction.NONE;
        }
        long count = (long) last - first + 1;
        if (count >= UNPACKED_MAX) {
            throw x.error("too many results to unpack");
        }
        x.budget().step(count >> 2);
        x.budget().allocate(16 + 8 * count);
        Object[] all = new Object[(int) count];
        for (int i = 0; i < all.length; i++) {
            all[i] = table.get(first + i);
        }
        return all;
    }
}
