package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.ChannelName;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.route.CommandEntry;
import java.util.List;

/** PUBSUB and its subcommands: who listens in this process. Stateless. */
final class PubSubFigures {
    private static final List<String> HELP = List.of(
            "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CHANNELS [<pattern>]",
            "    Return the currently active channels matching a <pattern> (default: '*').",
            "NUMPAT",
            "    Return number of subscriptions to patterns.",
            "NUMSUB [<channel> ...]",
            "    Return the number of subscribers for the specified channels, excluding",
            "    pattern subscriptions(default: no channels).",
            "SHARDCHANNELS [<pattern>]",
            "    Return the currently active shard level channels matching a <pattern> (default: '*').",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return the number of subscribers for the specified shard level channel(s)",
            "HELP",
            "    Prints this help.");

    private PubSubFigures() {}

    static void run(Channels channels, CommandEntry entry, Args args, RespWriter reply) {
        switch (entry.name()) {
            case "pubsub|channels" -> names(channels, ChannelKind.CHANNEL, args, reply);
            case "pubsub|shardchannels" -> names(channels, ChannelKind.SHARD, args, reply);
            case "pubsub|numsub" -> subscribers(channels, ChannelKind.CHANNEL, args, reply);
            case "pubsub|shardnumsub" -> subscribers(channels, ChannelKind.SHARD, args, reply);
            case "pubsub|numpat" -> reply.integer(channels.names(ChannelKind.PATTERN));
            case "pubsub|help" -> {
                reply.array(HELP.size());
                HELP.forEach(reply::simple);
            }
            default -> reply.error("ERR unknown subcommand '" + args.text(1) + "'. Try PUBSUB HELP.");
        }
    }

    private static void names(Channels channels, ChannelKind kind, Args args, RespWriter reply) {
        if (args.count() > 3) {
            reply.error("ERR unknown subcommand or wrong number of arguments for '" + args.text(1)
                    + "'. Try PUBSUB HELP.");
            return;
        }
        List<ChannelName> found = channels.names(kind, args.count() == 3 ? args.copy(2) : null);
        reply.array(found.size());
        found.forEach(name -> reply.bulk(name.bytes()));
    }

    private static void subscribers(Channels channels, ChannelKind kind, Args args, RespWriter reply) {
        reply.array(2L * (args.count() - 2));
        for (int i = 2; i < args.count(); i++) {
            reply.bulk(args, i);
            reply.integer(channels.subscribers(kind, ChannelName.of(args, i)));
        }
    }
}
