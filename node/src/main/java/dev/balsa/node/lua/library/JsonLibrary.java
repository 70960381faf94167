package dev.balsa.node.lua.library;

import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.Builtin;
import dev.balsa.node.lua.LightUserdata;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/** cjson, as lua-cjson 2.1.0 in Redis. */
final class JsonLibrary {
    /** The key under which a run keeps the settings of one library. */
    private final Object key = new Object();

    private JsonLibrary() {}

    static void open(Library c) {
        JsonLibrary library = new JsonLibrary();
        library.functions((name, function) -> c.set(name, function));
        c.set("null", LightUserdata.NULL);
        c.set("_NAME", LuaString.of("cjson"));
        c.set("_VERSION", LuaString.of("2.1.0"));
    }

    private static Object another(LuaState x, Object[] args) {
        LuaTable table = new LuaTable(x.budget());
        new JsonLibrary().functions((name, function) -> table.set(x.budget(), name, function));
        table.set(x.budget(), "null", LightUserdata.NULL);
        table.set(x.budget(), "_NAME", LuaString.of("cjson"));
        table.set(x.budget(), "_VERSION", LuaString.of("2.1.0"));
        return table;
    }

    private JsonSettings settings(LuaState x) {
        return (JsonSettings) x.kept(key, JsonSettings::new);
    }

    private void functions(BiConsumer<String, Builtin> out) {
        add(out, "encode", (x, args) -> new JsonEncoder(x, settings(x)).encode(single(x, args)));
        add(out, "decode", (x, args) -> {
            single(x, args);
            return new JsonDecoder(x, settings(x), Arguments.string(x, args, 1)).decode();
        });
        add(out, "encode_sparse_array", this::sparse);
        integer(out, "encode_max_depth", Integer.MAX_VALUE, s -> s.encodeDepth, (s, v) -> s.encodeDepth = v);
        integer(out, "decode_max_depth", Integer.MAX_VALUE, s -> s.decodeDepth, (s, v) -> s.decodeDepth = v);
        integer(out, "encode_number_precision", 14, s -> s.precision, (s, v) -> s.precision = v);
        add(out, "encode_keep_buffer", (x, args) -> {
            JsonSettings s = settings(x);
            limit(x, args, 1);
            s.keepBuffer = option(x, args, s.keepBuffer ? 1 : 0, "off", "on") == 1;
            return s.keepBuffer;
        });
        add(out, "encode_invalid_numbers", (x, args) -> {
            JsonSettings s = settings(x);
            limit(x, args, 1);
            s.encodeInvalid = option(x, args, s.encodeInvalid, "off", "on", "null");
            return s.encodeInvalid == JsonSettings.NUMBERS_NULL ? LuaString.of("null") : (Object) (s.encodeInvalid == 1);
        });
        add(out, "decode_invalid_numbers", (x, args) -> {
            JsonSettings s = settings(x);
            limit(x, args, 1);
            s.decodeInvalid = option(x, args, s.decodeInvalid ? 1 : 0, "off", "on") == 1;
            return s.decodeInvalid;
        });
        add(out, "new", JsonLibrary::another);
    }

    private static void add(BiConsumer<String, Builtin> out, String name, Builtin.Body body) {
        out.accept(name, new Builtin(name, body));
    }

    private static Object single(LuaState x, Object[] args) {
        if (args.length != 1) {
            throw Arguments.bad(x, 1, "expected 1 argument");
        }
        return args[0];
    }

    private static void limit(LuaState x, Object[] args, int most) {
        if (args.length > most) {
            throw Arguments.bad(x, most + 1, "found too many arguments");
        }
    }

    private static int option(LuaState x, Object[] args, int now, String... options) {
        Object value = Arguments.value(args, 1);
        if (value == Nil.NIL) {
            return now;
        }
        if (value instanceof Boolean b) {
            return b ? 1 : 0;
        }
        String text = Arguments.string(x, args, 1).toString();
        for (int i = 0; i < options.length; i++) {
            if (options[i].equals(text)) {
                return i;
            }
        }
        throw Arguments.bad(x, 1, "invalid option '" + text + "'");
    }

    private static long bounded(LuaState x, Object[] args, int n, long now, long least, long most) {
        if (Arguments.isAbsent(args, n)) {
            return now;
        }
        int value = (int) Arguments.integer(x, args, n);
        if (value < least || value > most) {
            throw Arguments.bad(x, 1, "expected integer between " + least + " and " + most);
        }
        return value;
    }

    private void integer(BiConsumer<String, Builtin> out, String name, long most, ToLongFunction<JsonSettings> get,
            BiConsumer<JsonSettings, Long> set) {
        add(out, name, (x, args) -> {
            JsonSettings s = settings(x);
            limit(x, args, 1);
            set.accept(s, bounded(x, args, 1, get.applyAsLong(s), 1, most));
            return (double) get.applyAsLong(s);
        });
    }

    private Object sparse(LuaState x, Object[] args) {
        JsonSettings s = settings(x);
        limit(x, args, 3);
        s.sparseConvert = option(x, args, s.sparseConvert ? 1 : 0, "off", "on") == 1;
        s.sparseRatio = bounded(x, args, 2, s.sparseRatio, 0, Integer.MAX_VALUE);
        s.sparseSafe = bounded(x, args, 3, s.sparseSafe, 0, Integer.MAX_VALUE);
        return new Object[] {s.sparseConvert, (double) s.sparseRatio, (double) s.sparseSafe};
    }
}
