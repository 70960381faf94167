package dev.balsa.chaos.clients;

import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Three nodes with three groups, and a proxy, that lose the leader of the group of {@link #TAG}: for all tests of a class,
 * and whole again before each. Owned by the test's thread.
 */
final class FailingCluster implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    /** The hash tag of what belongs to the first group. */
    static final String TAG = "b";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private @Nullable TestCluster started;
    private @Nullable EventLoopGroup loops;
    private @Nullable Proxy proxy;
    /** The node that this test's clients are connected to; 0 = all, or the proxy. */
    private int used;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        TestCluster made = TestCluster.create(Files.createTempDirectory("balsa-failing"), 3, 3, "spread-leaders-after-millis 0");
        started = made;
        made.startAll();
        awaitServing();
        EventLoopGroup threads = RespServer.newLoops(1);
        loops = threads;
        NodeProcess.Ports seed = made.node(2).ports();
        proxy = Proxy.start(ProxyConfig.read(List.of("--seeds", seed.clusterAddress(), "--bind", "127.0.0.1", "--port", "0")),
                threads, () -> {});
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        used = 0;
        heal();
    }

    /** Starts what was killed, and waits until all serve. */
    void heal() throws IOException {
        cluster().startAll();
        awaitServing();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (proxy != null) {
            proxy.close();
        }
        if (loops != null) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        if (started != null) {
            started.close();
        }
    }

    private TestCluster cluster() {
        return Objects.requireNonNull(started);
    }

    private void awaitServing() {
        await().atMost(PATIENCE).until(() -> cluster().nodes().stream().allMatch(TestCluster::serves));
    }

    /** Addresses as a client wants them: "cluster" all nodes, "proxy" the proxy, "node" a node that does not lead. */
    List<String> addresses(String front) {
        return switch (front) {
            case "cluster" -> cluster().nodes().stream().map(node -> node.ports().clusterAddress()).toList();
            case "proxy" -> List.of("127.0.0.1:" + Objects.requireNonNull(proxy).port());
            default -> {
                used = used == 0 ? leader().number() % 3 + 1 : used;
                NodeProcess.Ports ports = cluster().node(used).ports();
                yield List.of(ports.host() + ":" + ports.plain());
            }
        };
    }

    private NodeProcess leader() {
        return cluster().node(await().atMost(PATIENCE).until(this::leaderForAll, number -> number > 0));
    }

    /** 0 = they do not agree. */
    private int leaderForAll() {
        List<Integer> seen = cluster().nodes().stream().map(cluster()::leader).distinct().toList();
        return seen.size() == 1 ? seen.getFirst() : 0;
    }

    /** kill -9; it is started again before the next test. A node that clients are connected to hands over before. */
    void killLeader() {
        await().atMost(PATIENCE).until(this::leader, leader -> leader.number() != used || !handsOver(leader)).kill();
    }

    private static boolean handsOver(NodeProcess leader) {
        try (RespSocket socket = leader.ports().connectCluster(10_000)) {
            return !socket.call("FAILOVER").isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String logs() {
        return cluster().logs();
    }
}
