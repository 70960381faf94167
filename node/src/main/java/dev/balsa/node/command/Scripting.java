package dev.balsa.node.command;

import dev.balsa.node.engine.Scripts;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the scripts of one replica share: their compiled forms, the globals, and what they reach outside. Owned by the
 * engine thread.
 */
public final class Scripting {
    private static final int COMPILED_MAX = 1024;
    private static final long COMPILED_BYTES_MAX = 16L << 20;
    private static final int READ_MAX = 500;

    private final Surroundings surroundings;
    private final LinkedHashMap<String, CompiledScript> compiled = new LinkedHashMap<>();
    private final FunctionIndex functions = new FunctionIndex();
    private @Nullable ScriptGlobals globals;
    private @Nullable ScriptGlobals functionGlobals;
    private final LinkedHashMap<String, Scripts.Script> readScripts = new LinkedHashMap<>();
    private @Nullable ScriptRun run;
    private long compiledBytes;
    private long readBytes;
    private boolean memoryFull;
    private @Nullable Rights rights;

    /** What scripts reach beside the keyspace. */
    public interface Surroundings {
        /** All slots, nobody who listens, no users. */
        Surroundings NONE = new Surroundings() {};

        /** Whether the slot is one of this group's; the same on each replica. */
        default boolean owns(int slot) {
            return true;
        }

        /** Whether this group has all slots. */
        default boolean ownsAll() {
            return true;
        }

        /** A message leaves, on the replica that answers. */
        default void publish(boolean shard, byte[] channel, byte[] message) {}

        /** redis.log; 0 = debug, 3 = warning. */
        default void log(int level, String line) {}

        /** What a user with these rights may do. Depends on them only. */
        default Rights rights(String user, String rights) {
            throw new IllegalStateException("no users here");
        }

        /** A script has run a command that writes. */
        default void ran(Command command, int database, Args args, RespWriter reply) {}
    }

    /** What the user who runs a script may do. */
    public interface Rights {
        /** Whether a command would be allowed. */
        boolean allows(Args args);

        /** Why a command is denied, which is noted; null if it is not. */
        @Nullable String denied(Args args);

        /** The error line of a command that is denied for what its options lead to; null if it is not. */
        @Nullable String problem(Args args);
    }

    public Scripting(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Whether a command runs a script or a function that may write. */
    public static boolean isRun(Command command) {
        return switch (command.spec().name()) {
            case "eval", "evalsha", "fcall", "balsa|as", "balsa|full" -> true;
            default -> false;
        };
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** The compiled form of a script. */
    CompiledScript compiled(Scripts.Script script) {
        CompiledScript known = compiled.get(script.sha());
        if (known != null) {
            return known;
        }
        CompiledScript made = CompiledScript.of(script.body());
        if (compiled.size() >= COMPILED_MAX || compiledBytes + script.body().length > COMPILED_BYTES_MAX) {
            compiled.clear();
            compiledBytes = 0;
        }
        compiled.put(script.sha(), made);
        compiledBytes += script.body().length;
        return made;
    }

    /** A script that was read here lately with EVAL_RO, which leaves no trace in the state. */
    Scripts.@Nullable Script read(String sha) {
        return readScripts.get(sha);
    }

    /** Remembers a script that was read. */
    void read(Scripts.Script script) {
        if (readScripts.putLast(script.sha(), script) == null) {
            readBytes += script.body().length;
        }
        while (readScripts.size() > READ_MAX || readBytes > COMPILED_BYTES_MAX) {
            readBytes -= readScripts.pollFirstEntry().getValue().body().length;
        }
    }

    /** Forgets the scripts that were read. */
    void forgetRead() {
        readScripts.clear();
        readBytes = 0;
    }

    /** The next run, in the name of a command. */
    ScriptRun run(Call call, String name, ScriptFlags flags, boolean reads) {
        ScriptRun next = run;
        if (next == null) {
            next = new ScriptRun(call);
            run = next;
        }
        return next.next(call, name, flags, reads);
    }

    /** The functions of these libraries. */
    FunctionIndex functions(Scripts of) {
        functions.follow(of, functionGlobals());
        return functions;
    }

    /** Whether there is such a function, and it says that it only reads. */
    public boolean onlyReads(Scripts of, String function) {
        FunctionIndex.Function found = of.libraries().isEmpty() ? null : functions(of).find(function);
        return found != null && found.flags().noWrites();
    }

    /** How many functions these libraries have. */
    public int functionCount(Scripts of) {
        return of.libraries().isEmpty() ? 0 : functions(of).size();
    }

    ScriptGlobals globals() {
        ScriptGlobals made = globals;
        if (made == null) {
            made = ScriptGlobals.forScripts();
            globals = made;
        }
        return made;
    }

    ScriptGlobals functionGlobals() {
        ScriptGlobals made = functionGlobals;
        if (made == null) {
            made = ScriptGlobals.forFunctions();
            functionGlobals = made;
        }
        return made;
    }

    /** Whether the leader had no memory left when it took the command. */
    boolean memoryFull() {
        return memoryFull;
    }

    void memoryFull(boolean full) {
        memoryFull = full;
    }

    /** What the user may do who runs the script; null: everything. */
    @Nullable Rights rights() {
        return rights;
    }

    void rights(@Nullable Rights of) {
        rights = of;
    }
}
