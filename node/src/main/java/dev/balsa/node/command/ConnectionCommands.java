package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_AUTH;
import static dev.balsa.proto.command.CommandFlag.STALE;

import java.util.List;

/** Commands on the connection itself: the front serves them. */
final class ConnectionCommands {
    static final List<Command> TABLE = table(
            elsewhere("ping", -1, FAST).of("connection")
                    .tips("request_policy:all_shards", "response_policy:all_succeeded")
                    .syntax("[message]")
                    .doc("1.0.0", "O(1)", "Replies with PONG or with the given message."),
            elsewhere("echo", 2, LOADING, STALE, FAST).of("connection")
                    .syntax("message")
                    .doc("1.0.0", "O(1)", "Replies with the given message."),
            elsewhere("hello", -1, NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY).of("connection")
                    .syntax("[arguments=(protover:integer [AUTH username_password=(username password)] [SETNAME "
                            + "clientname])]")
                    .doc("6.0.0", "O(1)", "Chooses the version of the protocol and may authenticate."),
            elsewhere("auth", -2, NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY).of("connection")
                    .syntax("[username^6.0.0] password")
                    .doc("1.0.0", "O(N), N = passwords of the user", "Authenticates the connection."),
            elsewhere("select", 2, LOADING, STALE, FAST).of("connection")
                    .syntax("index:integer")
                    .doc("1.0.0", "O(1)", "Selects the database of the connection."),
            elsewhere("reset", 1, NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY).of("connection")
                    .doc("6.2.0", "O(1)", "Takes the connection back to its first state."),
            elsewhere("quit", -1, NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY).of("connection")
                    .doc("1.0.0", "O(1)", "Closes the connection."),
            elsewhere("monitor", 1, ADMIN, NOSCRIPT, LOADING, STALE).group("server")
                    .doc("1.0.0", "O(1)", "Sends every command that clients of this process have executed."),
            container("client", -2).group("connection")
                    .doc("2.4.0", "depends on the subcommand", "Tells about connections and changes them.").subs(
                    elsewhere("caching", 3, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("mode=(YES | NO)")
                            .doc("6.0.0", "O(1)", "Says whether keys of the next command are tracked."),
                    elsewhere("getname", 2, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("2.6.9", "O(1)", "Replies with the name of the connection."),
                    elsewhere("getredir", 2, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("6.0.0", "O(1)", "Replies with the connection that invalidations are redirected to."),
                    elsewhere("help", 2, LOADING, STALE).of("connection")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("id", 2, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("5.0.0", "O(1)", "Replies with the number of the connection."),
                    elsewhere("info", 2, NOSCRIPT, LOADING, STALE).of("connection").tips("nondeterministic_output")
                            .doc("6.2.0", "O(1)", "Tells about the connection."),
                    elsewhere("kill", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("filter=(ip:port | new-format=([ID client-id:integer^2.8.12] | [TYPE "
                                    + "normal_master_slave_pubsub=(NORMAL | MASTER^3.2.0 | SLAVE | REPLICA^5.0.0 | "
                                    + "PUBSUB)^2.8.12] | [USER username] | [ADDR ip:port] | [LADDR ip:port^6.2.0] | "
                                    + "[SKIPME yes/no])...)")
                            .doc("2.4.0", "O(N), N = connections", "Closes connections."),
                    elsewhere("list", -2, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .tips("nondeterministic_output")
                            .syntax("[TYPE normal_master_replica_pubsub=(NORMAL | MASTER | REPLICA | PUBSUB)^5.0.0] "
                                    + "[ID id=(client-id:integer...)^6.2.0]")
                            .doc("2.4.0", "O(N), N = connections", "Lists connections."),
                    elsewhere("no-evict", 3, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("enabled=(ON | OFF)")
                            .doc("7.0.0", "O(1)", "Exempts the connection from eviction of connections."),
                    elsewhere("no-touch", 3, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("7.2.0", "O(1)", "Says whether the connection's commands count as accesses to keys."),
                    elsewhere("pause", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("timeout:integer [mode=(WRITE | ALL)^6.2.0]")
                            .doc("2.9.50", "O(1)", "Holds commands of clients back for a time."),
                    elsewhere("reply", 3, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("on_off_skip=(ON | OFF | SKIP)")
                            .doc("3.2.0", "O(1)", "Says whether the connection gets replies."),
                    elsewhere("setinfo", 4, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("7.2.0", "O(1)", "Notes the name or version of the client library."),
                    elsewhere("setname", 3, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("connection-name")
                            .doc("2.6.9", "O(1)", "Names the connection."),
                    elsewhere("tracking", -3, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("status=(ON | OFF) [REDIRECT client-id:integer] [PREFIX prefix]... [BCAST] [OPTIN] "
                                    + "[OPTOUT] [NOLOOP]")
                            .doc("6.0.0", "O(1) and the prefixes", "Has the connection told when keys that it has read "
                                    + "change."),
                    elsewhere("trackinginfo", 2, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("6.2.0", "O(1)", "Tells what the connection tracks."),
                    elsewhere("unblock", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .syntax("client-id:integer [timeout_error=(TIMEOUT | ERROR)]")
                            .doc("5.0.0", "O(log(N)), N = connections", "Ends the waiting of a blocking command."),
                    elsewhere("unpause", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("connection")
                            .doc("6.2.0", "O(N), N = paused connections", "Ends a pause.")));

    private ConnectionCommands() {}
}
