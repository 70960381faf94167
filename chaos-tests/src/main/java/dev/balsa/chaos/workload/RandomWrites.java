package dev.balsa.chaos.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random writes to values of every type, over few keys so that they meet; most values grow beyond the form that small
 * ones have, and shrink and go again. What a write does depends on everything that a log entry carries: its time
 * (deadlines, ids of streams), its seed (SPOP) and the order. A function of the given chance alone.
 */
public final class RandomWrites {
    private static final int KEYS = 40;

    private final Random random;

    public RandomWrites(Random random) {
        this.random = random;
    }

    /** The next command. */
    public String[] next() {
        return switch (random.nextInt(12)) {
            case 11 -> script();
            case 0 -> string();
            case 1 -> list("l:" + below(KEYS));
            case 2, 3 -> set("s:" + below(KEYS));
            case 4 -> sortedSet("z:" + below(KEYS));
            case 5, 6 -> hash("h:" + below(KEYS));
            case 7 -> stream("x:" + below(KEYS));
            case 8 -> bytes();
            default -> whole();
        };
    }

    /** What scripts do depends on their limits, too, and on the order of everything they can go through. */
    private String[] script() {
        String set = "s:" + below(KEYS);
        String list = "l:" + below(KEYS);
        String hash = "h:" + below(KEYS);
        return switch (random.nextInt(9)) {
            case 0, 1 -> words("EVAL", "local m = redis.call('spop', KEYS[1]) if m then redis.call('sadd', KEYS[2], m) end "
                    + "return m", "2", set, "s:" + below(KEYS));
            case 2 -> words("EVAL", "redis.call('rpush', KEYS[1], math.random(1000), redis.call('time')[1], tostring({}))",
                    "1", list);
            case 3 -> words("EVAL", "redis.call('hincrby', KEYS[1], 'n1', 1) error('after a write')", "1", hash);
            case 4 -> words("EVAL", "redis.call('rpush', KEYS[1], 'x') local s = 'x' while true do s = s .. s end", "1", list);
            case 5 -> words("EVAL", "local t = {} for _, v in ipairs(redis.call('lrange', KEYS[1], 0, 20)) do t[v] = (t[v] or 0)"
                    + " + 1 end local n = 0 for k, v in pairs(t) do n = n + 1 redis.call('hset', KEYS[2], k, n * v) end",
                    "2", list, hash);
            case 6 -> words("FUNCTION", "LOAD", "REPLACE", "#!lua name=l" + below(3) + "\nlocal n = 0 redis.register_function('f"
                    + below(3) + "', function(keys) n = n + 1 return redis.call('rpush', keys[1], n) end)");
            case 7 -> words("FCALL", "f" + below(3), "1", list);
            default -> words("SCRIPT", "LOAD", "return " + below(KEYS));
        };
    }

    private String[] string() {
        String key = "key:" + below(KEYS);
        return switch (random.nextInt(6)) {
            case 0 -> words("INCR", key);
            case 1 -> words("APPEND", key, element());
            case 2 -> words("SETRANGE", key, number(300), element());
            case 3 -> words("INCRBYFLOAT", key, number(1_000) + ".25");
            case 4 -> words("SET", key, element(), "PX", String.valueOf(1 + random.nextInt(300)));
            default -> words("SET", key, element());
        };
    }

    private String[] list(String key) {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> many(this::element, one("LPUSH", "RPUSH"), key);
            case 3 -> words(one("LPOP", "RPOP"), key, number(20));
            case 4 -> words("LINSERT", key, one("BEFORE", "AFTER"), element(), element());
            case 5 -> words("LREM", key, one("0", "1", "-2"), element());
            default -> words("LMOVE", key, "l:" + below(KEYS), one("LEFT", "RIGHT"), one("LEFT", "RIGHT"));
        };
    }

    private String[] set(String key) {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> many(random.nextBoolean() ? this::element : () -> number(1_000), "SADD", key);
            case 3 -> many(this::element, "SREM", key);
            case 4 -> words("SPOP", key);
            case 5 -> words("SPOP", key, number(12));
            default -> words(one("SUNIONSTORE", "SDIFFSTORE", "SINTERSTORE"), key, key, "s:" + below(KEYS));
        };
    }

    private String[] sortedSet(String key) {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> many(() -> one("0.1", "-inf", "1e20", number(50)) + " " + element(), "ZADD", key);
            case 3 -> words("ZINCRBY", key, one("1", "-0.5"), element());
            case 4 -> words(one("ZPOPMIN", "ZPOPMAX"), key, number(9));
            case 5 -> many(this::element, "ZREM", key);
            default -> words("ZUNIONSTORE", key, "2", key, "z:" + below(KEYS));
        };
    }

    private String[] hash(String key) {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> many(() -> element() + " " + element(), "HSET", key);
            case 3 -> many(this::element, "HDEL", key);
            case 4 -> words("HINCRBY", key, "n" + number(5), number(90));
            case 5 -> words("HPEXPIRE", key, String.valueOf(1 + random.nextInt(3_000)), "FIELDS", "1", element());
            default -> words("HINCRBYFLOAT", key, "n" + number(5), "0.1");
        };
    }

    private String[] stream(String key) {
        String group = "g" + number(2);
        return switch (random.nextInt(9)) {
            case 0, 1, 2, 3 -> words("XADD", key, "*", "f", element(), "g", number(9));
            case 4 -> words("XGROUP", "CREATE", key, group, one("0", "$"), "MKSTREAM");
            case 5 -> words("XREADGROUP", "GROUP", group, "c" + number(3), "COUNT", "3", "STREAMS", key, ">");
            case 6 -> words("XAUTOCLAIM", key, group, "c" + number(3), "0", "0", "COUNT", "2");
            case 7 -> words("XTRIM", key, "MAXLEN", "~", number(150));
            default -> words("XGROUP", "DELCONSUMER", key, group, "c" + number(3));
        };
    }

    private String[] bytes() {
        return switch (random.nextInt(5)) {
            case 0 -> words("SETBIT", "b:" + below(5), number(9_000), one("0", "1"));
            case 1 -> words("BITOP", one("AND", "XOR"), "b:0", "b:1", "b:2");
            case 2 -> words("PFMERGE", "p:0", "p:1", "p:2");
            case 3 -> words("GEOADD", "z:geo", number(170), number(80), element());
            default -> many(this::element, "PFADD", "p:" + below(3));
        };
    }

    /** What goes for every type. */
    private String[] whole() {
        String type = one("key", "l", "s", "z", "h", "x");
        String key = type + ":" + below(KEYS);
        return switch (random.nextInt(9)) {
            case 0 -> words(one("DEL", "UNLINK"), key);
            case 1, 2 -> words("PEXPIRE", key, String.valueOf(1 + random.nextInt(2_000)));
            case 3 -> words("PEXPIRE", key, String.valueOf(1_000_000 + random.nextInt(1_000)));
            case 4, 5 -> words("RENAME", key, type + ":" + below(KEYS));
            case 6, 7 -> words("COPY", key, type + ":" + below(KEYS), "REPLACE");
            default -> words("PERSIST", key);
        };
    }

    /** {@code words}, then some parts; a part of two words has a space between them. */
    private String[] many(Supplier<String> part, String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        for (int i = random.nextInt(20) == 0 ? 300 : 1 + random.nextInt(6); i > 0; i--) {
            command.addAll(List.of(part.get().split(" ")));
        }
        return command.toArray(String[]::new);
    }

    /** Without a space. */
    private String element() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> number(300);
            case 2 -> String.valueOf(random.nextLong() >> random.nextInt(64));
            case 3 -> "v".repeat(1 + random.nextInt(random.nextInt(20) == 0 ? 9_000 : 200));
            default -> "element-" + number(500);
        };
    }

    private static String[] words(String... words) {
        return words;
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String number(int bound) {
        return String.valueOf(random.nextInt(bound));
    }

    private int below(int bound) {
        return random.nextInt(bound);
    }
}
