package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Snapshot;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long replies are of the moment of their read, whatever is written between their slices. */
class SlicedReplyTest {
    private static final long SEED = Long.getLong("balsa.seed", System.nanoTime());
    private static final int ELEMENTS = 5_000;
    private static final String[] READS = {
        "SMEMBERS set", "HGETALL hash", "HKEYS hash", "HVALS hash", "LRANGE list 0 -1", "LRANGE list 100 -200",
        "ZRANGE zset 0 -1", "ZRANGE zset 0 -1 WITHSCORES", "ZREVRANGE zset 10 4000", "ZRANGEBYSCORE zset 10 300"
    };

    private final Random random = new Random(SEED);
    private final Keyspace keyspace = new Keyspace(1, 256 << 20, true);
    private @Nullable Snapshot view;

    SlicedReplyTest() {
        System.out.println("SlicedReplyTest: -Dbalsa.seed=" + SEED);
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    /** A reply under way, and what it must become. */
    private record Reading(String whole, StringBuilder got, SlicedReply rest) {
        boolean advance() {
            RespWriter slice = new RespWriter(1024);
            boolean more = rest.next(slice);
            got.append(text(slice));
            if (!more) {
                rest.close();
                assertThat(got.toString()).isEqualTo(whole);
            }
            return more;
        }
    }

    @Test
    void a_reply_in_slices_is_that_of_its_moment() {
        List<Reading> readings = new ArrayList<>();
        for (int round = 0; round < 20_000; round++) {
            if (round % 2_000 == 0) {
                fill();
            }
            change();
            if (readings.size() < 6 && random.nextInt(20) == 0) {
                begin(READS[random.nextInt(READS.length)], readings);
            }
            if (!readings.isEmpty() && random.nextInt(10) == 0) {
                Reading one = readings.get(random.nextInt(readings.size()));
                if (!one.advance()) {
                    readings.remove(one);
                }
            }
            toggleView();
        }
        for (Reading left : readings) {
            while (left.advance()) {
                // To the end.
            }
        }
        if (view != null) {
            view.close();
        }
        run("DEL set hash list zset");
        while (keyspace.reclaim(1_000)) {
            // Until all is given back.
        }
        assertThat(keyspace.space().heldBackBytes()).isZero();
        assertThat(keyspace.space().heapBytes()).isZero();
        keyspace.clear();
        while (keyspace.reclaim(1_000)) {
            // The tables.
        }
        assertThat(keyspace.usedBytes()).isZero();
    }

    @Test
    void a_value_that_nobody_reads_any_more_is_changed_in_place_again() {
        fill();
        List<Reading> readings = new ArrayList<>();
        begin("LRANGE list 0 -1", readings);
        while (readings.getFirst().advance()) {
            run("LPUSH list more");
        }
        while (keyspace.reclaim(1_000)) {
            // What was held back.
        }
        long before = keyspace.usedBytes();
        for (int i = 0; i < 1_000; i++) {
            run("LSET list 2000 " + (100_000 + i));
        }
        assertThat(keyspace.usedBytes() - before).isBetween(-20_000L, 20_000L);
    }

    private void toggleView() {
        if (view == null && random.nextInt(500) == 0) {
            view = keyspace.snapshot();
        } else if (view != null && random.nextInt(500) == 0) {
            view.close();
            view = null;
        }
        keyspace.reclaim(20);
    }

    private void begin(String read, List<Reading> into) {
        String whole = run(read);
        RespWriter reply = new RespWriter(1024);
        Call call = new Call(keyspace, args(read), reply);
        body(call).run(call.next(0, 1).sliced(true));
        SlicedReply rest = call.takeRest();
        if (rest != null) {
            into.add(new Reading(whole, new StringBuilder(text(reply)), rest));
        } else {
            assertThat(text(reply)).isEqualTo(whole);
        }
    }

    private void fill() {
        for (int i = 0; i < ELEMENTS; i++) {
            run("SADD set member" + i);
            run("HSET hash field" + i + " value" + i);
            run("RPUSH list element" + i);
            run("ZADD zset " + i % 400 + " member" + i);
        }
    }

    private void change() {
        int i = random.nextInt(2 * ELEMENTS);
        switch (random.nextInt(14)) {
            case 0 -> run("SADD set member" + i);
            case 1 -> run("SREM set member" + i);
            case 2 -> run("HSET hash field" + i + " value" + random.nextInt(99_999));
            case 3 -> run("HDEL hash field" + i);
            case 4 -> run("LPUSH list element" + i);
            case 5 -> run("LSET list " + random.nextInt(100) + " changed" + i);
            case 6 -> run("LPOP list " + random.nextInt(3));
            case 7 -> run("LREM list 1 element" + i);
            case 8 -> run("ZADD zset " + random.nextInt(400) + " member" + i);
            case 9 -> run("ZREM zset member" + i);
            case 10 -> run("LTRIM list 1 -2");
            case 11 -> run("HINCRBY hash number 1");
            case 12 -> run(random.nextInt(300) == 0 ? "DEL set hash" : "SPOP set");
            default -> run(random.nextInt(300) == 0 ? "RENAME list zset" : "ZPOPMIN zset");
        }
    }

    private String run(String line) {
        RespWriter reply = new RespWriter(1024);
        Call call = new Call(keyspace, args(line), reply);
        body(call).run(call.next(0, random.nextLong()));
        assertThat(call.takeRest()).isNull();
        return text(reply);
    }

    private static Command.Body body(Call call) {
        Command command = CommandTable.find(call.args());
        if (command == null) {
            throw new AssertionError("no such command: " + call.args().text(0));
        }
        return command.body();
    }

    private static Args args(String line) {
        String[] words = line.split(" ", -1);
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        Args args = new Args();
        args.reset(bytes);
        int at = 0;
        for (String word : words) {
            args.add(at, word.length());
            at += word.length() + 1;
        }
        args.span(0, bytes.length);
        return args;
    }

    private static String text(RespWriter reply) {
        return new String(reply.array(), 0, reply.length(), StandardCharsets.US_ASCII);
    }
}
