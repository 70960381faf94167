package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.node.engine.rdb.RdbListener;
import dev.balsa.node.engine.rdb.RdbReader;
import dev.balsa.node.engine.rdb.RdbSaveOptions;
import dev.balsa.node.engine.rdb.RdbWriter;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All types at once: a keyspace is saved while it goes on, the file is loaded elsewhere, and both go on with the same
 * requests, times and seeds. Freed memory is overwritten at once (checked keyspace). The seed is printed; replayed with
 * -Dbalsa.seed=...
 *
 * <p>What the two may answer differently, and why:
 * <ul>
 *   <li>MEMORY USAGE: a loaded value has no room left over from when it was larger.
 *   <li>OBJECT IDLETIME and FREQ: each replica counts the accesses that it sees.
 *   <li>DBSIZE: counts dead keys until they are removed, which each replica does when it has time.
 * </ul>
 */
class AllTypesTest {
    private static final int ROUNDS = Integer.getInteger("balsa.rounds", 6);
    private static final int REQUESTS = 1_500;
    private static final Set<String> OWN_REPLIES = Set.of("memory", "dbsize");
    private static final EncodingLimits SMALL = new EncodingLimits(6, 20, 8, 6, 20, 6, 20, 4, 300, 5, 60);

    private final ExecutorService saver = Executors.newSingleThreadExecutor();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        saver.shutdownNow();
    }

    @Test
    void a_restored_keyspace_goes_on_like_the_one_that_was_saved() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("AllTypesTest: -Dbalsa.seed=" + seed);
        for (EncodingLimits limits : List.of(EncodingLimits.DEFAULT, SMALL)) {
            Requests requests = new Requests(seed);
            Random random = new Random(seed);
            Replica replica = new Replica(limits);
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    replica = saveAndGoOn(replica, requests, random, limits, "seed " + seed + ", round " + round);
                }
                replica.emptyItself();
                assertThat(replica.keyspace.usedBytes()).as("used bytes, seed " + seed).isZero();
                assertThat(replica.keyspace.heldBytes()).as("held bytes, seed " + seed).isZero();
            } finally {
                replica.keyspace.close();
            }
        }
    }

    private Replica saveAndGoOn(Replica original, Requests requests, Random random, EncodingLimits limits, String at)
            throws Exception {
        StateDigest before = original.digest();
        Path file = directory.resolve("dump.rdb");
        Snapshot snapshot = original.keyspace.snapshot();
        boolean compressed = random.nextBoolean();
        CompletableFuture<Void> saved =
                CompletableFuture.runAsync(() -> save(snapshot, file, compressed, before, at), saver);
        long time = original.nowMillis;
        int database = original.database;
        List<List<String>> done = new ArrayList<>();
        List<String> replies = new ArrayList<>();
        // A disk that stands still would have it remember more than the heap holds.
        while (done.size() < REQUESTS || !saved.isDone() && done.size() < 10 * REQUESTS) {
            List<String> request = requests.next();
            done.add(request);
            replies.add(original.run(request));
            if (random.nextInt(20) == 0) {
                original.keyspace.reclaim(random.nextInt(30));
                original.keyspace.removeDue(random.nextInt(5));
            }
        }
        saved.get();

        Replica restored = new Replica(limits);
        restored.nowMillis = time;
        restored.database = database;
        restored.seed = original.seed - done.size();
        restored.keyspace.time(time, time);
        RdbReader.load(file, restored.keyspace, new Nobody());
        assertThat(restored.digest()).as(at + ", loaded").isEqualTo(before);
        for (int i = 0; i < done.size(); i++) {
            String reply = restored.run(done.get(i));
            String word = done.get(i).getFirst().toLowerCase(Locale.ROOT);
            if (!OWN_REPLIES.contains(word) && !word.equals("object")) {
                assertThat(reply).as("%s, request %d: %s", at, i, done.get(i)).isEqualTo(replies.get(i));
            }
        }
        assertThat(restored.digest()).as(at + ", gone on").isEqualTo(original.digest());
        boolean goesOn = random.nextBoolean();
        (goesOn ? original : restored).keyspace.close();
        return goesOn ? restored : original;
    }

    private static void save(Snapshot snapshot, Path file, boolean compressed, StateDigest before, String at) {
        RdbSaveOptions options = RdbSaveOptions.plain(1, 1);
        try (snapshot) {
            RdbWriter.save(snapshot, file, compressed ? options.withCompression() : options);
        } catch (IOException e) {
            throw new IllegalStateException(at + ", saving " + before, e);
        }
    }

    @Test
    void a_view_keeps_its_digest_whatever_is_written_meanwhile() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("AllTypesTest: -Dbalsa.seed=" + seed);
        for (EncodingLimits limits : List.of(EncodingLimits.DEFAULT, SMALL)) {
            Requests requests = new Requests(seed);
            Random random = new Random(seed);
            Replica replica = new Replica(limits);
            try {
                for (int round = 0; round < 4 * ROUNDS; round++) {
                    StateDigest before = replica.digest();
                    Snapshot snapshot = replica.keyspace.snapshot();
                    int count = random.nextInt(round % 4 == 0 ? 2_000 : 100);
                    for (int i = 0; i < count; i++) {
                        replica.run(requests.next());
                        replica.keyspace.reclaim(random.nextInt(10));
                    }
                    assertThat(StateDigest.of(snapshot)).as("seed %d, round %d", seed, round).isEqualTo(before);
                    snapshot.close();
                    for (int i = random.nextInt(200); i > 0; i--) {
                        replica.run(requests.next());
                    }
                }
                replica.emptyItself();
                assertThat(replica.keyspace.usedBytes()).as("used bytes, seed " + seed).isZero();
            } finally {
                replica.keyspace.close();
            }
        }
    }

    /** Requests of every kind, mixed. */
    private static final class Requests {
        private final Random random;
        private final RandomCommands any;
        private final RandomGrowth growth;

        Requests(long seed) {
            random = new Random(seed);
            any = new RandomCommands(seed, payloads());
            growth = new RandomGrowth(seed);
        }

        List<String> next() {
            return random.nextInt(100) < 40 ? growth.next() : any.next();
        }

        private static List<String> payloads() {
            Replica replica = new Replica(EncodingLimits.DEFAULT);
            RandomGrowth some = new RandomGrowth(7);
            for (int i = 0; i < 2_000; i++) {
                replica.run(some.next());
            }
            List<String> payloads = new ArrayList<>();
            for (String type : RandomGrowth.TYPES) {
                for (int i = 0; i < 3; i++) {
                    String dump = replica.run(List.of("DUMP", type + ":" + i));
                    if (!dump.startsWith("$-1")) {
                        payloads.add(dump.substring(dump.indexOf('\n') + 1, dump.length() - 2));
                    }
                }
            }
            replica.keyspace.close();
            return payloads;
        }
    }

    /** A keyspace, the clock and the seed of its log. */
    private static final class Replica {
        private final Keyspace keyspace = new Keyspace(16, 1L << 30, true);
        private final RespWriter reply = new RespWriter(1024);
        private long nowMillis = 1_700_000_000_000L;
        private long seed = 1;
        private int database;

        Replica(EncodingLimits limits) {
            keyspace.limits(limits);
        }

        /** Runs one request; the bytes of its reply, one char a byte. */
        String run(List<String> request) {
            nowMillis += 1 + seed % 3;
            long its = seed++ * 0x9E3779B97F4A7C15L;
            Args args = Args.of(request.toArray(new String[0]));
            Command command = CommandTable.find(args);
            if (command == null || !command.spec().accepts(args.count())) {
                return "";
            }
            if (command.word().equals("SELECT")) {
                database = Math.floorMod(args.text(1).hashCode(), 3);
                return "";
            }
            reply.reset();
            keyspace.time(nowMillis, nowMillis);
            command.body().run(new Call(keyspace, args, reply).next(database, its));
            return new String(reply.copy(), StandardCharsets.ISO_8859_1);
        }

        StateDigest digest() {
            keyspace.time(nowMillis, nowMillis);
            try (Snapshot snapshot = keyspace.snapshot()) {
                return StateDigest.of(snapshot);
            }
        }

        void emptyItself() {
            run(List.of("FLUSHALL"));
            while (keyspace.reclaim(100)) {}
        }
    }

    private static final class Nobody implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {}
    }
}
