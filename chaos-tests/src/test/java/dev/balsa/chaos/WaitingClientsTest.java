package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Very many clients wait for the elements of one key while its leader is killed: what was pushed is delivered once, or is
 * still there. What was popped for a client whose connection broke while it waited may have been lost on the way, one
 * element a connection, as with Redis.
 *
 * <p>What bounds the pushes are cold JVMs: three nodes compile while two cores serve. Warm, 10,000 a second are pushed
 * and taken, and what waits for the new leader is made good in the seconds after: {@code -Dbalsa.warmup.seconds=60}
 * gives them the time (it ends when a second brings what is asked), {@code -Dbalsa.pushes.min=9800} asks for the rate.
 */
class WaitingClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = Integer.getInteger("balsa.clients", 1_000);
    private static final int PUSHES_PER_SECOND = 10_000;
    private static final int SECONDS = 12;
    private static final int WARM_UP_SECONDS_MAX = Integer.getInteger("balsa.warmup.seconds", 12);
    /** Asked for on a machine that does nothing else, before the kill and from it on. */
    private static final int PUSHES_PER_SECOND_MIN = Integer.getInteger("balsa.pushes.min", 0);
    /** Pushes under way at once. */
    private static final int PIPELINE_MAX = 2_000;
    private static final int KILLED_AFTER = 2_000;
    private static final long KILLED_AFTER_NANOS = SECONDS * 1_000_000_000L / 2;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final Set<String> twice = ConcurrentHashMap.newKeySet();
    private final Set<String> pushed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger unblocked = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long pushedBeforePerSecond;
    private volatile long pushedAfterPerSecond;
    private volatile long pushedPerSecond;
    private volatile long measuredSinceNanos;
    private volatile boolean measured;

    @ParameterizedTest
    @ValueSource(strings = {"list", "stream"})
    void nothing_is_lost_or_delivered_twice_when_the_leader_is_killed(String kind) throws Exception {
        boolean stream = kind.equals("stream");
        // Who leads is known, and is who is killed.
        try (TestCluster cluster = TestCluster.create(directory, 3, 1, "spread-leaders-after-millis 0")) {
            cluster.startAll();
            await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
            if (stream) {
                try (Link link = new Link(cluster.node(1).ports())) {
                    assertThat(link.call("XGROUP", "CREATE", "q", "g", "$", "MKSTREAM")).containsExactly("OK");
                }
            }
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                threads.add(Thread.startVirtualThread(() -> take(cluster, number, stream)));
            }
            await().atMost(PATIENCE).until(() -> waiting.get() >= CLIENTS);
            int leader = await().atMost(PATIENCE).until(() -> cluster.leader(cluster.node(1)), number -> number > 0);
            NodeProcess other = cluster.node(leader % 3 + 1);
            Thread producer = Thread.startVirtualThread(() -> push(other.ports(), stream));
            warmUp();
            int first = pushed.size();
            measuredSinceNanos = System.nanoTime();
            measured = true;
            await().atMost(PATIENCE).until(() -> System.nanoTime() - measuredSinceNanos > KILLED_AFTER_NANOS);
            int before = pushed.size();
            pushedBeforePerSecond = (before - first) * 1_000_000_000L / (System.nanoTime() - measuredSinceNanos);
            cluster.node(leader).kill();
            long killed = System.nanoTime();
            producer.join();
            pushedAfterPerSecond = (pushed.size() - before) * 1_000_000_000L / (System.nanoTime() - killed);
            pushedPerSecond = (pushed.size() - first) * 1_000_000_000L / (System.nanoTime() - measuredSinceNanos);
            await().atMost(PATIENCE).until(() -> TestCluster.serves(other));
            running.set(false);
            Set<String> left = left(other, stream, threads);
            judge(left, kind);
        }
    }

    /** The JVMs are cold in the first seconds: until a second brings what is asked, or many did not. */
    private void warmUp() {
        int last = pushed.size();
        for (int second = 0; second < WARM_UP_SECONDS_MAX && pushed.size() - last < PUSHES_PER_SECOND * 0.98; second++) {
            last = pushed.size();
            long since = System.nanoTime();
            await().atMost(PATIENCE).until(() -> System.nanoTime() - since > 1_000_000_000L);
        }
    }

    private void judge(Set<String> left, String kind) {
        Set<String> missing = new HashSet<>(pushed);
        missing.removeAll(delivered);
        missing.removeAll(left);
        Set<String> both = new HashSet<>(delivered);
        both.retainAll(left);
        System.out.printf("%s: %d pushed, %d delivered, %d left, %d popped for a client whose connection broke, "
                        + "%d connections broke, %d clients got -UNBLOCKED; %d pushes/s, %d before the kill, %d from it on%n",
                kind, pushed.size(), delivered.size(), left.size(), missing.size(), broken.get(), unblocked.get(),
                pushedPerSecond, pushedBeforePerSecond, pushedAfterPerSecond);
        assertThat(twice).isEmpty();
        assertThat(both).isEmpty();
        assertThat(missing).hasSizeLessThanOrEqualTo(broken.get());
        assertThat(delivered).hasSizeGreaterThan(KILLED_AFTER);
        assertThat(Math.min(pushedBeforePerSecond, pushedAfterPerSecond))
                .isGreaterThanOrEqualTo(PUSHES_PER_SECOND_MIN);
    }

    /** What is still there when nobody takes any more. */
    private Set<String> left(NodeProcess node, boolean stream, List<Thread> takers) throws Exception {
        try (Link link = new Link(node.ports())) {
            Set<String> left = new HashSet<>();
            if (stream) {
                List<String> rest = link.call("XREADGROUP", "GROUP", "g", "end", "STREAMS", "q", ">");
                IntStream.range(0, rest.size() - 1).filter(i -> rest.get(i).equals("v"))
                        .forEach(i -> left.add(rest.get(i + 1)));
                // Every entry is pending, with exactly one consumer: none was given away and forgotten.
                assertThat(link.call("XPENDING", "q", "g").getFirst()).isEqualTo(link.call("XLEN", "q").getFirst());
            } else {
                left.addAll(link.call("LRANGE", "q", "0", "-1"));
            }
            // Those who still wait are sent home, each with an element of its own.
            for (int i = 0; takers.stream().anyMatch(Thread::isAlive); i++) {
                link.call(stream ? new String[] {"XADD", "q", "*", "v", "end" + i} : new String[] {"RPUSH", "q", "end" + i});
            }
            left.removeIf(delivered::contains);
            return left;
        }
    }

    private void take(TestCluster cluster, int number, boolean stream) {
        String[] command = stream
                ? new String[] {"XREADGROUP", "GROUP", "g", "c" + number, "COUNT", "1", "BLOCK", "0", "STREAMS", "q", ">"}
                : new String[] {"BLPOP", "q", "0"};
        for (int node = number; running.get(); node++) {
            boolean sent = false;
            try (Link link = new Link(cluster.node(node % 3 + 1).ports())) {
                while (running.get()) {
                    link.send(command);
                    sent = true;
                    waiting.incrementAndGet();
                    List<String> reply = link.receive();
                    sent = false;
                    if (reply.getFirst().startsWith("-")) {
                        unblocked.incrementAndGet();
                        LockSupport.parkNanos(10_000_000);
                    } else if (!delivered.add(reply.getLast())) {
                        twice.add(reply.getLast());
                    }
                }
            } catch (IOException e) {
                if (sent) {
                    broken.incrementAndGet();
                }
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    /** What is not pushed in time is pushed later, but for what is missed while nothing is measured. */
    private void push(NodeProcess.Ports to, boolean stream) {
        int next = 0;
        int base = 0;
        long since = System.nanoTime();
        boolean counts = false;
        while (!isOver()) {
            try (Link link = new Link(to)) {
                Semaphore room = new Semaphore(PIPELINE_MAX);
                int first = next;
                Thread answers = Thread.startVirtualThread(() -> countAnswers(link, first, room));
                while (!isOver() && answers.isAlive()) {
                    long due = base + (System.nanoTime() - since) * PUSHES_PER_SECOND / 1_000_000_000L;
                    if (counts != measured || !counts && due - next > PUSHES_PER_SECOND / 10) {
                        counts = measured;
                        base = next;
                        since = System.nanoTime();
                    }
                    for (; next < due && room.tryAcquire(); next++) {
                        String value = "e" + next;
                        link.add(stream ? new String[] {"XADD", "q", "*", "v", value} : new String[] {"RPUSH", "q", value});
                    }
                    link.flush();
                    LockSupport.parkNanos(1_000_000);
                }
                while (answers.isAlive() && room.availablePermits() < PIPELINE_MAX) {
                    LockSupport.parkNanos(1_000_000);
                }
            } catch (IOException e) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private boolean isOver() {
        return measured && System.nanoTime() - measuredSinceNanos > SECONDS * 1_000_000_000L;
    }

    private void countAnswers(Link link, int first, Semaphore room) {
        try {
            for (int i = first; true; i++) {
                if (!link.receive().getFirst().startsWith("-")) {
                    pushed.add("e" + i);
                }
                room.release();
            }
        } catch (IOException broken) {
            // Whether the others were pushed is not known.
        }
    }

    /** A connection; replies come as their texts in order, errors with their minus. */
    private static final class Link implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Link(NodeProcess.Ports to) throws IOException {
            socket = new Socket(to.host(), to.plain());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        }

        List<String> call(String... words) throws IOException {
            send(words);
            return receive();
        }

        void send(String... words) throws IOException {
            add(words);
            flush();
        }

        void add(String... words) {
            StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
            }
            out.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void flush() throws IOException {
            socket.getOutputStream().write(out.toByteArray());
            out.reset();
        }

        List<String> receive() throws IOException {
            List<String> texts = new ArrayList<>();
            read(texts);
            return texts.isEmpty() ? List.of("") : texts;
        }

        private void read(List<String> texts) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                line.append((char) c);
            }
            String rest = line.substring(1).strip();
            switch (line.charAt(0)) {
                case '*' -> {
                    for (int i = Integer.parseInt(rest); i > 0; i--) {
                        read(texts);
                    }
                }
                case '$' -> {
                    byte[] bytes = new byte[Math.max(0, Integer.parseInt(rest) + 2)];
                    in.readFully(bytes, 0, rest.equals("-1") ? 0 : bytes.length);
                    texts.add(new String(bytes, 0, Math.max(0, bytes.length - 2), StandardCharsets.ISO_8859_1));
                }
                case '-' -> texts.add("-" + rest);
                default -> texts.add(rest);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
