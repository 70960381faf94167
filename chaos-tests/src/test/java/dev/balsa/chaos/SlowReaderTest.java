package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.AcknowledgedWrites;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for gigabytes and do not read, and clients that stop in the middle of a command, cost the others nothing. */
class SlowReaderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int VALUE_BYTES = 1_000_000;
    private static final int REQUESTS = 400;
    private static final int READERS = 8;
    private static final int LATE_READERS = 60;
    private static final int LATE_REQUESTS = 100;
    private static final int MEDIUM_BYTES = 100_000;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    @Test
    void clients_that_do_not_read_never_cost_a_node_its_memory() throws Exception {
        List<Socket> bad = new ArrayList<>();
        try (TestCluster cluster = TestCluster.create(directory, 3, 1)) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
            try (RespSocket socket = cluster.node(1).ports().connect(10_000)) {
                assertThat(socket.call("SET", "large", "x".repeat(VALUE_BYTES))).isEqualTo("+OK");
            }
            try (AcknowledgedWrites writes = new AcknowledgedWrites(5, attempt -> cluster.node(attempt % 3 + 1).ports())) {
                writes.start();
                for (NodeProcess node : cluster.nodes()) {
                    for (int i = 0; i < READERS; i++) {
                        Socket reader = connect(node);
                        bad.add(reader);
                        send(reader, "GET large\r\n".repeat(REQUESTS));
                        Socket half = connect(node);
                        bad.add(half);
                        send(half, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000000\r\nbegun");
                    }
                }
                await().atMost(PATIENCE).during(Duration.ofSeconds(3)).until(() -> cluster.nodes().stream().allMatch(NodeProcess::isAlive));
                long from = writes.acknowledged();
                await().atMost(PATIENCE).until(() -> writes.acknowledged() >= from + 500);
                // One who reads gets everything, whatever the others do.
                readAll(cluster.node(2));
                for (Socket socket : bad) {
                    socket.close();
                }
                writes.stop();
                assertThat(cluster.nodes()).as(cluster.logs()).allMatch(NodeProcess::isAlive);
                assertThat(writes.verify(cluster.node(3).ports())).as(cluster.logs()).isEmpty();
            }
        }
    }

    /** More replies than the process has memory for: each client waits for its turn, and nobody is cut off. */
    @Test
    void many_clients_that_read_late_get_everything() throws Exception {
        List<Socket> readers = new ArrayList<>();
        try (TestCluster cluster = TestCluster.create(directory, 1, 1)) {
            cluster.startAll();
            NodeProcess node = cluster.node(1);
            await().atMost(PATIENCE).until(() -> TestCluster.serves(node));
            try (RespSocket socket = node.ports().connect(10_000)) {
                assertThat(socket.call("SET", "medium", "x".repeat(MEDIUM_BYTES))).isEqualTo("+OK");
            }
            for (int i = 0; i < LATE_READERS; i++) {
                Socket reader = connect(node);
                readers.add(reader);
                send(reader, "GET medium\r\n".repeat(LATE_REQUESTS));
            }
            for (Socket reader : readers) {
                read(reader, LATE_REQUESTS, MEDIUM_BYTES);
                reader.close();
            }
        }
    }

    private static void readAll(NodeProcess node) throws IOException {
        try (Socket reader = connect(node)) {
            send(reader, "GET large\r\n".repeat(REQUESTS / 4));
            read(reader, REQUESTS / 4, VALUE_BYTES);
        }
    }

    private static void read(Socket reader, int replies, int bytes) throws IOException {
        reader.setSoTimeout((int) PATIENCE.toMillis());
        InputStream in = new BufferedInputStream(reader.getInputStream(), 1 << 16);
        String head = "$" + bytes + "\r\n";
        for (int i = 0; i < replies; i++) {
            assertThat(new String(in.readNBytes(head.length()), StandardCharsets.US_ASCII)).isEqualTo(head);
            in.skipNBytes(bytes + 2L);
        }
    }

    private static Socket connect(NodeProcess node) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(node.ports().host(), node.ports().plain()), 5_000);
        return socket;
    }

    private static void send(Socket socket, String commands) throws IOException {
        socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }
}
