package dev.balsa.node.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.balsa.node.engine.memory.AddressSpace;
import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Nanoseconds per operation of what holds the keys: a million of 16 bytes with values of 64 (SlotTable, Blobs, Slabs),
 * of which half have a deadline (ExpiryIndex), marks of WATCH, and Waiters.
 *
 * <p>Run {@link #main} with the test class path; its arguments are a filter of names.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"
})
public class KeyspaceBenchmark {
    private static final int KEYS = 1_000_000;
    private static final int WAITING = 1_000;
    private static final byte[] NO_GROUP = {};
    private static final long HOUR_MILLIS = 3_600_000;

    private final Keyspace keyspace = new Keyspace(1, 4L << 30);
    private final Database db = keyspace.database(0);
    private final Slabs slabs = new Slabs(1L << 30, false);
    private final AddressSpace space = AddressSpace.reserve(1L << 20);
    private final int[] blobs = new int[4096];
    private final Random random = new Random(1);
    private final byte[] value = new byte[64];
    private byte[][] keys = {};

    public static void main(String[] names) throws RunnerException {
        String include = names.length == 0 ? KeyspaceBenchmark.class.getSimpleName() : names[0];
        new Runner(new OptionsBuilder().include(include).build()).run();
    }

    @Setup
    public void fill() {
        keyspace.time(1, 1);
        keys = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = String.format("key:%012d", i).getBytes(US_ASCII);
            set(keys[i], i % 2 == 0 ? 0 : HOUR_MILLIS + i);
        }
        for (int i = 0; i < WAITING; i++) {
            keyspace.waiters().add(0, new Waiters.Wish(Waiters.Kind.LIST, NO_GROUP, List.of(keys[i]), HOUR_MILLIS + i, keys[i]));
        }
        for (int i = 0; i < blobs.length; i++) {
            blobs[i] = slabs.allocate(8 + random.nextInt(120));
        }
    }

    @TearDown
    public void close() {
        keyspace.close();
        slabs.close();
        space.close();
    }

    private void set(byte[] key, long deadlineMillis) {
        db.setString(key, 0, key.length, value, 0, value.length, deadlineMillis);
    }

    private byte[] any() {
        return keys[random.nextInt(KEYS)];
    }

    @Benchmark
    public int find() {
        return db.find(any(), 0, 16);
    }

    @Benchmark
    public void setOver() {
        set(any(), 0);
    }

    @Benchmark
    public void removeAndSet() {
        byte[] key = any();
        if (db.remove(key, 0, key.length)) {
            set(key, 0);
        }
    }

    @Benchmark
    public boolean moveDeadline() {
        byte[] key = any();
        return db.setDeadline(key, 0, key.length, HOUR_MILLIS + random.nextInt(KEYS));
    }

    @Benchmark
    public int allocateAndFree() {
        int place = random.nextInt(blobs.length);
        slabs.free(blobs[place]);
        blobs[place] = slabs.allocate(8 + random.nextInt(120));
        return blobs[place];
    }

    @Benchmark
    public void watchAndLeave() {
        byte[] key = any();
        long id = keyspace.marks().watch(0, key, 0, key.length, 0, 1);
        keyspace.marks().leave(0, key, 0, key.length, id);
    }

    /** As one of {@link #WAITING} clients, each at a list of its own. */
    @Benchmark
    public void waitAndLeave() {
        byte[] key = any();
        Waiters waiters = keyspace.waiters();
        waiters.add(0, new Waiters.Wish(Waiters.Kind.LIST, NO_GROUP, List.of(key), HOUR_MILLIS, key));
        Waiters.Key place = new Waiters.Key(0, ByteBuffer.wrap(key));
        waiters.remove(waiters.queue(place, waiters.topics(place).getFirst()).getLast());
    }

    /** A page of memory is given back to the system and written again. */
    @Benchmark
    public void giveBackAndTouch() {
        space.giveBack(0, 4096);
        space.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }
}
