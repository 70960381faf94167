package dev.balsa.proto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proto.resp.RespReplyDecoder;
import dev.balsa.proto.slot.Slots;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Nanoseconds per command of what every command passes through: a buffer of 64 pipelined SETs of a 16-byte key and a
 * 64-byte value is decoded, its commands looked up, written into a log entry, and read from one.
 *
 * <p>Run {@link #main} with the test class path; its arguments are a filter of names.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-Xmx512m"})
public class ProtoBenchmark {
    private static final int COMMANDS = 64;

    private final byte[] requests = requests();
    private final byte[] replies = "+OK\r\n".repeat(COMMANDS).getBytes(ISO_8859_1);
    private final RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
    private final RespReplyDecoder replyDecoder = new RespReplyDecoder();
    private final SpecTable table = table();
    private final EntryWriter writer = new EntryWriter();
    private final EntryReader reader = new EntryReader();
    private final Args args = new Args();
    private final ByteBuffer entry = entry();

    public static void main(String[] names) throws RunnerException {
        String include = names.length == 0 ? ProtoBenchmark.class.getSimpleName() : names[0];
        new Runner(new OptionsBuilder().include(include).build()).run();
    }

    /** Decodes, only. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int decode() {
        int found = 0;
        for (int from = 0; from < requests.length; found += args.count()) {
            from += decoder.decode(requests, from, requests.length, args);
        }
        return found;
    }

    /** Decodes, looks the command up, computes the slot. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int decodeAndRoute() {
        int found = 0;
        for (int from = 0; from < requests.length; ) {
            from += decoder.decode(requests, from, requests.length, args);
            found += table.indexOf(args) + Slots.slot(args, 1);
        }
        return found;
    }

    /** Decodes and writes one log entry of all commands, its checksum included. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public ByteBuffer decodeAndWriteEntry() {
        return entry();
    }

    /** Verifies an entry and decodes its commands. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int readEntry() {
        reader.wrap(entry);
        int found = 0;
        while (reader.next(args)) {
            found += args.count();
        }
        return found;
    }

    /** Finds the ends of replies. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int replyEnds() {
        int found = 0;
        for (int from = 0; from < replies.length; found++) {
            from += replyDecoder.decode(replies, from, replies.length);
        }
        return found;
    }

    private ByteBuffer entry() {
        writer.reset();
        for (int from = 0; from < requests.length; ) {
            from += decoder.decode(requests, from, requests.length, args);
            writer.append(args, 0);
        }
        return writer.finish(1, 2);
    }

    private static byte[] requests() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < COMMANDS; i++) {
            text.append("*3\r\n$3\r\nSET\r\n$16\r\nkey:").append(String.format("%012d", i * 7919));
            text.append("\r\n$64\r\n").append("v".repeat(64)).append("\r\n");
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static SpecTable table() {
        List<CommandSpec> specs = new ArrayList<>();
        for (String name : List.of("get", "set", "del", "incr", "mset", "mget", "hset", "zadd", "zrevrangebyscore")) {
            specs.add(new CommandSpec(
                    name, -1, 0, 1, 1, 1, List.of(), List.of(), List.of(), CommandSpec.Doc.NONE, List.of()));
        }
        return new SpecTable(specs);
    }
}
