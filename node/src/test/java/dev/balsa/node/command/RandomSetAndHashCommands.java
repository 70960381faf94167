package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;

/**
 * Random requests on sets and hashes, most of them valid; a part of {@link RandomCommands}. SPOP takes all or nothing:
 * what a server picks is its own affair.
 */
final class RandomSetAndHashCommands {
    private static final List<String> SETS = List.of("s1", "s2", "s3", "s4");
    private static final List<String> HASHES = List.of("h1", "h2", "h3");

    private final RandomCommands random;

    RandomSetAndHashCommands(RandomCommands random) {
        this.random = random;
    }

    List<String> next() {
        return random.chance(50) ? ofSets() : ofHashes();
    }

    private List<String> ofSets() {
        return switch (random.below(24)) {
            case 0, 1, 2, 3, 4, 5 -> many("SADD", set());
            case 6, 7, 8 -> many("SREM", set());
            case 9 -> List.of("SISMEMBER", set(), element());
            case 10 -> List.of("SMISMEMBER", set(), element(), element(), element());
            case 11 -> List.of("SCARD", set());
            case 12 -> List.of("SMEMBERS", set());
            case 13 -> random.chance(30)
                    ? List.of("SPOP", set(), random.one("100000", "0", "-1", "x"))
                    : List.of("OBJECT", "ENCODING", set());
            case 14 -> random.with(List.of("SRANDMEMBER", set()), 80, List.of(count()));
            case 15, 16 -> List.of("SMOVE", set(), set(), element());
            case 17 -> random.with(List.of(random.one("SINTER", "SUNION", "SDIFF"), set(), set()), 50, List.of(set()));
            case 18, 19 -> random.with(
                    List.of(random.one("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), set(), set(), set()), 30,
                    List.of(set()));
            case 20 -> random.with(
                    List.of("SINTERCARD", random.chance(90) ? "2" : count(), set(), set()), 50,
                    List.of(random.one("LIMIT", "LIMIT", "FOO"), count()));
            case 21, 22 -> scan("SSCAN", set());
            default -> List.of("TYPE", set());
        };
    }

    private List<String> ofHashes() {
        return switch (random.below(24)) {
            case 0, 1, 2, 3, 4, 5 -> put();
            case 6, 7 -> many("HDEL", hash());
            case 8 -> List.of("HSETNX", hash(), element(), element());
            case 9, 10 -> List.of("HGET", hash(), element());
            case 11 -> List.of("HMGET", hash(), element(), element(), element());
            case 12, 13 -> List.of(random.one("HGETALL", "HKEYS", "HVALS"), hash());
            case 14 -> List.of(random.one("HLEN", "TYPE"), hash());
            case 15 -> List.of(random.one("HEXISTS", "HSTRLEN"), hash(), element());
            case 16, 17 -> List.of("HINCRBY", hash(), element(), random.number());
            case 18, 19 -> List.of("HINCRBYFLOAT", hash(), element(), random.floating());
            case 20 -> random.with(
                    List.of("HRANDFIELD", hash(), count()), 50, List.of(random.one("WITHVALUES", "FOO")));
            case 21, 22 -> scan("HSCAN", hash());
            default -> List.of("OBJECT", "ENCODING", hash());
        };
    }

    private List<String> put() {
        List<String> put = new ArrayList<>(List.of(random.one("HSET", "HMSET"), hash()));
        int count = random.chance(5) ? 100 : 1 + random.below(4);
        for (int i = 0; i < count; i++) {
            put.add(element());
            put.add(element());
        }
        return put;
    }

    private List<String> many(String name, String key) {
        List<String> many = new ArrayList<>(List.of(name, key));
        int count = random.chance(5) ? 400 : 1 + random.below(4);
        for (int i = 0; i < count; i++) {
            many.add(element());
        }
        return many;
    }

    private List<String> scan(String name, String key) {
        List<String> scan = random.with(List.of(name, key, random.chance(95) ? "0" : "x"), 50,
                List.of("MATCH", random.one("*", "1*", "?", "[a-c]*", "*0")));
        return random.with(scan, 100, List.of("COUNT", "100000"));
    }

    private String set() {
        return random.chance(94) ? random.one(SETS) : random.chance(50) ? random.one(HASHES) : random.key();
    }

    private String hash() {
        return random.chance(94) ? random.one(HASHES) : random.chance(50) ? random.one(SETS) : random.key();
    }

    private String element() {
        int n = random.below(100);
        if (n < 60) {
            return String.valueOf(random.below(n < 30 ? 20 : 700));
        }
        if (n < 90) {
            return random.one("a", "b", "c", "d", "e1", "e2", "01", "-0", "", "+1");
        }
        return n < 97 ? random.number() : random.value();
    }

    private String count() {
        return random.chance(85)
                ? String.valueOf(random.below(8) - 1)
                : random.one("100000", "x", "9223372036854775807");
    }
}
