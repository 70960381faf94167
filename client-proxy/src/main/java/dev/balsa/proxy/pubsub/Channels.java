package dev.balsa.proxy.pubsub;

import dev.balsa.proto.command.Glob;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * A message reaches every subscriber of the cluster once:
 *
 *     publisher ──► node A ──► clients of A
 *                       └────► one link for each process with a subscriber ──► its clients
 *
 * It is published in one node, which gives it to its own clients and to links of other fronts that are subscribed
 * there like any client. What comes over a link goes to clients and to no other link. A front asks every node for
 * what its own clients listen to (Interest), so a node sends only where someone is interested. Order of a publisher is
 * that of its node's loop, of each link, and of each loop here.
 */

/**
 * The channels of a process and who listens to them. Thread-safe: each event loop owns the table of its connections,
 * sums are kept beside them.
 */
public final class Channels {
    /** Subscribers of one name in this process. */
    private record Count(int clients, int fronts) {
        int all() {
            return clients + fronts;
        }
    }

    private static final Count NOBODY = new Count(0, 0);

    private final ConcurrentHashMap<EventLoop, LoopChannels> loops = new ConcurrentHashMap<>();
    private final Map<ChannelKind, ConcurrentHashMap<ChannelName, Count>> counts = new EnumMap<>(ChannelKind.class);
    private final LongAdder deliveredToFronts = new LongAdder();
    private volatile Interest interest = Interest.NONE;

    public Channels() {
        for (ChannelKind kind : ChannelKind.values()) {
            counts.put(kind, new ConcurrentHashMap<>());
        }
    }

    /** Who is told what this process's clients listen to; set before there are any. */
    public void interest(Interest listener) {
        interest = listener;
    }

    public Interest interest() {
        return interest;
    }

    private ConcurrentHashMap<ChannelName, Count> of(ChannelKind kind) {
        return counts.computeIfAbsent(kind, _ -> new ConcurrentHashMap<>());
    }

    private LoopChannels loop(EventLoop loop) {
        return loops.computeIfAbsent(loop, _ -> new LoopChannels());
    }

    // -- subscriptions ------------------------------------------------------------------------------------------

    /** Announces a subscription that {@link #add} makes effective when it is established everywhere. */
    public void want(ChannelKind kind, ChannelName name, boolean front) {
        of(kind).compute(name, (_, count) -> {
            Count now = count == null ? NOBODY : count;
            if (!front && now.clients == 0) {
                interest.wanted(kind, name);
            }
            return front ? new Count(now.clients, now.fronts + 1) : new Count(now.clients + 1, now.fronts);
        });
    }

    /** Takes {@link #want} back. */
    public void unwant(ChannelKind kind, ChannelName name, boolean front) {
        of(kind).computeIfPresent(name, (_, count) -> {
            if (!front && count.clients == 1) {
                interest.unwanted(kind, name);
            }
            Count now = front ? new Count(count.clients, count.fronts - 1)
                    : new Count(count.clients - 1, count.fronts);
            return now.all() == 0 ? null : now;
        });
    }

    /** From now on messages are delivered. Called on the subscriber's loop. */
    public void add(EventLoop loop, ChannelKind kind, ChannelName name, Subscriber subscriber) {
        loop(loop).add(kind, name, subscriber);
    }

    /** No more messages are delivered. Called on the subscriber's loop. */
    public void remove(EventLoop loop, ChannelKind kind, ChannelName name, Subscriber subscriber) {
        loop(loop).remove(kind, name, subscriber);
    }

    // -- messages -----------------------------------------------------------------------------------------------

    /**
     * Publishes a message in this process, from any thread; messages of one thread stay in their order.
     *
     * @param kind {@code CHANNEL} or {@code SHARD}
     * @return subscriptions that it is delivered to; another process counts as one, however many clients listen there
     */
    public int publish(ChannelKind kind, byte[] channel, byte[] payload) {
        ChannelName name = new ChannelName(channel);
        Count count = of(kind).get(name);
        List<ChannelName> patterns = kind == ChannelKind.CHANNEL ? matching(channel) : List.of();
        if (count == null && patterns.isEmpty()) {
            return 0;
        }
        int receivers = count == null ? 0 : count.all();
        int fronts = count == null ? 0 : count.fronts;
        for (ChannelName pattern : patterns) {
            Count listening = of(ChannelKind.PATTERN).getOrDefault(pattern, NOBODY);
            receivers += listening.all();
            fronts += listening.fronts;
        }
        deliveredToFronts.add(fronts);
        onEveryLoop(table -> {
            if (count != null) {
                table.deliver(new Message(kind, name, channel, payload), kind, name, true);
            }
            for (ChannelName pattern : patterns) {
                table.deliver(new Message(ChannelKind.PATTERN, pattern, channel, payload), ChannelKind.PATTERN,
                        pattern, true);
            }
        });
        return receivers;
    }

    /** Patterns that somebody listens to and that match. */
    private List<ChannelName> matching(byte[] channel) {
        Map<ChannelName, Count> patterns = of(ChannelKind.PATTERN);
        if (patterns.isEmpty()) {
            return List.of();
        }
        List<ChannelName> matching = new ArrayList<>();
        for (ChannelName pattern : patterns.keySet()) {
            if (matches(pattern.bytes(), channel)) {
                matching.add(pattern);
            }
        }
        return matching;
    }

    private static boolean matches(byte[] pattern, byte[] text) {
        return Glob.matches(pattern, 0, pattern.length, text, 0, text.length);
    }

    /** Delivers what another process has sent for one of this process's subscriptions, to clients alone. */
    public void received(ChannelKind kind, byte[] subscription, byte[] channel, byte[] payload) {
        ChannelName name = new ChannelName(subscription);
        if (of(kind).containsKey(name)) {
            onEveryLoop(table -> table.deliver(new Message(kind, name, channel, payload), kind, name, false));
        }
    }

    private interface Delivery {
        void to(LoopChannels table);
    }

    private void onEveryLoop(Delivery delivery) {
        loops.forEach((loop, table) -> {
            if (loop.inEventLoop()) {
                delivery.to(table);
            } else {
                loop.execute(() -> delivery.to(table));
            }
        });
    }

    // -- figures ------------------------------------------------------------------------------------------------

    /** Number of names that somebody listens to. */
    public int names(ChannelKind kind) {
        return of(kind).size();
    }

    /** Names that somebody listens to and that match; all for null. */
    public List<ChannelName> names(ChannelKind kind, byte @Nullable [] pattern) {
        List<ChannelName> found = new ArrayList<>();
        for (ChannelName name : of(kind).keySet()) {
            if (pattern == null || matches(pattern, name.bytes())) {
                found.add(name);
            }
        }
        return found;
    }

    /** Subscribers of a name; another process counts as one. */
    public int subscribers(ChannelKind kind, ChannelName name) {
        return of(kind).getOrDefault(name, NOBODY).all();
    }

    /** Messages sent to other processes since this one began. */
    public long deliveredToFronts() {
        return deliveredToFronts.sum();
    }
}
