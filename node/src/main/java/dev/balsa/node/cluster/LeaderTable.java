package dev.balsa.node.cluster;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which node leads which group, as far as this process knows. Fed by the leadership events of the groups' replicas
 * here.
 * Thread-safe: one atomic cell a group; reads take no lock.
 */
public final class LeaderTable {
    /** Told of every change, on the thread that reported it. */
    public interface Listener {
        /** @param node null: nobody is known to lead it */
        void changed(int group, ClusterMap.@Nullable Node node, long term);
    }

    private record Entry(long term, ClusterMap.@Nullable Node leader) {}

    private static final Entry NOBODY = new Entry(0, null);

    private final ClusterMap map;
    private final Map<String, ClusterMap.Node> byRaftAddress = new HashMap<>();
    private final Map<Integer, Integer> positions = new HashMap<>();
    private final short[] positionOfSlot = new short[Slots.COUNT];
    private final AtomicReferenceArray<Entry> entries;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public LeaderTable(ClusterMap map) {
        this.map = map;
        this.entries = new AtomicReferenceArray<>(map.groups().size());
        for (ClusterMap.Node node : map.nodes()) {
            byRaftAddress.put(node.host() + ":" + node.raftPort(), node);
        }
        Arrays.fill(positionOfSlot, (short) -1);
        for (int i = 0; i < map.groups().size(); i++) {
            entries.set(i, NOBODY);
            positions.put(map.groups().get(i).id(), i);
            for (SlotRange range : map.groups().get(i).slots()) {
                for (int slot = range.first(); slot <= range.last(); slot++) {
                    positionOfSlot[slot] = (short) i;
                }
            }
        }
    }

    /**
     * A replica here has heard who leads.
     *
     * @param raftAddress {@code host:port}; null: nobody in this term yet
     */
    public void heard(int group, long term, @Nullable String raftAddress) {
        ClusterMap.Node node = raftAddress == null ? null : byRaftAddress.get(raftAddress);
        int at = position(group);
        Entry now = new Entry(term, node);
        Entry before = entries.getAndUpdate(at, entry -> entry.term() > term ? entry : now);
        if (before.term() <= term && !before.equals(now)) {
            listeners.forEach(listener -> listener.changed(group, node, term));
        }
    }

    /** The node that leads a group, null if nobody is known to. */
    public ClusterMap.@Nullable Node leader(int group) {
        return entries.get(position(group)).leader();
    }

    /** The term that the last news of a group was from, 0 = none yet. */
    public long term(int group) {
        return entries.get(position(group)).term();
    }

    /** The group that serves a slot, null if none does. */
    public ClusterMap.@Nullable Group groupOf(int slot) {
        int at = positionOfSlot[slot];
        return at < 0 ? null : map.groups().get(at);
    }

    /** The node with this Raft address {@code host:port}, null if the map has none. */
    public ClusterMap.@Nullable Node nodeAt(@Nullable String raftAddress) {
        return raftAddress == null ? null : byRaftAddress.get(raftAddress);
    }

    /** Whether this node leads any group. */
    public boolean leadsAny(String nodeId) {
        return ledBy(nodeId) > 0;
    }

    /** How many groups a node leads. */
    public int ledBy(String nodeId) {
        int led = 0;
        for (int i = 0; i < entries.length(); i++) {
            ClusterMap.Node leader = entries.get(i).leader();
            if (leader != null && leader.id().equals(nodeId)) {
                led++;
            }
        }
        return led;
    }

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    private int position(int group) {
        Integer at = positions.get(group);
        if (at == null) {
            throw new IllegalArgumentException("no group " + group);
        }
        return at;
    }
}
