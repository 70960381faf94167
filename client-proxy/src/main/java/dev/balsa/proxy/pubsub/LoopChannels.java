package dev.balsa.proxy.pubsub;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who listens to what, of the connections of one event loop. Owned by the loop. */
final class LoopChannels {
    private final Map<ChannelKind, Map<ChannelName, Set<Subscriber>>> tables = new EnumMap<>(ChannelKind.class);

    LoopChannels() {
        for (ChannelKind kind : ChannelKind.values()) {
            tables.put(kind, new HashMap<>());
        }
    }

    private Map<ChannelName, Set<Subscriber>> table(ChannelKind kind) {
        return tables.getOrDefault(kind, Map.of());
    }

    void add(ChannelKind kind, ChannelName name, Subscriber subscriber) {
        table(kind).computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(subscriber);
    }

    void remove(ChannelKind kind, ChannelName name, Subscriber subscriber) {
        Set<Subscriber> all = table(kind).get(name);
        if (all != null && all.remove(subscriber) && all.isEmpty()) {
            table(kind).remove(name);
        }
    }

    /** Delivers to those subscribed to {@code name}. */
    void deliver(Message message, ChannelKind kind, ChannelName name, boolean alsoFronts) {
        Set<Subscriber> all = table(kind).get(name);
        if (all == null) {
            return;
        }
        // Delivering may cut a slow subscriber off, which then leaves.
        List<Subscriber> now = new ArrayList<>(all);
        for (int i = 0; i < now.size(); i++) {
            Subscriber subscriber = now.get(i);
            if (alsoFronts || !subscriber.isFront()) {
                subscriber.deliver(message);
            }
        }
    }
}
