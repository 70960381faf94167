package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;
import static dev.balsa.proto.command.CommandFlag.SKIP_MONITOR;
import static dev.balsa.proto.command.CommandFlag.SKIP_SLOWLOG;
import static dev.balsa.proto.command.CommandFlag.STALE;

import dev.balsa.node.engine.SharedUsers;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/**
 * Users. What clients say is served by the front; what the group that keeps the users gets to see of it is a subcommand
 * of BALSA.
 */
final class UserCommands {
    static final List<Command> TABLE = table(
            container("acl", -2).of("server")
                    .doc("6.0.0", "depends on the subcommand", "Tells about users and changes them.").subs(
                    elsewhere("cat", -2, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("[category]")
                            .doc("6.0.0", "O(1)", "Lists the categories, or the commands of one."),
                    elsewhere("deluser", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("username...")
                            .doc("6.0.0", "O(1)", "Deletes users and closes their connections."),
                    elsewhere("dryrun", -4, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("username command [arg...]")
                            .doc("7.0.0", "O(1)", "Tells whether a user may run a command."),
                    elsewhere("genpass", -2, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("[bits:integer]")
                            .doc("6.0.0", "O(1)", "Makes a password."),
                    elsewhere("getuser", 3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("username")
                            .doc("6.0.0", "O(N), N = rules", "Replies with the rules of a user."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("6.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("list", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("6.0.0", "O(N), N = users", "Lists users with their rules."),
                    elsewhere("load", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("6.0.0", "O(N), N = users", "Makes the users of the ACL file the cluster's."),
                    elsewhere("log", -2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("[operation=(count:integer | RESET)]")
                            .doc("6.0.0", "O(N), N = entries", "Lists what was denied lately."),
                    elsewhere("save", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("6.0.0", "O(N), N = users", "Writes the users into the ACL file."),
                    elsewhere("setuser", -3, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .syntax("username [rule...]")
                            .doc("6.0.0", "O(N), N = rules", "Makes or changes a user."),
                    elsewhere("users", 2, ADMIN, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("6.0.0", "O(N), N = users", "Lists the names of users."),
                    elsewhere("whoami", 2, NOSCRIPT, LOADING, STALE).of("server")
                            .doc("6.0.0", "O(1)", "Replies with the name of the connection's user.")));

    // Subcommands of BALSA, between fronts and groups.
    static final Row GETUSERS =
            read("getusers", 2, UserCommands::getUsers, NOSCRIPT, NO_MULTI, SKIP_SLOWLOG, SKIP_MONITOR)
                    .of("server").internal()
                    .doc("7.2.0", "O(N), N = users", "Replies with the users of the cluster.");
    static final Row SETUSERS =
            write("setusers", -3, UserCommands::setUsers, NOSCRIPT, NO_MULTI, SKIP_SLOWLOG, SKIP_MONITOR)
                    .of("server").internal()
                    .doc("7.2.0", "O(N), N = users", "Changes users, if nobody else has meanwhile.");

    private UserCommands() {}

    // BALSA SETUSERS version [name rules ...]: empty rules delete. Replies whether it was done, the version, and all.
    private static void setUsers(Call call) {
        Args args = call.args();
        if (args.count() % 2 == 0) {
            call.reply().error(CommandError.SYNTAX);
            return;
        }
        if (!call.readsInteger(2)) {
            return;
        }
        SharedUsers users = call.keyspace().users();
        boolean done = call.number() == users.version();
        if (done) {
            TreeMap<String, String> changed = new TreeMap<>();
            for (int i = 3; i < args.count(); i += 2) {
                changed.put(args.text(i), args.text(i + 1));
            }
            users = users.with(changed);
            call.keyspace().users(users);
        }
        call.reply().array(2 + 2L * users.rules().size());
        call.reply().integer(done ? 1 : 0);
        append(users, call.reply());
    }

    // BALSA GETUSERS: the version, names and rules.
    private static void getUsers(Call call) {
        SharedUsers users = call.keyspace().users();
        call.reply().array(1 + 2L * users.rules().size());
        append(users, call.reply());
    }

    private static void append(SharedUsers users, RespWriter reply) {
        reply.integer(users.version());
        users.rules().forEach((name, rules) -> {
            reply.bulk(name.getBytes(StandardCharsets.ISO_8859_1));
            reply.bulk(rules.getBytes(StandardCharsets.ISO_8859_1));
        });
    }
}
