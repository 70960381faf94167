package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random requests on bits and HyperLogLogs to our engine and to a redis-server: the same replies, and in the end the
 * same bytes. Only the count that Redis keeps in a HyperLogLog's head may be missing there: a read changes nothing
 * here.
 */
class BitDifferentialTest {
    private static final int REQUESTS = Integer.getInteger("balsa.requests", 20_000);
    private static final List<String> KEYS = List.of("a", "b", "c", "number", "text");
    private static final List<String> LOGS = List.of("x", "y", "z", "text");
    private static final List<String> INDEXES = List.of(
            "0", "1", "-1", "2", "-2", "3", "7", "8", "9", "63", "64", "65", "-8", "-9", "100", "-100", "1000", "70000",
            "9223372036854775807", "-9223372036854775808", "x");
    private static final List<String> VALUES = List.of(
            "0", "1", "-1", "2", "5", "127", "128", "-128", "-129", "255", "256", "65535", "-32769", "2147483648",
            "9223372036854775807", "-9223372036854775808", "4611686018427387904", "x");

    private final long seed = Long.getLong("balsa.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> done = new ArrayList<>();

    @Test
    void bit_commands_reply_and_leave_the_same_bytes() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        System.out.println("BitDifferentialTest: -Dbalsa.seed=" + seed);
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            for (int i = 0; i < REQUESTS / 2; i++) {
                List<String> request = bits();
                compare(request, redis, ours);
                if (i % 5 == 0) {
                    compare(List.of("GET", request.get(request.getFirst().equals("BITOP") ? 2 : 1)), redis, ours);
                }
            }
            for (String key : KEYS) {
                compare(List.of("GET", key), redis, ours);
                compare(List.of("EXPIRETIME", key), redis, ours);
            }
        }
    }

    @Test
    void hyperloglogs_count_the_same_and_have_the_same_bytes() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        System.out.println("BitDifferentialTest: -Dbalsa.seed=" + seed);
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(System.currentTimeMillis())) {
            for (int i = 0; i < REQUESTS / 4; i++) {
                compare(log(), redis, ours);
                if (i % 20 == 0) {
                    for (String key : LOGS) {
                        Reply our = ours.call("GET", key);
                        Reply their = redis.call("GET", key);
                        assertThat(registers(our)).as("seed %d, request %d, %s", seed, i, key)
                                .isEqualTo(registers(their));
                    }
                }
            }
        }
    }

    private void compare(List<String> request, RedisServer redis, EngineServer ours) throws IOException {
        done.add(request.toString());
        assertThat(ours.call(request).shown())
                .as("seed %d: %s", seed, done.subList(Math.max(0, done.size() - 3), done.size())).isEqualTo(redis.call(request).shown());
    }

    /** The string without the count in its head. */
    private static String registers(Reply reply) {
        return reply instanceof Reply.Bulk bulk && bulk.bytes().length() > 16 && bulk.bytes().startsWith("HYLL")
                ? bulk.bytes().substring(0, 8) + bulk.bytes().substring(16)
                : reply.shown();
    }

    private List<String> bits() {
        return switch (random.nextInt(12)) {
            case 0, 1 -> List.of("SETBIT", key(), offset(), one("0", "1", "1", "2", "x"));
            case 2 -> List.of("GETBIT", key(), offset());
            case 3, 4 -> ranged(new ArrayList<>(List.of("BITCOUNT", key())), false);
            case 5, 6 -> ranged(new ArrayList<>(List.of("BITPOS", key(), one("0", "1", "1", "0", "2", "x"))), true);
            case 7, 8 -> bitOp();
            case 9, 10 -> bitField();
            default -> other();
        };
    }

    private List<String> other() {
        return switch (random.nextInt(7)) {
            case 0 -> List.of("SET", "number", String.valueOf(random.nextLong() >> random.nextInt(64)));
            case 1 -> List.of("SET", "text", bytes(random.nextInt(30)));
            case 2 -> List.of("SET", key(), bytes(random.nextInt(2) * 300));
            case 3 -> List.of("DEL", key());
            case 4 -> List.of("SET", key(), (random.nextBoolean() ? "\0" : "\u00ff").repeat(random.nextInt(90)));
            case 5 -> List.of("EXPIREAT", key(), "9999999999");
            default -> List.of("STRLEN", key());
        };
    }

    private String bytes(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }

    private List<String> ranged(List<String> request, boolean openEnd) {
        if (random.nextInt(3) > 0) {
            request.add(one(INDEXES));
            if (!openEnd || random.nextBoolean()) {
                request.add(one(INDEXES));
                if (random.nextBoolean()) {
                    request.add(one("BIT", "BIT", "BYTE", "bit", "foo"));
                }
            }
        }
        return request;
    }

    private List<String> bitOp() {
        List<String> request = new ArrayList<>(List.of("BITOP", one("AND", "OR", "XOR", "NOT", "or", "FOO"), key()));
        int sources = request.get(1).equals("NOT") && random.nextInt(5) > 0 ? 1 : 1 + random.nextInt(4);
        for (int i = 0; i < sources; i++) {
            request.add(key());
        }
        return request;
    }

    private List<String> bitField() {
        boolean readOnly = random.nextInt(5) == 0;
        List<String> request = new ArrayList<>(List.of(readOnly ? "BITFIELD_RO" : "BITFIELD", key()));
        for (int i = random.nextInt(5); i > 0; i--) {
            if (!readOnly && random.nextInt(3) == 0) {
                request.addAll(List.of("OVERFLOW", one("WRAP", "SAT", "FAIL", "sat", "SAT", "FAIL", "FOO")));
            }
            String action = readOnly && random.nextInt(9) > 0 ? "GET" : one("GET", "SET", "INCRBY", "INCRBY", "set");
            request.add(action);
            request.add(random.nextInt(20) == 0
                    ? one("u64", "i65", "u0", "i", "x8", "", "u8x")
                    : one("u", "i") + (1 + random.nextInt(63)));
            request.add((random.nextInt(3) == 0 ? "#" : "") + offset());
            if (!action.equals("GET")) {
                request.add(one(VALUES));
            }
        }
        if (random.nextInt(30) == 0) {
            request.add("GET");
        }
        return request;
    }

    private List<String> log() {
        String key = one(LOGS);
        int n = random.nextInt(40);
        if (n < 20) {
            List<String> request = new ArrayList<>(List.of("PFADD", key));
            int elements = random.nextInt(10) == 0 ? random.nextInt(400) : random.nextInt(4);
            for (int i = 0; i < elements; i++) {
                request.add("element " + random.nextInt(20_000) + "x".repeat(random.nextInt(12)));
            }
            return request;
        }
        if (n < 28) {
            return List.of("PFCOUNT", key);
        }
        if (n < 32) {
            return List.of("PFCOUNT", key, one(LOGS), one(LOGS));
        }
        if (n < 36) {
            return random.nextBoolean() ? List.of("PFMERGE", key, one(LOGS)) : List.of("PFMERGE", key);
        }
        return n == 39 ? List.of("DEL", one(LOGS))
                : List.of("SET", "text", one("HYLL", "17", "", "HYLL" + "\1".repeat(20), "HYLL\0" + "\0".repeat(20)));
    }

    private String key() {
        return one(KEYS);
    }

    private String offset() {
        int n = random.nextInt(20);
        return n == 0 ? one("-1", "x", "4294967296", "4294967295999999999", "")
                : String.valueOf(random.nextInt(n == 1 ? 2000 : 200));
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
