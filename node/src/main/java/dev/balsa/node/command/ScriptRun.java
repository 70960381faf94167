package dev.balsa.node.command;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ScriptLimits;
import dev.balsa.node.lua.Arguments;
import dev.balsa.node.lua.LimitExceeded;
import dev.balsa.node.lua.Limits;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaFunction;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A script is one command of the log. What it does depends on nothing but the entry and the state: its time is the
 * entry's, its chance comes from the entry's seed, and it ends by what is counted. Whatever ends it, the writes that it
 * has made stay, as with Redis.
 */

/** One run of a script or a function after the other. Owned by the engine thread. */
final class ScriptRun {
    private static final int CALL_DEPTH_MAX = 20_000;
    private static final int STRING_BYTES_MAX = 512 << 20;
    private static final double MILLIS_A_SECOND = 1000;
    private static final LuaString SOURCE = LuaString.of("source");
    private static final LuaString LINE = LuaString.of("line");

    private final Args args = new Args();
    private final RespWriter reply = new RespWriter(1024);
    private @Nullable Call inner;
    private Call call;
    private String name = "";
    private ScriptFlags flags = ScriptFlags.PLAIN;
    private boolean readOnly;
    private boolean wrote;
    private int database;
    private long calls;

    ScriptRun(Call call) {
        this.call = call;
    }

    /** Prepares the next run, in the name of the command in execution. */
    ScriptRun next(Call of, String named, ScriptFlags says, boolean mayOnlyRead) {
        call = of;
        name = named;
        flags = says;
        readOnly = mayOnlyRead || says.noWrites();
        wrote = false;
        database = of.databaseIndex();
        calls = 0;
        reply.protocol(2);
        return this;
    }

    /** The error line of a script that may not run here and now; null if it may. */
    static @Nullable String refusal(Call call, ScriptFlags flags, boolean mayOnlyRead) {
        if (flags.plain()) {
            return null;
        }
        if (flags.noCluster() && !call.scripting().surroundings().ownsAll()) {
            return "ERR Can not run script on cluster, 'no-cluster' flag is set.";
        }
        if (!flags.allowOom() && call.scripting().memoryFull()) {
            return "OOM command not allowed when used memory > 'maxmemory'.";
        }
        return mayOnlyRead && !flags.noWrites()
                ? "ERR Can not execute a script with write flag using *_ro command." : null;
    }

    /** Runs a script and writes the reply. */
    void script(CompiledScript script, int keys) {
        ScriptGlobals globals = call.scripting().globals();
        run(globals, x -> {
            globals.arguments(array(x, 3, 3 + keys), array(x, 3 + keys, call.args().count()), x);
            return x.run(java.util.Objects.requireNonNull(script.chunk()));
        });
    }

    /** Runs a function and writes the reply. */
    void function(FunctionIndex.Function function, int keys) {
        ScriptGlobals globals = call.scripting().functionGlobals();
        run(globals, x -> {
            LuaFunction body = function.open(globals, x);
            return x.call(body, array(x, 3, 3 + keys), array(x, 3 + keys, call.args().count()));
        });
    }

    private interface Work {
        Object[] run(LuaState x);
    }

    private void run(ScriptGlobals globals, Work work) {
        ScriptLimits most = call.keyspace().scripts().limits();
        Limits limits = new Limits(most.instructions(), most.memoryBytes(), CALL_DEPTH_MAX, STRING_BYTES_MAX);
        double seconds = call.nowMillis() / MILLIS_A_SECOND;
        long seed = call.seed();
        LuaState x = new LuaState(globals.environment(), limits, seed ^ seed >>> 32, () -> seconds);
        int from = call.reply().length();
        globals.begin(this);
        try {
            Object[] results = work.run(x);
            new LuaReply(call.reply(), reply.protocol(), most.memoryBytes()).write(Arguments.value(results, 1));
        } catch (LuaError e) {
            call.reply().error(line(e));
        } catch (LimitExceeded e) {
            call.reply().error("ERR " + e.getMessage() + " script: " + name);
        } catch (LuaReply.TooLong e) {
            call.reply().truncate(from);
            call.reply().error("ERR script exceeded its memory limit of " + most.memoryBytes() + " bytes script: "
                    + name);
        } finally {
            globals.end();
        }
    }

    private LuaTable array(LuaState x, int from, int to) {
        LuaTable table = LuaTable.list(x.budget(), to - from);
        Args all = call.args();
        for (int i = from; i < to; i++) {
            x.budget().string(all.length(i));
            table.set(x.budget(), i - from + 1, LuaString.copyOf(all.array(), all.offset(i), all.length(i)));
        }
        return table;
    }

    /** As the error handler of Redis makes it. */
    private String line(LuaError error) {
        String source = error.source().isEmpty() ? "" : shownSource(error.source());
        String line = error.source().isEmpty() ? "" : Integer.toString(error.line());
        String message = message(error.value());
        if (error.value() instanceof LuaTable table && error.source().isEmpty()) {
            source = LuaReply.isText(table.get(SOURCE)) ? LuaReply.text(table.get(SOURCE)) : "";
            line = LuaReply.isText(table.get(LINE)) ? LuaReply.text(table.get(LINE)) : "";
        }
        return source.isEmpty() || line.isEmpty() ? message
                : message + " script: " + name + ", on " + source + ":" + line + ".";
    }

    /** What a script was raised with. */
    static String message(Object value) {
        if (value instanceof LuaTable table) {
            Object text = table.get(ReplyValues.ERR);
            return LuaReply.isText(text) ? LuaReply.text(text) : "ERR unknown error";
        }
        return "ERR " + switch (value) {
            case LuaString s -> s.toString();
            case Double d -> LuaReply.text(d);
            case Boolean b -> b.toString();
            case Nil _ -> "nil";
            default -> "(error object is a " + dev.balsa.node.lua.TypeNames.of(value) + " value)";
        };
    }

    private static String shownSource(String shown) {
        if (shown.startsWith("[string \"")) {
            return shown.substring("[string \"".length(), shown.length() - 2);
        }
        return shown.equals("=[C]") ? shown : "@" + shown;
    }

    // -- redis.call ---------------------------------------------------------------------------------------------

    /** redis.call and redis.pcall. */
    Object call(LuaState x, Object[] values, boolean raises) {
        Object result = call(x, values);
        if (raises && isError(result)) {
            throw new LuaError(result);
        }
        return result;
    }

    private boolean isError(Object result) {
        return result instanceof LuaTable table && (reply.length() == 0 || reply.array()[0] == '-')
                && table.get(ReplyValues.ERR) != Nil.NIL;
    }

    private Object call(LuaState x, Object[] values) {
        reply.reset();
        String problem = ScriptCall.arguments(x, values, args);
        if (problem != null) {
            return ReplyValues.failure(x, problem);
        }
        Call on = inner();
        on.next(database, Transaction.seedOf(call.seed(), ++calls));
        Command command = CommandTable.find(args);
        String refusal = ScriptCall.refusal(this, command, args);
        if (command == null || refusal != null) {
            return ReplyValues.refusal(x, refusal == null ? "" : refusal);
        }
        x.budget().step(ScriptCall.cost(on, command));
        if (command.isElsewhere()) {
            ScriptCall.elsewhere(this, command, on);
        } else {
            command.run(on);
            call.keyspace().settleReady();
        }
        if (command.spec().isWrite()) {
            wrote = true;
            call.scripting().surroundings().ran(command, database, args, reply);
        }
        return new ReplyValues(x).read(reply);
    }

    private Call inner() {
        Call on = inner;
        if (on == null || on.keyspace() != call.keyspace()) {
            on = new Call(call.keyspace(), args, reply, call.scripting());
            inner = on;
        }
        return on;
    }

    Keyspace keyspace() {
        return call.keyspace();
    }

    Scripting scripting() {
        return call.scripting();
    }

    /** Whether it may only read. */
    boolean readOnly() {
        return readOnly;
    }

    /** Whether it may no longer be stopped for want of memory, or never. */
    boolean mayTakeMemory() {
        return flags.allowOom() || wrote;
    }

    /** redis.setresp. */
    void protocol(int version) {
        reply.protocol(version);
    }

    /** SELECT, for what follows in this run. */
    void database(int index) {
        database = index;
    }

    /** Arguments as strings, for messages and the like. */
    static List<String> texts(Object[] values) {
        List<String> texts = new ArrayList<>();
        for (Object value : values) {
            if (LuaReply.isText(value)) {
                texts.add(LuaReply.text(value));
            }
        }
        return texts;
    }

    /** Whether the user may run a command of these words; null if there is no such command. */
    @Nullable Boolean allows(LuaState x, Object[] values) {
        Args words = new Args();
        String problem = ScriptCall.arguments(x, values, words);
        if (problem != null) {
            throw new LuaError(ReplyValues.failure(x, problem));
        }
        if (CommandTable.find(words) == null) {
            return null;
        }
        Scripting.Rights rights = scripting().rights();
        return rights == null || rights.allows(words);
    }
}
