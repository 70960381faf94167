package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;

/** Random requests on bits and HyperLogLogs, most of them valid; a part of {@link RandomCommands}. */
final class RandomBitCommands {
    private static final List<String> KEYS = List.of("a", "b", "bits", "number", "text");
    /** No others' keys: the count in a HyperLogLog's head is not to be seen by commands on strings. */
    private static final List<String> LOGS = List.of("x", "y", "w", "nolog");

    private static final List<String> INDEXES = List.of(
            "0", "1", "-1", "2", "-2", "3", "7", "8", "9", "63", "64", "65", "-8", "-9", "100", "-100", "1000", "70000",
            "9223372036854775807", "-9223372036854775808", "x");
    private static final List<String> VALUES = List.of(
            "0", "1", "-1", "2", "5", "127", "128", "-128", "-129", "255", "256", "65535", "-32769", "2147483648",
            "9223372036854775807", "-9223372036854775808", "4611686018427387904", "x");

    private final RandomCommands random;

    RandomBitCommands(RandomCommands random) {
        this.random = random;
    }

    List<String> next() {
        return random.chance(70) ? bits() : log();
    }

    private List<String> bits() {
        return switch (random.below(14)) {
            case 0, 1 -> List.of("SETBIT", key(), offset(), random.one("0", "1", "1", "2", "x"));
            case 2 -> List.of("GETBIT", key(), offset());
            case 3, 4 -> ranged(new ArrayList<>(List.of("BITCOUNT", key())), false);
            case 5, 6 -> ranged(
                    new ArrayList<>(List.of("BITPOS", key(), random.one("0", "1", "1", "0", "2", "x"))), true);
            case 7, 8 -> bitOp();
            case 9, 10 -> bitField();
            case 11, 12 -> List.of("GET", key());
            default -> other();
        };
    }

    private List<String> other() {
        return switch (random.below(7)) {
            case 0 -> List.of("SET", "number", random.number());
            case 1 -> List.of("SET", "text", bytes(random.below(30)));
            case 2 -> List.of("SET", key(), bytes(random.below(2) * 300));
            case 3 -> List.of("DEL", key());
            case 4 -> List.of("SET", key(), random.one("\0", "\u00ff").repeat(random.below(90)));
            case 5 -> List.of("EXPIREAT", key(), "9999999999");
            default -> List.of("STRLEN", key());
        };
    }

    private String bytes(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.below(256));
        }
        return text.toString();
    }

    private List<String> ranged(List<String> request, boolean openEnd) {
        if (random.below(3) > 0) {
            request.add(random.one(INDEXES));
            if (!openEnd || random.chance(50)) {
                request.add(random.one(INDEXES));
                if (random.chance(50)) {
                    request.add(random.one("BIT", "BIT", "BYTE", "bit", "foo"));
                }
            }
        }
        return request;
    }

    private List<String> bitOp() {
        List<String> request =
                new ArrayList<>(List.of("BITOP", random.one("AND", "OR", "XOR", "NOT", "or", "FOO"), key()));
        int sources = request.get(1).equals("NOT") && random.below(5) > 0 ? 1 : 1 + random.below(4);
        for (int i = 0; i < sources; i++) {
            request.add(key());
        }
        return request;
    }

    private List<String> bitField() {
        boolean readOnly = random.below(5) == 0;
        List<String> request = new ArrayList<>(List.of(readOnly ? "BITFIELD_RO" : "BITFIELD", key()));
        for (int i = random.below(5); i > 0; i--) {
            if (!readOnly && random.below(3) == 0) {
                request.addAll(List.of(
                        "OVERFLOW", random.one("WRAP", "SAT", "FAIL", "sat", "SAT", "FAIL", "FOO")));
            }
            String action =
                    readOnly && random.below(9) > 0 ? "GET" : random.one("GET", "SET", "INCRBY", "INCRBY", "set");
            request.add(action);
            request.add(random.below(20) == 0
                    ? random.one("u64", "i65", "u0", "i", "x8", "", "u8x")
                    : random.one("u", "i") + (1 + random.below(63)));
            request.add((random.below(3) == 0 ? "#" : "") + offset());
            if (!action.equals("GET")) {
                request.add(random.one(VALUES));
            }
        }
        if (random.below(30) == 0) {
            request.add("GET");
        }
        return request;
    }

    private List<String> log() {
        String key = random.one(LOGS);
        int n = random.below(44);
        if (n < 20) {
            List<String> request = new ArrayList<>(List.of("PFADD", key));
            int elements = random.below(10) == 0 ? random.below(400) : random.below(4);
            for (int i = 0; i < elements; i++) {
                request.add("element " + random.below(20_000) + "x".repeat(random.below(12)));
            }
            return request;
        }
        if (n < 28) {
            return List.of("PFCOUNT", key);
        }
        if (n < 32) {
            return List.of("PFCOUNT", key, random.one(LOGS), random.one(LOGS));
        }
        if (n < 36) {
            return random.chance(50) ? List.of("PFMERGE", key, random.one(LOGS)) : List.of("PFMERGE", key);
        }
        if (n < 42) {
            return List.of(random.one("GET", "GET", "DUMP", "TYPE"), key);
        }
        return n == 43
                ? List.of("DEL", random.one(LOGS))
                : List.of("SET", "nolog",
                        random.one("HYLL", "17", "", "HYLL" + "\1".repeat(12), "HYLL\0" + "\0".repeat(20)));
    }

    private String key() {
        return random.one(KEYS);
    }

    private String offset() {
        int n = random.below(20);
        return n == 0
                ? random.one("-1", "x", "4294967296", "4294967295999999999", "")
                : String.valueOf(random.below(n == 1 ? 2000 : 200));
    }
}
