package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random requests that let a value of every type grow beyond its packed form, change there, shrink and go again. All
 * valid but for types that do not match. A function of the seed alone.
 */
final class RandomGrowth {
    static final String[] TYPES = {"list", "set", "zset", "hash", "stream", "bits", "hll", "geo"};

    private final Random random;
    private long streamId;

    RandomGrowth(long seed) {
        random = new Random(seed);
    }

    List<String> next() {
        String type = TYPES[random.nextInt(TYPES.length)];
        String key = type + ":" + random.nextInt(3);
        if (chance(4)) {
            return whole(key);
        }
        return switch (type) {
            case "list" -> list(key);
            case "set" -> set(key);
            case "zset" -> sortedSet(key);
            case "hash" -> hash(key);
            case "stream" -> stream(key);
            case "bits" -> bits(key);
            case "hll" -> hyperLogLog(key);
            default -> geo(key);
        };
    }

    /** What goes for every type. */
    private List<String> whole(String key) {
        String other = TYPES[random.nextInt(TYPES.length)] + ":" + random.nextInt(3);
        return switch (random.nextInt(9)) {
            case 0 -> List.of("DEL", key);
            case 1 -> List.of("UNLINK", key);
            case 2 -> List.of("RENAME", key, other);
            case 3, 4 -> List.of("COPY", key, other, "REPLACE");
            case 5 -> List.of("PEXPIRE", key, String.valueOf(1 + random.nextInt(5_000)));
            case 6 -> List.of("PERSIST", key);
            case 7 -> List.of("MOVE", key, "1");
            default -> List.of("DUMP", key);
        };
    }

    private List<String> list(String key) {
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> many(List.of(one("LPUSH", "RPUSH"), key), this::elements);
            case 3 -> List.of(one("LPOP", "RPOP"), key, number(20));
            case 4 -> List.of("LINSERT", key, one("BEFORE", "AFTER"), element(), element());
            case 5 -> List.of("LREM", key, one("0", "1", "-2"), element());
            case 6 -> List.of("LSET", key, number(40), element());
            case 7 -> List.of("LTRIM", key, number(5), "-" + number(9));
            default -> List.of("LRANGE", key, "0", "-1");
        };
    }

    private List<String> set(String key) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> many(List.of("SADD", key), chance(30) ? () -> List.of(number(2_000)) : this::elements);
            case 4, 5 -> many(List.of("SREM", key), this::elements);
            case 6, 7 -> List.of("SPOP", key, number(12));
            case 8 -> List.of("SRANDMEMBER", key, one("5", "-5", "40"));
            case 9 -> List.of("SSCAN", key, "0", "COUNT", "7");
            case 10 -> List.of(one("SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE"), key, "set:0", "set:1");
            default -> List.of("SMEMBERS", key);
        };
    }

    private List<String> sortedSet(String key) {
        return switch (random.nextInt(11)) {
            case 0, 1, 2, 3 -> many(List.of("ZADD", key), () -> List.of(one("inf", "-inf", "0.1", "1e20", number(50)),
                    element()));
            case 4 -> many(List.of("ZREM", key), this::elements);
            case 5 -> List.of(one("ZPOPMIN", "ZPOPMAX"), key, number(12));
            case 6 -> List.of("ZRANDMEMBER", key, one("5", "-5"), "WITHSCORES");
            case 7 -> List.of("ZINCRBY", key, one("1", "-0.5"), element());
            case 8 -> List.of("ZREMRANGEBYRANK", key, number(9), number(30));
            case 9 -> List.of(one("ZUNIONSTORE", "ZINTERSTORE"), key, "2", "zset:0", "zset:1");
            default -> List.of("ZRANGE", key, "0", "-1", "WITHSCORES");
        };
    }

    private List<String> hash(String key) {
        return switch (random.nextInt(9)) {
            case 0, 1, 2, 3 -> many(List.of("HSET", key), () -> List.of(element(), element()));
            case 4 -> many(List.of("HDEL", key), this::elements);
            case 5 -> List.of("HINCRBY", key, "n" + number(5), number(90));
            case 6 -> List.of("HRANDFIELD", key, one("5", "-5"), "WITHVALUES");
            case 7 -> List.of("HSCAN", key, "0", "COUNT", "7");
            default -> List.of("HGETALL", key);
        };
    }

    private List<String> stream(String key) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> List.of("XADD", key, chance(50) ? "*" : ++streamId + "-1", "f", element(), "g", element());
            case 3 -> List.of("XGROUP", "CREATE", key, "g" + random.nextInt(2), one("0", "$"), "MKSTREAM");
            case 4, 5 -> List.of("XREADGROUP", "GROUP", "g" + random.nextInt(2), "c" + random.nextInt(3), "COUNT", "3",
                    "STREAMS", key, ">");
            case 6 -> List.of("XTRIM", key, "MAXLEN", chance(50) ? "~" : "=", number(60));
            case 7 -> List.of("XAUTOCLAIM", key, "g0", "c" + random.nextInt(3), "0", "0", "COUNT", "2");
            case 8 -> List.of("XINFO", "STREAM", key, "FULL");
            default -> List.of("XRANGE", key, "-", "+");
        };
    }

    private List<String> bits(String key) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> List.of("SETBIT", key, number(9_000), one("0", "1"));
            case 2 -> List.of("BITOP", one("AND", "OR", "XOR"), key, "bits:0", "bits:1");
            default -> List.of("BITCOUNT", key);
        };
    }

    private List<String> hyperLogLog(String key) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> many(List.of("PFADD", key), this::elements);
            case 2 -> List.of("PFMERGE", key, "hll:0", "hll:1");
            default -> List.of("PFCOUNT", key);
        };
    }

    private List<String> geo(String key) {
        return chance(70)
                ? many(List.of("GEOADD", key), () -> List.of(number(170), number(80), element()))
                : List.of("GEOSEARCHSTORE", key, "geo:0", "FROMLONLAT", "80", "40", "BYRADIUS", "2000", "km");
    }

    /** Something to be put behind a request several times. */
    private interface Part {
        List<String> next();
    }

    private List<String> many(List<String> head, Part part) {
        List<String> request = new ArrayList<>(head);
        int count = chance(6) ? 200 : 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            request.addAll(part.next());
        }
        return request;
    }

    private List<String> elements() {
        return List.of(element());
    }

    private String element() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> number(300);
            case 3 -> String.valueOf(random.nextLong() >> random.nextInt(64));
            case 4 -> "x".repeat(random.nextInt(chance(5) ? 9_000 : 90));
            default -> "element " + number(400);
        };
    }

    private String number(int bound) {
        return String.valueOf(random.nextInt(bound));
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
