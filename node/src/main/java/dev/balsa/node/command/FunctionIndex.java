package dev.balsa.node.command;

import dev.balsa.node.engine.Scripts;
import dev.balsa.node.lua.Chunk;
import dev.balsa.node.lua.LimitExceeded;
import dev.balsa.node.lua.Limits;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * A library is opened by running its code, which registers functions. That is done for FUNCTION LOAD, and again for
 * each call of one of its functions: so what a function has left in local variables of its library is gone, as it has to
 * be where a replica may have begun with a snapshot.
 */

/** The libraries of functions, opened. Owned by the engine thread. */
final class FunctionIndex {
    private static final int OPEN_INSTRUCTIONS = 10_000_000;
    private static final long OPEN_BYTES = 64L << 20;
    private static final Limits OPEN = new Limits(OPEN_INSTRUCTIONS, OPEN_BYTES, 200, 32 << 20);
    private static final String NAME_RULE = "Library names can only contain letters, numbers, or underscores(_) and must be"
            + " at least one character long";

    private SortedMap<String, byte[]> followed = new TreeMap<>();
    private final Map<String, Library> libraries = new LinkedHashMap<>();
    private final Map<String, Function> functions = new LinkedHashMap<>();

    /** A library; its functions in the order of their registration, by their names in lower case. Immutable. */
    static final class Library {
        private final String name;
        private final byte[] code;
        private final Map<String, Function> functions;

        Library(String name, byte[] code, Map<String, Function> functions) {
            this.name = name;
            this.code = code;
            this.functions = functions;
        }

        String name() {
            return name;
        }

        byte[] code() {
            return code;
        }

        Map<String, Function> functions() {
            return functions;
        }
    }

    /** A function, with the compiled code of its library. Immutable. */
    record Function(String name, @Nullable String description, ScriptFlags flags, Chunk code) {
        /** Opens the library in a run and gives the function's body. */
        LuaFunction open(ScriptGlobals globals, LuaState x) {
            Opening opening = new Opening();
            globals.opening(opening);
            x.run(code);
            globals.opening(null);
            return Objects.requireNonNull(opening.bodies.get(key(name)));
        }
    }

    /** A library cannot be opened; the message is Redis'. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String line) {
            super(line, null, false, false);
        }
    }

    /** Takes up what has changed. */
    @SuppressWarnings("ReferenceEquality") // each change makes another map
    void follow(Scripts scripts, ScriptGlobals globals) {
        SortedMap<String, byte[]> now = scripts.libraries();
        if (now == followed) {
            return;
        }
        Map<String, Library> before = new LinkedHashMap<>(libraries);
        libraries.clear();
        functions.clear();
        now.forEach((name, code) -> {
            Library known = before.get(name);
            try {
                Library library = known != null && java.util.Arrays.equals(known.code(), code) ? known
                        : open(code, globals);
                libraries.put(name, library);
                functions.putAll(library.functions());
            } catch (Refused e) {
                // Of a file of Redis': its functions are not there.
                libraries.put(name, new Library(name, code, new TreeMap<>()));
            }
        });
        followed = now;
    }

    /** The library of that code, opened now if it was not before. */
    Library library(String name, byte[] code, ScriptGlobals globals) {
        Library known = libraries.get(name);
        return known != null && java.util.Arrays.equals(known.code(), code) ? known : open(code, globals);
    }

    /** By name. */
    Map<String, Library> libraries() {
        return libraries;
    }

    @Nullable Function find(String name) {
        return functions.get(key(name));
    }

    int size() {
        return functions.size();
    }

    /**
     * Opens a library.
     *
     * @throws Refused if its code is not correct
     */
    static Library open(byte[] code, ScriptGlobals globals) {
        String name = name(code);
        int end = firstLine(code);
        Chunk chunk;
        try {
            chunk = CompiledScript.chunk(code, end, "@user_function");
        } catch (LuaError e) {
            throw new Refused("ERR Error compiling function: " + e.getMessage());
        } catch (LimitExceeded e) {
            throw new Refused("ERR Error compiling function: the library is too long");
        }
        Opening opening = new Opening();
        LuaState x = new LuaState(globals.environment(), OPEN, 0, () -> 0);
        globals.opening(opening);
        try {
            x.run(chunk);
        } catch (LuaError e) {
            throw new Refused("ERR Error registering functions: " + ScriptRun.message(e.value()));
        } catch (LimitExceeded e) {
            throw new Refused("ERR Error registering functions: " + e.getMessage());
        } finally {
            globals.opening(null);
        }
        if (opening.bodies.isEmpty()) {
            throw new Refused("ERR No functions registered");
        }
        Map<String, Function> functions = new LinkedHashMap<>();
        opening.functions.forEach((key, one) -> functions.put(key,
                new Function(one.name(), one.description(), one.flags(), chunk)));
        return new Library(name, code, functions);
    }

    private static int firstLine(byte[] code) {
        int end = 0;
        while (end < code.length && code[end] != '\n') {
            end++;
        }
        return end;
    }

    /**
     * The name that a library's first line says.
     *
     * @throws Refused if there is none
     */
    static String name(byte[] code) {
        int end = firstLine(code);
        if (code.length < 2 || code[0] != '#' || code[1] != '!') {
            throw new Refused("ERR Missing library metadata");
        }
        if (end == code.length) {
            throw new Refused("ERR Invalid library metadata");
        }
        String[] words = new String(code, 2, end - 2, StandardCharsets.ISO_8859_1).strip().split("[ \t\r]+", -1);
        @Nullable String name = null;
        for (int i = 1; i < words.length; i++) {
            if (!words[i].toLowerCase(Locale.ROOT).startsWith("name=")) {
                throw new Refused("ERR Invalid metadata value given: " + words[i]);
            }
            if (name != null) {
                throw new Refused("ERR Invalid metadata value, name argument was given multiple times");
            }
            name = words[i].substring("name=".length());
        }
        if (name == null) {
            throw new Refused("ERR Library name was not given");
        }
        if (!isName(name)) {
            throw new Refused("ERR " + NAME_RULE);
        }
        if (!words[0].equalsIgnoreCase("lua")) {
            throw new Refused("ERR Engine '" + words[0] + "' not found");
        }
        return name;
    }

    /** Names of functions are the same in any case. */
    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static boolean isName(String name) {
        return name.matches("[a-zA-Z0-9_]+");
    }

    /** What a library registers while it is opened. */
    static final class Opening {
        private final Map<String, LuaFunction> bodies = new LinkedHashMap<>();
        private final Map<String, Registered> functions = new LinkedHashMap<>();

        private record Registered(String name, @Nullable String description, ScriptFlags flags) {}

        /** Returns the error, empty if there is none. */
        String positional(Object name, Object body) {
            if (!LuaReply.isText(name)) {
                return "first argument to redis.register_function must be a string";
            }
            if (!(body instanceof LuaFunction function)) {
                return "second argument to redis.register_function must be a function";
            }
            return add(LuaReply.text(name), null, Objects.requireNonNull(ScriptFlags.of(List.of())), function);
        }

        /** As {@link #positional}, with a table of named arguments. */
        String named(Object given) {
            if (!(given instanceof LuaTable table)) {
                return "calling redis.register_function with a single argument is only applicable to Lua table"
                        + " (representing named arguments).";
            }
            @Nullable String name = null;
            @Nullable String description = null;
            @Nullable LuaFunction body = null;
            @Nullable ScriptFlags said = ScriptFlags.of(List.of());
            for (int at = table.next(0); at != 0; at = table.next(at)) {
                if (!LuaReply.isText(table.keyAt(at))) {
                    return "named argument key given to redis.register_function is not a string";
                }
                Object value = table.valueAt(at);
                switch (LuaReply.text(table.keyAt(at)).toLowerCase(Locale.ROOT)) {
                    case "function_name" -> {
                        if (!LuaReply.isText(value)) {
                            return "function_name argument given to redis.register_function must be a string";
                        }
                        name = LuaReply.text(value);
                    }
                    case "description" -> {
                        if (!LuaReply.isText(value)) {
                            return "description argument given to redis.register_function must be a string";
                        }
                        description = LuaReply.text(value);
                    }
                    case "callback" -> {
                        if (!(value instanceof LuaFunction function)) {
                            return "callback argument given to redis.register_function must be a function";
                        }
                        body = function;
                    }
                    case "flags" -> {
                        if (!(value instanceof LuaTable words)) {
                            return "flags argument to redis.register_function must be a table representing function"
                                    + " flags";
                        }
                        said = flags(words);
                        if (said == null) {
                            return "unknown flag given";
                        }
                    }
                    default -> {
                        return "unknown argument given to redis.register_function";
                    }
                }
            }
            if (name == null) {
                return "redis.register_function must get a function name argument";
            }
            return body == null || said == null ? "redis.register_function must get a callback argument"
                    : add(name, description, said, body);
        }

        private static @Nullable ScriptFlags flags(LuaTable words) {
            List<String> texts = new ArrayList<>();
            for (int i = 1; words.get(i) != dev.balsa.node.lua.Nil.NIL; i++) {
                if (!LuaReply.isText(words.get(i))) {
                    return null;
                }
                texts.add(LuaReply.text(words.get(i)));
            }
            return ScriptFlags.of(texts);
        }

        private String add(String name, @Nullable String description, ScriptFlags said, LuaFunction body) {
            if (!isName(name)) {
                return NAME_RULE;
            }
            if (bodies.containsKey(key(name))) {
                return "Function already exists in the library";
            }
            bodies.put(key(name), body);
            functions.put(key(name), new Registered(name, description, said));
            return "";
        }
    }
}
