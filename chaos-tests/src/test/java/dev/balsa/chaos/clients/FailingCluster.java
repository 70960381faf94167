package dev.balsa.chaos.clients;

import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
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

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        TestCluster made = TestCluster.create(Files.createTempDirectory("balsa-failing"), 3, 3);
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
                NodeProcess.Ports ports = cluster().node(leader().number() % 3 + 1).ports();
                yield List.of(ports.host() + ":" + ports.plain());
            }
        };
    }

    private NodeProcess leader() {
        await().atMost(PATIENCE).until(() -> cluster().nodes().stream()
                .allMatch(node -> cluster().leader(node) > 0 && cluster().leader(node) == cluster().leader(cluster().node(1))));
        return cluster().node(cluster().leader(cluster().node(1)));
    }

    /** kill -9; it is started again before the next test. */
    void killLeader() {
        leader().kill();
    }

    String logs() {
        return cluster().logs();
    }
}
