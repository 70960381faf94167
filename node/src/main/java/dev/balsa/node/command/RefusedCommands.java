package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.refused;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.ALLOW_BUSY;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.balsa.proto.command.CommandFlag.NO_MULTI;
import static dev.balsa.proto.command.CommandFlag.STALE;

import java.util.List;

/** Commands of Redis that cannot mean anything here: each says why, and what to use instead. */
final class RefusedCommands {
    static final List<Command> TABLE = table(
            refused("migrate", -6, "keys move with their slots", "'balsa cluster' to move slots, or DUMP and RESTORE")
                    .of("generic").acl("dangerous").tips("nondeterministic_output").since("2.6.0"),
            refused("replicaof", 3, "replication is Raft", "'balsa cluster' to add or remove a replica", ADMIN,
                    NOSCRIPT, STALE, NO_ASYNC_LOADING)
                    .of("server").since("5.0.0"),
            refused("slaveof", 3, "replication is Raft", "'balsa cluster' to add or remove a replica", ADMIN,
                    NOSCRIPT, STALE, NO_ASYNC_LOADING)
                    .of("server").replaced("5.0.0", "REPLICAOF").since("1.0.0"),
            refused("sync", 1, "replication is Raft", "'balsa backup', or SCAN with DUMP", ADMIN, NOSCRIPT,
                    NO_ASYNC_LOADING, NO_MULTI)
                    .of("server").since("1.0.0"),
            refused("psync", -3, "replication is Raft", "'balsa backup', or SCAN with DUMP", ADMIN, NOSCRIPT,
                    NO_ASYNC_LOADING, NO_MULTI)
                    .of("server").since("2.8.0"),
            refused("replconf", -1, "replication is Raft", "'balsa cluster' to add a replica", ADMIN, NOSCRIPT,
                    LOADING, STALE, ALLOW_BUSY)
                    .of("server").internal().since("3.0.0"),
            refused("restore-asking", -4, "slots never move key by key", "RESTORE").of("server")
                    .acl("keyspace", "dangerous").internal().since("3.0.0"),
            container("module", -2).of("server")
                    .doc("4.0.0", "depends on the subcommand", "Native modules: none, and none can be loaded.").subs(
                    refused("load", -3, "native modules cannot run in a JVM", "the commands that are built in",
                            ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                            .of("server").since("4.0.0"),
                    refused("loadex", -3, "native modules cannot run in a JVM", "the commands that are built in",
                            ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                            .of("server").since("7.0.0"),
                    refused("unload", 3, "native modules cannot run in a JVM", "the commands that are built in",
                            ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                            .of("server").since("4.0.0"),
                    elsewhere("list", 2, ADMIN, NOSCRIPT).of("server").tips("nondeterministic_output_order")
                            .doc("4.0.0", "O(N), N = modules", "Lists modules."),
                    elsewhere("help", 2, LOADING, STALE).of("server").doc("5.0.0", "O(1)", "Lists the subcommands.")));

    private RefusedCommands() {}
}
