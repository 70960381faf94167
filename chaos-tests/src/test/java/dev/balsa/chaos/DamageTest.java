package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.workload.AcknowledgedWrites;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node's files are damaged while it is down and clients write to the others: a torn tail is cut off, anything else is named and refused, and a node whose
 * directory was moved away is a full member again without a hand.
 */
class DamageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Records of a segment begin behind its header's page. */
    private static final int RECORDS_START = 4096;

    /** The shortest record: its header and a small write. */
    private static final int RECORD_MIN_BYTES = 64;
    /** So much of a record must be left for its remains to be seen as such; less is passed over in silence. */
    private static final int RECOGNISED_BYTES = 16;

    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final Random random = new Random(SEED);
    private TestCluster cluster;
    private AcknowledgedWrites writes;
    private NodeProcess victim;

    @BeforeEach
    void three_nodes_serve_under_load() throws IOException {
        System.out.println("DamageTest: -Dbalsa.seed=" + SEED);
        cluster = TestCluster.create(directory, 3, 1);
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
        victim = cluster.node(3);
        writes = new AcknowledgedWrites(10, attempt -> cluster.node(attempt % 2 + 1).ports());
        writes.start();
        awaitMore(500);
    }

    @AfterEach
    void stop() throws Exception {
        if (writes != null) {
            writes.close();
        }
        cluster.close();
    }

    @Test
    void a_torn_tail_is_cut_off_and_written_again() throws Exception {
        // After a power failure the watermark may be old: what lies behind it may have been under way.
        Path watermark = victim.group(0).resolve("log").resolve("watermark");
        byte[] old = Files.readAllBytes(watermark);
        awaitMore(500);
        victim.kill();
        Files.write(watermark, old);
        Path segment = lastSegment(victim);
        cut(segment, contentEnd(segment) - 1 - random.nextInt(RECORD_MIN_BYTES - RECOGNISED_BYTES));
        awaitMore(500);
        victim.start();
        awaitSame();
        assertThat(Files.readString(victim.log())).contains(segment.getFileName() + ": cut at offset ");
    }

    @Test
    void damaged_files_are_refused_by_name_and_their_node_comes_back_empty() throws Exception {
        save(victim);
        victim.kill();
        Path segment = lastSegment(victim);
        byte[] log = Files.readAllBytes(segment);
        // Not at the end: what was not synced yet when the node was killed may be missing.
        long inside = RECORDS_START + random.nextLong((contentEnd(segment) - RECORDS_START) / 2);
        flip(segment, inside);
        refusesAndNames(segment);
        Files.write(segment, log);
        cut(segment, inside);
        refusesAndNames(segment);
        Files.write(segment, log);
        Path snapshot = largest(victim.group(0).resolve("snapshots"));
        flip(snapshot, random.nextLong(Files.size(snapshot)));
        refusesAndNames(snapshot);
        comesBackEmpty();
    }

    private void refusesAndNames(Path file) throws IOException {
        awaitMore(200);
        victim.start();
        await().atMost(PATIENCE).until(() -> !victim.isAlive());
        assertThat(victim.tail())
                .contains(file.toString())
                .containsPattern("at offset [0-9]+")
                .contains("move " + victim.group(0) + " away and start again");
        awaitMore(200);
    }

    /** As README says; the others have compacted their logs, so that it needs a snapshot. */
    private void comesBackEmpty() throws Exception {
        Files.move(victim.group(0), victim.group(0).resolveSibling("damaged"));
        save(cluster.node(1));
        save(cluster.node(2));
        awaitMore(500);
        save(cluster.node(1));
        save(cluster.node(2));
        victim.start();
        awaitMore(500);
        awaitSame();
        assertThat(Files.readString(victim.log())).contains("loaded the snapshot");
        // It counts again: with one of the others gone, the two that are left are a majority.
        cluster.node(1).kill();
        await().atMost(PATIENCE).until(() -> TestCluster.serves(victim));
        assertThat(writes.verify(victim.ports())).as(cluster.logs()).isEmpty();
    }

    /** Ends the load, and waits until all replicas hold the same. */
    private void awaitSame() throws IOException {
        writes.stop();
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            List<String> digests = List.of(
                    TestCluster.digest(cluster.node(1)), TestCluster.digest(cluster.node(2)), TestCluster.digest(victim));
            assertThat(digests).as(cluster.logs()).containsOnly(digests.getFirst());
        });
        assertThat(writes.verify(victim.ports())).as(cluster.logs()).isEmpty();
    }

    private void awaitMore(long count) {
        long from = writes.acknowledged();
        await().atMost(PATIENCE).until(() -> writes.acknowledged() >= from + count);
    }

    private static void save(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connect(30_000)) {
            assertThat(socket.call("SAVE")).isEqualTo("+OK");
        }
    }

    private static Path lastSegment(NodeProcess node) throws IOException {
        try (Stream<Path> files = Files.list(node.group(0).resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(".log")).max(Comparator.naturalOrder()).orElseThrow();
        }
    }

    private static Path largest(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
        }
    }

    /** Where the zeros begin that a segment is filled up with; records are padded to eight bytes. */
    private static long contentEnd(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        assertThat(Arrays.equals(bytes, 0, end, new byte[end], 0, end)).isFalse();
        return (end + 7L) & -8L;
    }

    private static void cut(Path path, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
        System.out.println("cut " + path + " at offset " + length);
    }

    private static void flip(Path path, long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 0x10);
        }
        System.out.println("flipped a bit in " + path + " at offset " + offset);
    }
}
