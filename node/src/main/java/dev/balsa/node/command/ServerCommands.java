package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.NO_SUCH_KEY;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.BLOCKING;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;
import static dev.balsa.proto.command.CommandFlag.READONLY;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.rdb.DumpPayload;
import dev.balsa.proto.resp.Args;
import java.util.List;

/** Commands on the server: the node's administration serves them, but for the few that look at one key. */
final class ServerCommands {
    static final List<Command> TABLE = table(
            container("command", -1, LOADING, STALE).of("server").acl("connection")
                    .tips("nondeterministic_output_order")
                    .doc("2.8.13", "O(N), N = commands", "Tells about all commands.").subs(
                    elsewhere("count", 2, LOADING, STALE).of("server").acl("connection")
                            .doc("2.8.13", "O(1)", "Counts the commands."),
                    elsewhere("docs", -2, LOADING, STALE).of("server").acl("connection")
                            .tips("nondeterministic_output_order")
                            .syntax("[command-name...]")
                            .doc("7.0.0", "O(N), N = commands asked for",
                                    "Replies with what people want to know of commands."),
                    elsewhere("getkeys", -4, LOADING, STALE).of("server").acl("connection")
                            .doc("2.8.13", "O(N), N = arguments", "Finds the keys in a command."),
                    elsewhere("getkeysandflags", -4, LOADING, STALE).of("server").acl("connection")
                            .doc("7.0.0", "O(N), N = arguments",
                                    "Finds the keys in a command and what is done with them."),
                    elsewhere("help", 2, LOADING, STALE).of("server").acl("connection")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("info", -2, LOADING, STALE).of("server").acl("connection")
                            .tips("nondeterministic_output_order")
                            .syntax("[command-name...]")
                            .doc("2.8.13", "O(N), N = commands asked for",
                                    "Replies with what programs want to know of commands."),
                    elsewhere("list", -2, LOADING, STALE).of("server").acl("connection")
                            .tips("nondeterministic_output_order")
                            .syntax("[FILTERBY filterby=(MODULE module-name | ACLCAT category | PATTERN pattern)]")
                            .doc("7.0.0", "O(N), N = commands", "Lists the names of commands.")),
            elsewhere("info", -1, LOADING, STALE).of("server").acl("dangerous")
                    .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                    .syntax("[section...]")
                    .doc("1.0.0", "O(1)", "Tells about the server, in sections."),
            container("config", -2).of("server")
                    .doc("2.0.0", "depends on the subcommand", "Reads and changes the configuration.").subs(
                    elsewhere("get", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("parameter=(parameter)...")
                            .doc("2.0.0", "O(N), N = parameters", "Replies with configuration parameters."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("5.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("resetstat", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("2.0.0", "O(1)", "Sets the statistics back to zero."),
                    elsewhere("rewrite", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("2.8.0", "O(1)", "Writes the configuration in effect to its file."),
                    elsewhere("set", -4, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                            .syntax("parameter_value=(parameter value)...")
                            .doc("2.0.0", "O(N), N = parameters", "Changes configuration parameters.")),
            elsewhere("time", 1, LOADING, STALE, FAST).of("server").tips("nondeterministic_output")
                    .doc("2.6.0", "O(1)", "Replies with the time of the server."),
            elsewhere("lastsave", 1, LOADING, STALE, FAST).of("server").acl("dangerous", "admin")
                    .tips("nondeterministic_output")
                    .doc("1.0.0", "O(1)", "Replies with the time of the last snapshot."),
            elsewhere("save", 1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI).of("server")
                    .doc("1.0.0", "O(N), N = keys", "Takes a snapshot of every group led here and waits for it."),
            elsewhere("bgsave", -1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING).of("server")
                    .syntax("[SCHEDULE^3.2.2]")
                    .doc("1.0.0", "O(1)", "Starts a snapshot of every group led here."),
            elsewhere("bgrewriteaof", 1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING).of("server")
                    .doc("1.0.0", "O(1)", "Starts a snapshot and shortens the log."),
            elsewhere("shutdown", -1, ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY).of("server")
                    .syntax("[nosave_save=(NOSAVE | SAVE)] [NOW^7.0.0] [FORCE^7.0.0] [ABORT^7.0.0]")
                    .doc("1.0.0", "O(1)", "Hands leadership over and stops the server."),
            container("debug", -2, ADMIN, NOSCRIPT, LOADING, STALE).of("server").internal()
                    .doc("1.0.0", "depends on the subcommand", "For tests of servers and clients.").subs(
                    elsewhere("digest", 2, ADMIN, NOSCRIPT).of("server")
                            .doc("1.0.0", "O(1)", "Replies with a digest of all data on this node."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("1.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("jmap", 2, ADMIN, NOSCRIPT).of("server")
                            .doc("1.0.0", "O(N), N = bytes of the heap", "Writes the heap to a file."),
                    read("object", 3, ServerCommands::debugObject, ADMIN, NOSCRIPT).of("server").key("RO", 2)
                            .doc("1.0.0", "O(1)", "Tells how a value is kept."),
                    elsewhere("set-active-expire", 3, ADMIN, NOSCRIPT).of("server")
                            .doc("1.0.0", "O(1)", "Switches the removal of dead keys off or on."),
                    elsewhere("sleep", 3, ADMIN, NOSCRIPT).of("server")
                            .doc("1.0.0", "O(1)", "Replies after the given seconds."),
                    elsewhere("stringmatch-len", 4, ADMIN, NOSCRIPT).of("server")
                            .doc("1.0.0", "O(N*M), N and M = lengths", "Matches text with a glob pattern.")),
            container("latency", -2).of("server")
                    .doc("2.8.13", "depends on the subcommand", "Tells about events that took long.").subs(
                    elsewhere("doctor", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
                            .doc("2.8.13", "O(1)", "Reports what is unusual about latency."),
                    elsewhere("graph", 3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
                            .syntax("event")
                            .doc("2.8.13", "O(1)", "Draws the times of an event."),
                    elsewhere("help", 2, LOADING, STALE).of("server")
                            .doc("2.8.13", "O(1)", "Lists the subcommands."),
                    elsewhere("histogram", -2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
                            .syntax("[command...]")
                            .doc("7.0.0", "O(N), N = commands",
                                    "Replies with distributions of the time that commands take."),
                    elsewhere("history", 3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
                            .syntax("event")
                            .doc("2.8.13", "O(1)", "Replies with the times of an event."),
                    elsewhere("latest", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
                            .doc("2.8.13", "O(1)", "Replies with the latest time of every event."),
                    elsewhere("reset", -2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                            .syntax("[event...]")
                            .doc("2.8.13", "O(1)", "Forgets the times of events.")),
            container("slowlog", -2).of("server")
                    .doc("2.2.12", "depends on the subcommand", "Tells about commands that took long.").subs(
                    elsewhere("get", -2, ADMIN, LOADING, STALE).of("server")
                            .tips("request_policy:all_nodes", "nondeterministic_output")
                            .syntax("[count:integer]")
                            .doc("2.2.12", "O(N), N = entries replied", "Replies with entries of the slow log."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("6.2.0", "O(1)", "Lists the subcommands."),
                    elsewhere("len", 2, ADMIN, LOADING, STALE).of("server")
                            .tips("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output")
                            .doc("2.2.12", "O(1)", "Counts the entries of the slow log."),
                    elsewhere("reset", 2, ADMIN, LOADING, STALE).of("server")
                            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                            .doc("2.2.12", "O(N), N = entries", "Empties the slow log.")),
            container("memory", -2).of("server").doc("4.0.0", "depends on the subcommand", "Tells about memory.").subs(
                    elsewhere("doctor", 2).of("server")
                            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                            .doc("4.0.0", "O(1)", "Reports what is unusual about memory."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("4.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("malloc-stats", 2).of("server")
                            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                            .doc("4.0.0", "O(1)", "Replies with the figures of the allocator."),
                    elsewhere("purge", 2).of("server")
                            .tips("request_policy:all_shards", "response_policy:all_succeeded")
                            .doc("4.0.0", "depends on the heap", "Asks for unused memory to be given back."),
                    elsewhere("stats", 2).of("server")
                            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                            .doc("4.0.0", "O(1)", "Replies with the figures of memory."),
                    read("usage", -3, ServerCommands::memoryUsage).of("server").key("RO", 2)
                            .syntax("key [SAMPLES count:integer]")
                            .doc("4.0.0", "O(1)", "Estimates the bytes that a key and its value take.")),
            elsewhere("role", 1, NOSCRIPT, LOADING, STALE, FAST).of("server").acl("dangerous", "admin")
                    .doc("2.8.12", "O(1)", "Replies with the part that the node plays in replication."),
            elsewhere("wait", 3, BLOCKING).group("generic").acl("connection")
                    .tips("request_policy:all_shards", "response_policy:agg_min")
                    .syntax("numreplicas:integer timeout:integer")
                    .doc("3.0.0", "O(1)", "Waits until writes of the connection are on replicas."),
            elsewhere("waitaof", 4, BLOCKING).group("generic").acl("connection")
                    .tips("request_policy:all_shards", "response_policy:agg_min")
                    .doc("7.2.0", "O(1)", "Waits until writes of the connection are on disk, here and on replicas."),
            elsewhere("failover", -1, ADMIN, NOSCRIPT, STALE).of("server")
                    .syntax("[TO target=(host port:integer [FORCE])] [ABORT] [TIMEOUT milliseconds:integer]")
                    .doc("6.2.0", "O(1)", "Hands the leadership of every group led here over."),
            elsewhere("lolwut", -1, READONLY, FAST).of("server")
                    .syntax("[VERSION version:integer]")
                    .doc("5.0.0", "O(1)", "Draws something and shows the version."),
            container("balsa", -2).of("server")
                    .doc("7.2.0", "depends on the subcommand", "What nodes and proxies of Balsa ask each other.").subs(
                    ScriptCommands.AS, ScriptCommands.ASREAD, elsewhere("digest", -2, ADMIN, NOSCRIPT).of("server")
                            .doc("7.2.0", "O(1)", "Replies with the digest of every group on this node."),
                    KeyCommands.EVICT, TransactionCommands.EXEC, TransactionCommands.EXECFREE, TransactionCommands.EXECREAD,
                    elsewhere("from", -4, NOSCRIPT, NO_MULTI).of("server").internal()
                            .doc("7.2.0", "that of the command", "Runs a command of a client that tracks keys."),
                    ScriptCommands.FULL, UserCommands.GETUSERS, elsewhere("group", -4, NOSCRIPT, NO_MULTI).of("server")
                            .doc("7.2.0", "that of the command", "Runs a command without keys in one group led here."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("7.2.0", "O(1)", "Lists the subcommands."),
                    elsewhere("map", 2, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("7.2.0", "O(N), N = groups", "Replies with the cluster map as one protobuf message."),
                    ScriptCommands.KEEP, ScriptCommands.SCRIPT, UserCommands.SETUSERS,
                    elsewhere("status", 2, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("7.2.0", "O(N), N = groups", "Tells about this node and its groups."),
                    elsewhere("track", -2, NOSCRIPT, LOADING, STALE).of("server").internal()
                            .doc("7.2.0", "O(N), N = prefixes", "Has a process told which keys change."),
                    WaitingCommands.UNBLOCK,
                    TransactionCommands.UNWATCH,
                    elsewhere("users", -2, NOSCRIPT, LOADING, STALE).of("server").internal()
                            .doc("7.2.0", "O(N), N = users", "Replies with the users that this node knows."),
                    TransactionCommands.WATCH));

    /** Type, version and checksum of a payload. */
    private static final int DUMP_EXTRA_BYTES = 1 + 2 + 8;

    private ServerCommands() {}

    // MEMORY USAGE key [SAMPLES count]
    private static void memoryUsage(Call call) {
        Args args = call.args();
        for (int i = 3; i < args.count(); i++) {
            if (!args.is(i, "SAMPLES") || i + 1 == args.count()) {
                call.reply().error(SYNTAX);
                return;
            }
            if (!call.readsInteger(++i)) {
                return;
            }
            if (call.number() < 0) {
                call.reply().error(SYNTAX);
                return;
            }
        }
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().nil();
        } else {
            call.reply().integer(call.db().memoryBytes(ref));
        }
    }

    // DEBUG OBJECT key
    private static void debugObject(Call call) {
        Database db = call.db();
        int ref = call.peek(2);
        if (ref == MISSING) {
            call.reply().error(NO_SUCH_KEY);
            return;
        }
        call.reply().simple("Value at:" + Integer.toHexString(ref) + " refcount:1 encoding:" + db.encoding(ref)
                + " serializedlength:" + (DumpPayload.dump(db, ref)
                        .length - DUMP_EXTRA_BYTES) + " lru:0 lru_seconds_idle:"
                + db.idleSeconds(ref));
    }
}
