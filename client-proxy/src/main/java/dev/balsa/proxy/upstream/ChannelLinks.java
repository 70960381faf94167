package dev.balsa.proxy.upstream;

import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.ChannelName;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.pubsub.Interest;
import dev.balsa.proxy.tracking.Invalidations;
import dev.balsa.proxy.tracking.Source;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Brings the messages of other processes here: subscribes at each of them to what this process's clients listen to, over
 * one connection to each, which opens with the first subscription. Messages that a node sends while its link is broken are
 * lost, as they are for a client.
 *
 * <p>Owned by one event loop; the methods of {@link Interest} may be called from any thread.
 */
public final class ChannelLinks implements Interest, Source, AutoCloseable {
    private static final int LOOK_MILLIS = 500;
    /** A client waits no longer for a node to learn of its subscription. */
    private static final int ESTABLISH_MAX_MILLIS = 1_000;

    private final Channels channels;
    private final Invalidations invalidations;
    private final UpstreamSettings settings;
    private final EventLoop loop;
    private final Supplier<List<String>> nodes;
    private final Map<ChannelKind, Set<ChannelName>> wanted = new EnumMap<>(ChannelKind.class);
    private final Map<ChannelKind, Set<ChannelName>> established = new ConcurrentHashMap<>();
    private final Map<String, ChannelLink> links = new HashMap<>();
    private final Future<?> looking;
    private List<byte[]> trackedPrefixes = List.of();
    private long trackedChanges;
    /** Addresses of nodes that send every change that is wanted. */
    private final Set<String> heard = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /**
     * @param nodes cluster addresses of the processes where messages are published, without this one; asked now and then
     */
    public ChannelLinks(
            Channels channels, Invalidations invalidations, UpstreamSettings settings, EventLoop loop,
            Supplier<List<String>> nodes) {
        this.channels = channels;
        this.invalidations = invalidations;
        this.settings = settings;
        this.loop = loop;
        this.nodes = nodes;
        for (ChannelKind kind : ChannelKind.values()) {
            wanted.put(kind, new LinkedHashSet<>());
            established.put(kind, ConcurrentHashMap.newKeySet());
        }
        looking = loop.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        channels.interest(this);
        invalidations.source(this);
    }

    @Override
    public void wanted(ChannelKind kind, ChannelName name) {
        loop.execute(() -> {
            if (names(kind).add(name)) {
                follow();
                links.values().forEach(link -> link.subscribe(kind, name));
            }
        });
    }

    @Override
    public void unwanted(ChannelKind kind, ChannelName name) {
        loop.execute(() -> {
            if (names(kind).remove(name)) {
                establishedNames(kind).remove(name);
                links.values().forEach(link -> link.unsubscribe(kind, name));
            }
        });
    }

    @Override
    public boolean isEstablished(ChannelKind kind, ChannelName name) {
        return establishedNames(kind).contains(name);
    }

    @Override
    public void whenEstablished(Runnable then) {
        loop.execute(() -> {
            Map<ChannelKind, List<ChannelName>> now = new EnumMap<>(ChannelKind.class);
            wanted.forEach((kind, names) -> now.put(kind, new ArrayList<>(names)));
            Once once = new Once(links.size(), () -> {
                now.forEach((kind, names) -> names.forEach(name -> {
                    if (names(kind).contains(name)) {
                        establishedNames(kind).add(name);
                    }
                }));
                unheardMayBeMissed();
                then.run();
            });
            links.values().forEach(link -> link.whenCaughtUp(once));
            if (links.isEmpty()) {
                once.done.run();
            } else {
                var _ = loop.schedule(once::overdue, ESTABLISH_MAX_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Runs something when it was called for by all, or is overdue. Owned by the loop. */
    private static final class Once implements Runnable {
        private final AtomicInteger left;
        private final Runnable done;

        Once(int calls, Runnable done) {
            this.left = new AtomicInteger(calls);
            this.done = done;
        }

        @Override
        public void run() {
            if (left.decrementAndGet() == 0) {
                done.run();
            }
        }

        void overdue() {
            if (left.getAndSet(0) > 0) {
                done.run();
            }
        }
    }

    // -- changed keys -------------------------------------------------------------------------------------------

    @Override
    public void wanted(List<byte[]> prefixes) {
        loop.execute(() -> {
            if (isTracked(prefixes)) {
                return;
            }
            boolean begins = trackedPrefixes.isEmpty();
            // Until a node has confirmed it, nothing read there may be kept.
            heard.clear();
            trackedPrefixes = prefixes;
            trackedChanges++;
            follow();
            if (begins) {
                // Nobody has copies yet.
                links.values().forEach(link -> link.missed(false));
            }
            links.values().forEach(ChannelLink::track);
        });
    }

    private boolean isTracked(List<byte[]> prefixes) {
        boolean same = prefixes.size() == trackedPrefixes.size();
        for (int i = 0; same && i < prefixes.size(); i++) {
            same = Arrays.equals(prefixes.get(i), trackedPrefixes.get(i));
        }
        return same;
    }

    /** Clients read and keep copies from now on, and a node whose changes do not arrive may come to lead. */
    private void unheardMayBeMissed() {
        links.forEach((address, link) -> link.missed(link.missed() || !heard.contains(address)));
    }

    @Override
    public boolean hears(String address) {
        return heard.contains(address);
    }

    /** From now on the node's changes arrive. */
    void hears(ChannelLink link, String address) {
        heard.add(address);
        if (link.missed()) {
            link.missed(false);
            invalidations.mayHaveMissed();
        }
    }

    /**
     * The node's changes arrive no longer.
     *
     * @param tracked whether they did
     */
    void lost(ChannelLink link, String address, boolean tracked) {
        heard.remove(address);
        if (!trackedPrefixes.isEmpty()) {
            link.missed(true);
            if (tracked) {
                invalidations.mayHaveMissed();
            }
        }
    }

    List<byte[]> trackedPrefixes() {
        return trackedPrefixes;
    }

    /** How often {@link #trackedPrefixes} have changed. */
    long trackedChanges() {
        return trackedChanges;
    }

    Invalidations invalidations() {
        return invalidations;
    }

    private Set<ChannelName> names(ChannelKind kind) {
        return wanted.computeIfAbsent(kind, _ -> new LinkedHashSet<>());
    }

    private Set<ChannelName> establishedNames(ChannelKind kind) {
        return established.computeIfAbsent(kind, _ -> ConcurrentHashMap.newKeySet());
    }

    /** What a link subscribes to when it is opened. */
    Set<ChannelName> wanted(ChannelKind kind) {
        return names(kind);
    }

    Channels channels() {
        return channels;
    }

    // -- the links ----------------------------------------------------------------------------------------------

    private void look() {
        if (anyWanted() || !links.isEmpty()) {
            follow();
            long now = System.nanoTime();
            links.values().forEach(link -> link.look(now));
        }
    }

    private boolean anyWanted() {
        return !trackedPrefixes.isEmpty() || wanted.values().stream().anyMatch(names -> !names.isEmpty());
    }

    /** A link to each node that there is now. */
    private void follow() {
        if (closed) {
            return;
        }
        List<String> now = nodes.get();
        links.entrySet().removeIf(entry -> {
            if (now.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
        for (String address : now) {
            if (!links.containsKey(address)) {
                ChannelLink link = new ChannelLink(this, address, settings, loop);
                link.missed(!trackedPrefixes.isEmpty());
                links.put(address, link);
                link.look(System.nanoTime());
            }
        }
    }

    @Override
    public void close() {
        looking.cancel(false);
        if (!loop.isShuttingDown()) {
            loop.execute(() -> {
                closed = true;
                links.values().forEach(ChannelLink::close);
                links.clear();
            });
        }
    }
}
