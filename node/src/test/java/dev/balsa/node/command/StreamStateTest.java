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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What random requests on streams leave: under snapshots, in files, and in memory when all is gone. */
class StreamStateTest {
    private static final EncodingLimits LIMITS =
            new EncodingLimits(128, 64, 512, 128, 64, 128, 64, -2, 300, 5, 3000);
    private static final int ROUNDS = 30;
    private static final int REQUESTS = 300;

    private final long seed = Long.getLong("balsa.seed", System.nanoTime());

    @TempDir
    private Path directory;

    @Test
    void a_snapshot_shows_what_was_there_when_it_was_taken() {
        System.out.println("StreamStateTest: -Dbalsa.seed=" + seed);
        try (Keyspace one = keyspace();
                Keyspace other = keyspace()) {
            RandomStreamCommands commands = new RandomStreamCommands(seed);
            for (int round = 0; round < ROUNDS; round++) {
                List<List<String>> requests = next(commands);
                try (Snapshot snapshot = one.snapshot()) {
                    run(one, requests, round);
                    assertThat(StateDigest.of(snapshot)).as("seed %d", seed).isEqualTo(digest(other));
                }
                run(other, requests, round);
                assertThat(digest(one)).as("seed %d", seed).isEqualTo(digest(other));
            }
            one.clear();
            while (one.reclaim(10)) {}
            assertThat(one.space().heapBytes()).as("seed %d", seed).isZero();
            assertThat(one.heldBytes()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void a_replica_that_was_restored_goes_on_like_one_that_was_not() throws IOException {
        System.out.println("StreamStateTest: -Dbalsa.seed=" + seed);
        Keyspace restored = keyspace();
        try (Keyspace one = keyspace()) {
            RandomStreamCommands commands = new RandomStreamCommands(seed);
            for (int round = 0; round < ROUNDS; round++) {
                List<List<String>> requests = next(commands);
                assertThat(run(restored, requests, round)).as("seed %d", seed).isEqualTo(run(one, requests, round));
                restored.close();
                restored = keyspace();
                Path file = directory.resolve("dump" + round);
                try (Snapshot snapshot = one.snapshot()) {
                    RdbWriter.save(snapshot, file, RdbSaveOptions.plain(1, 1));
                }
                RdbReader.load(file, restored, new Nobody());
                assertThat(digest(restored)).as("seed %d", seed).isEqualTo(digest(one));
            }
        } finally {
            restored.close();
        }
    }

    private static final class Nobody implements RdbListener {
        @Override
        public void field(String name, byte[] value) {}

        @Override
        public void moved(long bytes, long keys) {}
    }

    private static Keyspace keyspace() {
        Keyspace keyspace = new Keyspace(1, 1L << 30, true);
        keyspace.limits(LIMITS);
        return keyspace;
    }

    private static List<List<String>> next(RandomStreamCommands commands) {
        List<List<String>> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(commands.next());
        }
        return requests;
    }

    /** Runs requests at a moment that the round tells; returns what they replied. */
    private static List<String> run(Keyspace keyspace, List<List<String>> requests, int round) {
        List<String> replies = new ArrayList<>();
        RespWriter reply = new RespWriter(1024);
        for (int i = 0; i < requests.size(); i++) {
            long now = 1_767_225_600_000L + round * 10_000L + i;
            keyspace.time(now, now);
            Args args = Args.of(requests.get(i).toArray(new String[0]));
            Command command = CommandTable.find(args);
            if (command != null && command.spec().accepts(args.count()) && !command.isElsewhere()) {
                reply.reset();
                command.body().run(new Call(keyspace, args, reply).next(0, i));
                replies.add(Arrays.toString(reply.copy()));
            }
        }
        return replies;
    }

    private static StateDigest digest(Keyspace keyspace) {
        try (Snapshot snapshot = keyspace.snapshot()) {
            return StateDigest.of(snapshot);
        }
    }
}
