package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.ProxyProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.tls.CertificateAuthority;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tls-cluster} and {@code tls-replication} in a cluster that runs: from no by way of optional to yes. */
class TlsTurnedOnTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Leaders are handed over and elected in between; an outage would last until the next restart. */
    private static final long GAP_MAX_MILLIS = 15_000;

    @TempDir
    private Path directory;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();

    @BeforeEach
    void certificates() throws IOException {
        CertificateAuthority authority = new CertificateAuthority("test", Duration.ofDays(1));
        Files.writeString(directory.resolve("ca.crt"), authority.certificate());
        authority.issue(directory, "node", List.of());
    }

    private String[] directives(String mode) {
        return new String[] {
            "tls-cert-file " + directory.resolve("node.crt"), "tls-key-file " + directory.resolve("node.key"),
            "tls-ca-cert-file " + directory.resolve("ca.crt"), "tls-cluster " + mode
        };
    }

    private TestCluster create(String mode) throws IOException {
        List<String> lines = new ArrayList<>(List.of(directives(mode)));
        lines.add("tls-replication " + mode);
        return TestCluster.create(directory.resolve("cluster"), 3, 2, lines.toArray(String[]::new));
    }

    private static void awaitServing(TestCluster cluster) {
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
    }

    private static void become(Path configuration, String mode) throws IOException {
        Files.write(configuration, Files.readAllLines(configuration).stream()
                .map(line -> line.replaceFirst("^(tls-cluster|tls-replication) .*", "$1 " + mode)).toList());
    }

    private static void restart(TestCluster cluster, NodeProcess node, String mode) throws IOException {
        node.stop();
        become(node.home().resolve("node.conf"), mode);
        node.start();
        NodeProcess other = cluster.node(node.number() % 3 + 1);
        await().atMost(PATIENCE).until(() -> TestCluster.serves(node));
        // The next one may only go when this one counts for a majority again.
        List<Long> all = applied(other);
        await().atMost(PATIENCE).until(() -> {
            List<Long> own = applied(node);
            return own.size() == all.size() && own.get(0) >= all.get(0) && own.get(1) >= all.get(1);
        });
    }

    private static List<Long> applied(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connect(5_000)) {
            return Pattern.compile("applied=(\\d+)").matcher(socket.call("INFO", "balsa_groups")).results()
                    .map(found -> Long.parseLong(found.group(1))).toList();
        }
    }

    private static RespSocket connect(ProxyProcess proxy) throws IOException {
        return RespSocket.connect(proxy.address().getHostString(), proxy.address().getPort(), 20_000);
    }

    private void write(ProxyProcess proxy) {
        long last = System.nanoTime();
        while (running.get()) {
            try (RespSocket socket = connect(proxy)) {
                while (running.get()) {
                    String reply = socket.call("SET", "k" + written.get(), "v");
                    if (!reply.equals("+OK")) {
                        wrong.add(reply);
                        return;
                    }
                    written.incrementAndGet();
                    long now = System.nanoTime();
                    longestNanos.accumulateAndGet(now - last, Math::max);
                    last = now;
                }
            } catch (IOException outcomeUnknown) {
                // Of a write that a leader took with it: it is sent again.
            }
        }
    }

    @Test
    void node_by_node_while_clients_write() throws Exception {
        try (TestCluster cluster = create("no")) {
            ProxyProcess proxy = cluster.addProxy();
            Path configuration = directory.resolve("cluster/proxy.conf");
            List<String> lines = new ArrayList<>(Files.readAllLines(configuration));
            lines.addAll(List.of(directives("optional")));
            Files.write(configuration, lines);
            cluster.startAll();
            awaitServing(cluster);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> ask(proxy).equals("+PONG"));
            Thread writer = Thread.ofPlatform().start(() -> write(proxy));
            try {
                for (String mode : List.of("optional", "yes")) {
                    for (NodeProcess node : cluster.nodes()) {
                        long before = written.get();
                        restart(cluster, node, mode);
                        await().atMost(PATIENCE).until(() -> written.get() > before + 100);
                    }
                }
            } finally {
                running.set(false);
                writer.join();
            }
            assertThat(wrong).as(cluster.logs()).isEmpty();
            assertThat(TimeUnit.NANOSECONDS.toMillis(longestNanos.get())).as("ms without a write")
                    .isLessThan(GAP_MAX_MILLIS);
            for (NodeProcess node : cluster.nodes()) {
                assertThatThrownBy(() -> node.ports().connectCluster(5_000).call("PING"))
                        .isInstanceOf(IOException.class);
                try (RespSocket socket = node.ports().connect(5_000)) {
                    assertThat(socket.call(existsAll(written.get()))).isEqualTo(":" + written.get());
                }
            }
            // Who speaks no TLS to the port of Raft hears nothing but an alert.
            NodeProcess.Ports ports = cluster.node(1).ports();
            try (Socket socket = new Socket(ports.host(), ports.raft())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(new byte[] {0, 0, 0, 15, 6});
                assertThat(socket.getInputStream().readAllBytes().length).isLessThan(16);
            }
            proxy.kill();
            become(configuration, "yes");
            proxy.start();
            await().atMost(PATIENCE).ignoreExceptions().until(() -> ask(proxy).equals("+PONG"));
        }
    }

    private static String[] existsAll(long count) {
        List<String> words = new ArrayList<>(List.of("EXISTS"));
        for (long i = 0; i < count; i++) {
            words.add("k" + i);
        }
        return words.toArray(String[]::new);
    }

    private static String ask(ProxyProcess proxy) throws IOException {
        try (RespSocket socket = connect(proxy)) {
            return socket.call("PING");
        }
    }
}
