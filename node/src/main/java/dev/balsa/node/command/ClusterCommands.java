package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.refused;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.proto.command.CommandFlag.ADMIN;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.balsa.proto.command.CommandFlag.STALE;

import java.util.List;

/** CLUSTER and the commands around it: the node's administration and the front serve them, or refuse them. */
final class ClusterCommands {
    static final List<Command> TABLE = table(
            container("cluster", -2).of("cluster")
                    .doc("3.0.0", "depends on the subcommand", "Tells about the cluster.").subs(
                    refused("addslots", -3, "slot ownership is part of the replicated cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("addslotsrange", -4, "slot ownership is part of the replicated cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("7.0.0"),
                    refused("bumpepoch", 2, "slot tables and epochs are Raft terms and versions of the cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").tips("nondeterministic_output").since("3.0.0"),
                    elsewhere("count-failure-reports", 3, ADMIN, STALE).of("cluster")
                            .tips("nondeterministic_output")
                            .doc("3.0.0", "O(1)",
                                    "Counts the failure reports about a node: always 0, there is no gossip."),
                    elsewhere("countkeysinslot", 3, STALE).of("cluster")
                            .syntax("slot:integer")
                            .doc("3.0.0", "O(1)", "Counts the keys of a hash slot."),
                    refused("delslots", -3, "slot ownership is part of the replicated cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("delslotsrange", -4, "slot ownership is part of the replicated cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("7.0.0"),
                    elsewhere("failover", -2, ADMIN, STALE, NO_ASYNC_LOADING).of("cluster")
                            .syntax("[options=(FORCE | TAKEOVER)]")
                            .doc("3.0.0", "O(1)", "Hands leadership over to this node."),
                    refused("flushslots", 2, "slot tables and epochs are Raft terms and versions of the cluster map",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("forget", 3, "membership changes through Raft, one replica at a time", "'balsa cluster'",
                            ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    elsewhere("getkeysinslot", 4, STALE).of("cluster").tips("nondeterministic_output")
                            .syntax("slot:integer count:integer")
                            .doc("3.0.0", "O(N), N = keys replied", "Replies with names of keys of a hash slot."),
                    elsewhere("help", 2, LOADING, STALE).of("cluster")
                            .doc("5.0.0", "O(1)", "Lists the subcommands."),
                    elsewhere("info", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .doc("3.0.0", "O(1)", "Tells about the state of the cluster."),
                    elsewhere("keyslot", 3, STALE).of("cluster")
                            .syntax("key:string")
                            .doc("3.0.0", "O(N), N = bytes of the key", "Replies with the hash slot of a key."),
                    elsewhere("links", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .doc("7.0.0", "O(1)", "Lists connections between nodes: always empty, there is no gossip."),
                    refused("meet", -4, "membership changes through Raft, one replica at a time", "'balsa cluster'",
                            ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    elsewhere("myid", 2, STALE).of("cluster")
                            .doc("3.0.0", "O(1)", "Replies with the id of the node."),
                    elsewhere("myshardid", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .doc("7.2.0", "O(1)", "Replies with the id of the group that the node belongs to."),
                    elsewhere("nodes", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .doc("3.0.0", "O(N), N = nodes", "Describes the nodes of the cluster."),
                    elsewhere("replicas", 3, ADMIN, STALE).of("cluster").tips("nondeterministic_output")
                            .syntax("node-id")
                            .doc("5.0.0", "O(N), N = nodes", "Lists the replicas of a node."),
                    refused("replicate", 3, "membership changes through Raft, one replica at a time",
                            "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("reset", -2, "membership changes through Raft, one replica at a time", "'balsa cluster'",
                            ADMIN, NOSCRIPT, STALE)
                            .of("cluster").since("3.0.0"),
                    refused("saveconfig", 2, "there is no nodes.conf, the cluster map is replicated",
                            "'balsa status'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("set-config-epoch", 3,
                            "slot tables and epochs are Raft terms and versions of the cluster map",
                                    "'balsa cluster'", ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    refused("setslot", -4, "slot ownership is part of the replicated cluster map", "'balsa cluster'",
                            ADMIN, STALE, NO_ASYNC_LOADING)
                            .of("cluster").since("3.0.0"),
                    elsewhere("shards", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .doc("7.0.0", "O(N), N = nodes", "Describes which nodes serve which slots."),
                    elsewhere("slaves", 3, ADMIN, STALE).of("cluster").tips("nondeterministic_output")
                            .replaced("5.0.0", "CLUSTER REPLICAS")
                            .syntax("node-id")
                            .doc("3.0.0", "O(N), N = nodes", "Lists the replicas of a node."),
                    elsewhere("slots", 2, STALE).of("cluster").tips("nondeterministic_output")
                            .replaced("7.0.0", "CLUSTER SHARDS")
                            .doc("3.0.0", "O(N), N = nodes", "Describes which nodes serve which slots.")),
            elsewhere("readonly", 1, LOADING, STALE, FAST).of("cluster").acl("connection")
                    .doc("3.0.0", "O(1)", "Lets followers serve reads of the connection."),
            elsewhere("readwrite", 1, LOADING, STALE, FAST).of("cluster").acl("connection")
                    .doc("3.0.0", "O(1)", "Ends READONLY."),
            elsewhere("asking", 1, FAST).of("cluster").acl("connection")
                    .doc("3.0.0", "O(1)", "Accepted for clients that send it; never needed."));

    private ClusterCommands() {}
}
