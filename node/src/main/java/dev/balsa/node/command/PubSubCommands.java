package dev.balsa.node.command;

import static dev.balsa.node.command.Row.container;
import static dev.balsa.node.command.Row.elsewhere;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.proto.command.CommandFlag.FAST;
import static dev.balsa.proto.command.CommandFlag.LOADING;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;
import static dev.balsa.proto.command.CommandFlag.PUBSUB;
import static dev.balsa.proto.command.CommandFlag.STALE;

import java.util.List;

/** Commands about channels: the front serves them. */
final class PubSubCommands {
    private static final String SHARD_CHANNEL = "NOT_KEY";

    static final List<Command> TABLE = table(
            elsewhere("subscribe", -2, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub")
                    .syntax("channel...")
                    .doc("2.0.0", "O(N), N = channels", "Listens to channels."),
            elsewhere("unsubscribe", -1, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub")
                    .syntax("[channel...]")
                    .doc("2.0.0", "O(N), N = channels", "Listens no more to channels, or to any channel."),
            elsewhere("psubscribe", -2, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub")
                    .syntax("pattern=(pattern)...")
                    .doc("2.0.0", "O(N), N = patterns", "Listens to all channels that match patterns."),
            elsewhere("punsubscribe", -1, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub")
                    .syntax("[pattern...]")
                    .doc("2.0.0", "O(N), N = patterns", "Listens no more to what matches patterns, or any pattern."),
            elsewhere("publish", 3, PUBSUB, LOADING, STALE, FAST).of("pubsub")
                    .syntax("channel message")
                    .doc("2.0.0", "O(N+M), N = subscribers, M = patterns",
                            "Sends a message to all who listen to a channel, at any node."),
            elsewhere("ssubscribe", -2, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub").keys(SHARD_CHANNEL, 1, -1, 1)
                    .syntax("shardchannel...")
                    .doc("7.0.0", "O(N), N = channels", "Listens to channels that belong to a slot."),
            elsewhere("sunsubscribe", -1, PUBSUB, NOSCRIPT, LOADING, STALE).of("pubsub").keys(SHARD_CHANNEL, 1, -1, 1)
                    .syntax("[shardchannel...]")
                    .doc("7.0.0", "O(N), N = channels", "Listens no more to channels that belong to a slot."),
            elsewhere("spublish", 3, PUBSUB, LOADING, STALE, FAST).of("pubsub").key(SHARD_CHANNEL, 1)
                    .syntax("shardchannel message")
                    .doc("7.0.0", "O(N), N = subscribers",
                            "Sends a message to all who listen to a channel that belongs to a slot."),
            container("pubsub", -2).of("pubsub")
                    .doc("2.8.0", "depends on the subcommand", "Tells who listens in this process.").subs(
                    elsewhere("channels", -2, PUBSUB, LOADING, STALE).of("pubsub")
                            .syntax("[pattern]")
                            .doc("2.8.0", "O(N), N = channels", "Lists the channels that somebody listens to."),
                    elsewhere("help", 2, LOADING, STALE).of("pubsub")
                            .doc("6.2.0", "O(1)", "Lists the subcommands."),
                    elsewhere("numpat", 2, PUBSUB, LOADING, STALE).of("pubsub")
                            .doc("2.8.0", "O(1)", "Counts the patterns that somebody listens to."),
                    elsewhere("numsub", -2, PUBSUB, LOADING, STALE).of("pubsub")
                            .syntax("[channel...]")
                            .doc("2.8.0", "O(N), N = channels", "Counts who listens to channels."),
                    elsewhere("shardchannels", -2, PUBSUB, LOADING, STALE).of("pubsub")
                            .syntax("[pattern]")
                            .doc("7.0.0", "O(N), N = channels", "Lists the shard channels that somebody listens to."),
                    elsewhere("shardnumsub", -2, PUBSUB, LOADING, STALE).of("pubsub")
                            .syntax("[shardchannel...]")
                            .doc("7.0.0", "O(N), N = channels", "Counts who listens to shard channels.")));

    private PubSubCommands() {}
}
