package dev.balsa.node.engine.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Microseconds for a string of so many bytes, made of words as text is. Run {@link #main} with the test class path; its
 * arguments are a filter of names.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class LzfBenchmark {
    private static final String[] WORDS = "leader follower term log entry index vote snapshot commit apply".split(" ", -1);

    @Param({"100", "10000", "1000000"})
    private int bytes;

    private final Lzf lzf = new Lzf();
    private byte[] text = {};
    private byte[] packed = {};
    private byte[] into = {};
    private int packedBytes;

    public static void main(String[] names) throws RunnerException {
        String include = names.length == 0 ? LzfBenchmark.class.getSimpleName() : names[0];
        new Runner(new OptionsBuilder().include(include).build()).run();
    }

    @Setup
    public void fill() {
        Random random = new Random(1);
        StringBuilder words = new StringBuilder();
        while (words.length() < bytes) {
            words.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(100)).append(' ');
        }
        text = words.substring(0, bytes).getBytes(US_ASCII);
        packed = new byte[bytes];
        into = new byte[bytes];
        packedBytes = lzf.compress(text, bytes, packed);
    }

    @Benchmark
    public int compress() {
        return lzf.compress(text, bytes, packed);
    }

    @Benchmark
    public boolean expand() {
        return Lzf.expand(packed, 0, packedBytes, into, bytes);
    }
}
