package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client of one node, or of a proxy, keeps copies of what it reads (CLIENT TRACKING), others write by way of the two other
 * nodes, and the leader is killed: a copy is never older than what was answered a moment ago, and in the end no copy is old.
 */
class TrackedCopiesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 20;
    private static final int INVALID_MIN = 100;
    private static final int SECONDS = Integer.getInteger("balsa.seconds", 8);
    /**
     * How long a copy may outlive the reply of the write that makes it old; a broken link is seen at once, on a busy
     * machine too, and one that is only silent after five seconds.
     */
    private static final long OLD_MAX_MILLIS = 4_000;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final EventLoopGroup loops = RespServer.newLoops(2);
    private final AtomicBoolean running = new AtomicBoolean(true);
    /** The newest value of each key whose write was answered, and when that was. */
    private final AtomicLongArray written = new AtomicLongArray(KEYS);
    private final AtomicLongArray writtenNanos = new AtomicLongArray(KEYS);

    @AfterEach
    void endLoops() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void no_copy_stays_old_when_others_write_and_the_leader_is_killed() throws Exception {
        keepCopies(false);
    }

    @Test
    void no_copy_behind_a_proxy_stays_old_when_others_write_and_the_leader_is_killed() throws Exception {
        keepCopies(true);
    }

    private void keepCopies(boolean behindProxy) throws Exception {
        // Who leads is known, and is who is killed.
        try (TestCluster cluster = TestCluster.create(directory, 3, 1, "spread-leaders-after-millis 0")) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
            int leader = await().atMost(PATIENCE).until(() -> cluster.leader(cluster.node(1)), number -> number > 0);
            NodeProcess readersNode = cluster.node(leader % 3 + 1);
            NodeProcess writersNode = cluster.node((leader + 1) % 3 + 1);
            Proxy proxy = behindProxy ? proxy(readersNode.ports()) : null;
            Reader reader = proxy == null ? new Reader(readersNode.ports().host(), readersNode.ports().plain())
                    : new Reader("127.0.0.1", proxy.port());
            assertThat(reader.call("HELLO", "3")).isNotEmpty();
            assertThat(reader.call("CLIENT", "TRACKING", "ON")).isEqualTo("OK");
            Thread writer = Thread.startVirtualThread(() -> write(writersNode, cluster.node(leader)));
            read(reader, SECONDS / 2);
            int before = reader.allInvalid;
            cluster.node(leader).kill();
            read(reader, SECONDS / 2);
            running.set(false);
            writer.join();
            await().atMost(PATIENCE).until(() -> TestCluster.serves(readersNode));
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(reader.call("PING")).isEqualTo("PONG");
                reader.copies.forEach((key, value) -> assertThat(value).isGreaterThanOrEqualTo(written.get(key)));
            });
            System.out.printf("%s: %d reads, %d of copies, %d invalidations, %d of everything (%d by the kill), oldest copy %d us "
                            + "without and %d ms with the kill%n", behindProxy ? "proxy" : "node", reader.reads, reader.fromCopies, reader.invalid,
                    reader.allInvalid, reader.allInvalid - before, reader.oldestNanos[0] / 1_000,
                    reader.oldestNanos[1] / 1_000_000);
            assertThat(reader.invalid).isGreaterThan(INVALID_MIN);
            assertThat(reader.fromCopies).isGreaterThan(reader.reads);
            assertThat(reader.allInvalid).isGreaterThan(before);
            assertThat(reader.oldestNanos[1]).isLessThan(OLD_MAX_MILLIS * 1_000_000);
            if (proxy != null) {
                proxy.close();
            }
        }
    }

    private Proxy proxy(NodeProcess.Ports seed) throws IOException {
        return Proxy.start(ProxyConfig.read(List.of("--seeds", seed.host() + ":" + seed.cluster(), "--bind", "127.0.0.1",
                "--port", "0")), loops, () -> {});
    }

    /** Writes growing numbers, by way of a node that follows and of the leader itself as long as it lives. */
    private void write(NodeProcess follower, NodeProcess leader) {
        Random random = new Random(1);
        for (long number = 1; running.get();) {
            NodeProcess to = leader.isAlive() && number % 2 == 0 ? leader : follower;
            try (RespSocket socket = to.ports().connect(5_000)) {
                for (int i = 0; i < 50 && running.get(); i++) {
                    int key = random.nextInt(KEYS);
                    if (socket.call("SET", "key" + key, "" + number).equals("+OK")) {
                        // In this order: the time that a reader finds is never that of an earlier write.
                        writtenNanos.set(key, System.nanoTime());
                        written.set(key, number);
                    }
                    number++;
                }
            } catch (IOException killed) {
                number++;
            }
        }
    }

    private void read(Reader reader, int seconds) throws IOException {
        Random random = new Random(2);
        int half = reader.half++;
        int enough = (half + 1) * INVALID_MIN / 2;
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        // Longer on a machine that is busy elsewhere.
        while (System.nanoTime() < end || reader.invalid <= enough && System.nanoTime() < end + PATIENCE.toNanos()) {
            int key = random.nextInt(KEYS);
            reader.takePushes();
            long newest = written.get(key);
            long since = writtenNanos.get(key);
            Long copy = reader.copies.get(key);
            if (copy == null) {
                reader.fetch(key);
            } else {
                reader.fromCopies++;
                if (copy < newest) {
                    // At least since then: writes before this newest one may have made it old earlier.
                    long old = System.nanoTime() - reader.oldSince.computeIfAbsent(key, _ -> since);
                    reader.oldestNanos[half] = Math.max(reader.oldestNanos[half], old);
                }
            }
        }
    }

    /** A client of RESP3 that keeps copies. */
    private static final class Reader {
        private final Socket socket;
        private final DataInputStream in;
        private final Map<Integer, Long> copies = new HashMap<>();
        /** Since when a copy is known to be old. */
        private final Map<Integer, Long> oldSince = new HashMap<>();
        private final long[] oldestNanos = new long[2];
        private int half;
        private int reads;
        private int fromCopies;
        private int invalid;
        private int allInvalid;

        Reader(String host, int port) throws IOException {
            socket = new Socket(host, port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        }

        void fetch(int key) throws IOException {
            reads++;
            String value = call("GET", "key" + key);
            if (!value.isEmpty() && Character.isDigit(value.charAt(0))) {
                copies.put(key, Long.parseLong(value));
            }
        }

        String call(String... words) throws IOException {
            StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
            }
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.US_ASCII));
            String reply = next();
            while (reply.startsWith(">")) {
                reply = next();
            }
            return reply;
        }

        void takePushes() throws IOException {
            while (in.available() > 0) {
                next();
            }
        }

        /** The next reply, or an invalidation, which is carried out. */
        private String next() throws IOException {
            String line = line();
            int count = line.length() > 1 && ">*%~".indexOf(line.charAt(0)) >= 0 ? Integer.parseInt(line.substring(1)) : 0;
            StringBuilder text = new StringBuilder(line.charAt(0) == '>' ? ">" : "");
            for (int i = line.charAt(0) == '%' ? 2 * count : count; i > 0; i--) {
                text.append(next()).append(' ');
            }
            switch (line.charAt(0)) {
                case '$' -> {
                    byte[] bytes = new byte[Integer.parseInt(line.substring(1)) + 2];
                    in.readFully(bytes);
                    return new String(bytes, 0, bytes.length - 2, StandardCharsets.US_ASCII);
                }
                case '+', ':', '-' -> {
                    return line.substring(1);
                }
                case '_' -> {
                    return "";
                }
                case '>' -> invalidated(text.toString());
                default -> {
                    // A map or an array: its texts.
                }
            }
            return text.toString();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                line.append((char) c);
            }
            return line.toString().strip();
        }

        private void invalidated(String message) {
            String[] words = message.strip().split(" ", -1);
            if (words.length == 1) {
                allInvalid++;
                copies.clear();
                oldSince.clear();
            }
            for (int i = 1; i < words.length; i++) {
                invalid++;
                int key = Integer.parseInt(words[i].substring("key".length()));
                copies.remove(key);
                oldSince.remove(key);
            }
        }
    }
}
