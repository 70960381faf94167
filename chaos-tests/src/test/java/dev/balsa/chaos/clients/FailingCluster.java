package dev.balsa.chaos.clients;

import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Three nodes with three groups, and a proxy, that lose the leader of the group of {@link #TAG}. Owned by the test's thread. */
final class FailingCluster implements AutoCloseable {
    /** The hash tag of what belongs to the first group. */
    static final String TAG = "b";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestCluster cluster;
    private final EventLoopGroup loops;
    private final Proxy proxy;

    FailingCluster(Path directory) throws IOException {
        cluster = TestCluster.create(directory, 3, 3);
        cluster.startAll();
        awaitServing();
        loops = RespServer.newLoops(1);
        NodeProcess.Ports seed = cluster.node(2).ports();
        proxy = Proxy.start(ProxyConfig.read(List.of("--seeds", seed.host() + ":" + seed.cluster(), "--bind", "127.0.0.1",
                "--port", "0")), loops, () -> {});
    }

    private void awaitServing() {
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
    }

    /** Addresses as a client wants them: "cluster" all nodes, "proxy" the proxy, "node" a node that does not lead. */
    List<String> addresses(String front) {
        return switch (front) {
            case "cluster" -> cluster.nodes().stream().map(node -> node.ports().clusterAddress()).toList();
            case "proxy" -> List.of("127.0.0.1:" + proxy.port());
            default -> {
                NodeProcess.Ports ports = cluster.node(leader().number() % 3 + 1).ports();
                yield List.of(ports.host() + ":" + ports.plain());
            }
        };
    }

    private NodeProcess leader() {
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream()
                .allMatch(node -> cluster.leader(node) > 0 && cluster.leader(node) == cluster.leader(cluster.node(1))));
        return cluster.node(cluster.leader(cluster.node(1)));
    }

    /** kill -9; it is started again when {@link #heal} is called. */
    void killLeader() {
        leader().kill();
    }

    /** Starts what was killed, and waits until all serve. */
    void heal() throws IOException {
        cluster.startAll();
        awaitServing();
    }

    String logs() {
        return cluster.logs();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        cluster.close();
    }
}
