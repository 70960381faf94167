package dev.balsa.node.engine.value;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.balsa.node.engine.memory.Slabs;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Nanoseconds per operation of the structures behind collections: large ones of {@code elements} members of 16 bytes
 * (SlotTable and Elements by way of HashTable, ChunkTree of QuickList, StreamNodes of Stream), packed ones of 64.
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
public class StructuresBenchmark {
    private static final int PACKED = 64;
    private static final int LIST_LIMIT = -2;

    @Param({"10000", "1000000"})
    private int elements;

    private final Slabs slabs = new Slabs(4L << 30, false);
    private final ValueSpace space = new ValueSpace(slabs, _ -> {});
    private final Random random = new Random(1);
    private final LargeSet set = new LargeSet(space);
    private final LargeSortedSet sorted = new LargeSortedSet(space);
    private final QuickList list = new QuickList(space);
    private final Stream stream = new Stream(space);
    private final IdMap ids = new IdMap(space, 2);
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final RefSet refs = new RefSet();
    private final CountedTree.Cursor cursor = new CountedTree.Cursor();
    private final MemorySegment memory = slabs.memory();
    private final Listpack packs = new Listpack(memory);
    private final PackedFields fields = new PackedFields(memory);
    private final Intset intsets = new Intset(memory);
    private final byte[] registers = new byte[HyperLogLog.REGISTERS];
    private byte[][] names = {};
    private byte[] ziplist = {};
    private long added;
    private long pack;
    private long fieldsAt;
    private long fieldsEnd;
    private long intset;

    public static void main(String[] names) throws RunnerException {
        String include = names.length == 0 ? StructuresBenchmark.class.getSimpleName() : names[0];
        new Runner(new OptionsBuilder().include(include).build()).run();
    }

    @Setup
    public void fill() {
        names = new byte[elements][];
        for (int i = 0; i < elements; i++) {
            names[i] = String.format("member:%09d", i).getBytes(US_ASCII);
            boolean _ = set.add(names[i], 0, names[i].length);
            // An insertion is where the last search ended.
            int _ = sorted.find(names[i], 0, names[i].length);
            sorted.insert(names[i], 0, names[i].length, random.nextInt(elements));
            list.push(false, names[i], 0, names[i].length, LIST_LIMIT);
            ids.set(ids.insert(i, 0), 0, i);
            deadlines.add(random.nextInt(elements), i);
            refs.add(i + 1);
            stream.add(new StreamId(1 + i, 0), new Pair(names[i]), EncodingLimits.DEFAULT);
        }
        added = elements;
        ziplist = ZiplistTest.ziplist(Arrays.stream(names).limit(PACKED).map(name -> new String(name, US_ASCII)).toList());
        pack = ValueSpace.offset(space.allocate(PACKED * 32));
        fieldsAt = ValueSpace.offset(space.allocate(PACKED * 32));
        intset = ValueSpace.offset(space.allocate(PACKED * 16));
        packs.init(pack);
        intsets.init(intset);
        fieldsEnd = fieldsAt;
        for (int i = 0; i < PACKED; i++) {
            packs.insert(pack, packs.end(pack), names[i], 0, names[i].length);
            fieldsEnd = fields.put(fieldsEnd, names[i], 0, names[i].length);
            intsets.insert(intset, i, i * 1_000L);
        }
    }

    @TearDown
    public void close() {
        slabs.close();
    }

    private byte[] any() {
        return names[random.nextInt(elements)];
    }

    @Benchmark
    public boolean hashTableFind() {
        byte[] name = any();
        return set.contains(name, 0, name.length);
    }

    @Benchmark
    public boolean hashTableRemoveAndAdd() {
        byte[] name = any();
        return set.remove(name, 0, name.length) && set.add(name, 0, name.length);
    }

    @Benchmark
    public int countedTreeRank() {
        byte[] name = any();
        return sorted.rank(sorted.find(name, 0, name.length));
    }

    @Benchmark
    public int countedTreeSeek() {
        cursor.seek(sorted.tree(), random.nextInt(elements));
        return cursor.ref();
    }

    @Benchmark
    public void countedTreeMove() {
        byte[] name = any();
        sorted.setScore(sorted.find(name, 0, name.length), random.nextInt(elements));
    }

    @Benchmark
    public long quickListSeek() {
        return list.seek(random.nextInt(elements));
    }

    @Benchmark
    public void quickListPushAndPop() {
        byte[] name = any();
        list.push(true, name, 0, name.length, LIST_LIMIT);
        list.removeRange(list.size() - 1, 1, LIST_LIMIT);
    }

    @Benchmark
    public void streamAddAndTrim() {
        stream.add(new StreamId(++added, 0), new Pair(any()), EncodingLimits.DEFAULT);
        long _ = stream.trim(new Stream.Trim(elements, new StreamId(0, 0), true, Long.MAX_VALUE));
    }

    /** The ten entries from one on. */
    @Benchmark
    public long streamRange() {
        long from = added - elements + 1 + random.nextInt(elements - 10);
        StreamCursor at = stream.range(new StreamId(from, 0), new StreamId(from + 9, 0), false);
        long sum = 0;
        while (at.next()) {
            sum += at.ms();
        }
        return sum;
    }

    @Benchmark
    public byte @Nullable [] ziplistToListpack() {
        return Ziplist.toListpack(ziplist, 0, ziplist.length);
    }

    @Benchmark
    public long idMapFind() {
        return ids.find(random.nextInt(elements), 0);
    }

    @Benchmark
    public void idMapRemoveAndInsert() {
        int id = random.nextInt(elements);
        ids.remove(ids.find(id, 0));
        ids.set(ids.insert(id, 0), 0, id);
    }

    @Benchmark
    public void deadlineHeapTakeAndAdd() {
        long first = deadlines.first();
        int hash = deadlines.firstHash();
        deadlines.removeFirst();
        deadlines.add(first + elements, hash);
    }

    @Benchmark
    public boolean refSetRemoveAndAdd() {
        int ref = 1 + random.nextInt(elements);
        boolean there = refs.remove(ref);
        refs.add(ref);
        return there;
    }

    @Benchmark
    public long listpackFind() {
        byte[] name = names[random.nextInt(PACKED)];
        return packs.find(packs.first(pack), name, 0, name.length, 1);
    }

    @Benchmark
    public long packedFieldsFind() {
        byte[] name = names[random.nextInt(PACKED)];
        return fields.find(fieldsAt, fieldsEnd, name, 0, name.length, 1);
    }

    @Benchmark
    public int intsetFind() {
        return intsets.find(intset, random.nextInt(PACKED) * 1_000L);
    }

    @Benchmark
    public long xxh3() {
        return Xxh3.hash(memory, pack, 64);
    }

    @Benchmark
    public long hyperLogLogAdd() {
        byte[] name = any();
        long hash = HyperLogLog.hash(name, 0, name.length);
        int register = HyperLogLog.register(hash);
        registers[register] = (byte) Math.max(registers[register], HyperLogLog.value(hash));
        return hash;
    }

    @Benchmark
    public long hyperLogLogCount() {
        return HyperLogLog.count(registers);
    }

    /** One field of a byte, with that name's 16 bytes as its value. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pair(byte[] name) implements StreamFields {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public byte[] array() {
            return name;
        }

        @Override
        public int offset(int i) {
            return 0;
        }

        @Override
        public int length(int i) {
            return i == 0 ? 1 : name.length;
        }
    }
}
