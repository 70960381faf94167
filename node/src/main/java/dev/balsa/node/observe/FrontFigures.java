package dev.balsa.node.observe;

import java.util.List;
import java.util.Map;

/**
 * What the front has counted. Immutable.
 *
 * @param connected client connections now
 * @param evicted connections closed since the start because of maxmemory-clients
 * @param blocked clients that wait in a blocking command now
 * @param channels Pub/Sub channels with a subscriber here
 * @param patterns Pub/Sub patterns with a subscriber here
 * @param shardChannels Pub/Sub shard channels with a subscriber here
 * @param tracking clients that keep copies of values
 * @param commands that were called or refused at least once
 * @param errors error replies, by their code
 */
public record FrontFigures(
        int connected, long evicted, int blocked, int channels, int patterns, int shardChannels, Tracking tracking, Totals totals, List<CommandFigures> commands,
                Map<String, Long> errors) {
    public static final FrontFigures NONE = new FrontFigures(0, 0, 0, 0, 0, 0, new Tracking(0, 0, 0, 0, 0), new Totals(0, 0, 0, 0, 0), List.of(),
            Map.of());

    /**
     * CLIENT TRACKING.
     *
     * @param keys that clients have read and not been told of since
     * @param items the same, counted once for each client
     * @param prefixes of clients that use BCAST
     * @param sent changed keys sent to other processes since the start
     */
    public record Tracking(int clients, long keys, long items, long prefixes, long sent) {}

    /**
     * Since the start, or CONFIG RESETSTAT.
     *
     * @param received connections accepted
     * @param rejected connections refused because of maxclients
     * @param commands processed
     */
    public record Totals(long received, long rejected, long commands, long inputBytes, long outputBytes) {}

    /**
     * One command.
     *
     * @param name a subcommand is {@code container|sub}
     * @param micros from arrival to reply, summed: the way through the log is in it
     */
    public record CommandFigures(String name, long calls, long micros, long rejected, long failed) {}
}
