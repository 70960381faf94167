package dev.balsa.node;

import dev.balsa.node.cluster.LeaderTable;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.ClusterView;
import dev.balsa.proxy.route.SlotMap;
import dev.balsa.proxy.upstream.LeaderSource;
import dev.balsa.proxy.upstream.UpstreamSettings;
import dev.balsa.proxy.upstream.Upstreams;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The cluster as the fronts of a node see it: its own replicas first, the other nodes through their cluster ports. Thread-safe. */
final class NodeClusterView implements ClusterView, LeaderSource {
    private final String nodeId;
    private final ClusterMap map;
    private final SlotMap slots;
    private final LeaderTable leaders;
    private final IntFunction<@Nullable Backend> local;
    private final Upstreams upstreams;
    private final Map<Integer, Backend> remote = new HashMap<>();

    /** @param local the replica of a group in this process */
    NodeClusterView(NodeView.Identity identity, IntFunction<@Nullable Backend> local, UpstreamSettings settings) {
        this.nodeId = identity.nodeId();
        this.map = identity.map();
        this.slots = new SlotMap(map);
        this.leaders = identity.leaders();
        this.local = local;
        this.upstreams = new Upstreams(settings, this);
        for (ClusterMap.Group group : map.groups()) {
            remote.put(group.id(), upstreams.group(group.id()));
        }
    }

    @Override
    public ClusterMap map() {
        return map;
    }

    @Override
    public SlotMap slots() {
        return slots;
    }

    @Override
    public @Nullable Backend backend(int group) {
        Backend here = local.apply(group);
        return here != null && (map.nodes().size() == 1 || leadsHere(group)) ? here : remote.get(group);
    }

    @Override
    public @Nullable Backend local(int group) {
        return local.apply(group);
    }

    @Override
    public boolean leadsHere(int group) {
        ClusterMap.Node leader = leaders.leader(group);
        return leader != null && leader.id().equals(nodeId);
    }

    @Override
    public String leaderAddress(int group) {
        ClusterMap.Node leader = leaders.leader(group);
        return leader == null ? "" : leader.host() + ":" + leader.clusterPort();
    }

    /** Nothing to learn: the groups' own replicas here hear of a new leader first. */
    @Override
    public void moved(int group, String address) {}

    @Override
    public void suspect(int group, String address) {}

    /** Cluster addresses of the other nodes. */
    List<String> others() {
        return map.nodes().stream()
                .filter(node -> !node.id().equals(nodeId) && node.clusterPort() != 0)
                .map(node -> node.host() + ":" + node.clusterPort())
                .toList();
    }

    void close() {
        upstreams.close();
    }
}
