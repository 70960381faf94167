package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random requests, most of them valid, over few keys so that they meet. A function of the seed alone: what a request
 * gets for a reply changes nothing in what comes next. Deadlines are either past or hours away, and no two are close
 * to each other, so that the moment at which a server runs a request does not decide its reply.
 */
final class RandomCommands {
    private static final List<String> KEYS =
            List.of("a", "b", "c", "k1", "k2", "key:{tag}", "", "bin\0\r\n\u00ff", "hello", "hallo", "h[llo", "n");
    /** Among them where the forms of integers in packed values end. */
    private static final List<String> NUMBERS = List.of(
            "0", "1", "-1", "2", "10", "12", "13", "100", "127", "128", "-128", "-129", "4095", "4096", "-4096", "-4097",
            "9999", "10000", "-10000", "32767", "32768", "-32768", "-32769", "8388607", "8388608", "-8388608", "-8388609",
            "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967296", "9223372036854775807",
            "-9223372036854775808", "9223372036854775806", "-9223372036854775807", "4611686018427387904");
    private static final List<String> NO_NUMBERS = List.of(
            "", " ", "abc", "1.5", "01", "+1", "-0", " 1", "1 ", "1e3", "9223372036854775808", "-9223372036854775809",
            "99999999999999999999999", "0x10", "1\0", "--1", "-");
    private static final List<String> FLOATS = List.of(
            "0.1", "0.2", "-0.3", "1e3", "3.0e2", "1.5", "-2.25", "1e-7", "1e17", "1e18", "12345678901234567",
                    "0.00000000000000001",
            "1e4000", "-1e4000", "1e4932", "2e4932", "1e-4950", "1e-4960", "inf", "-inf", "nan", "0x1p4", "0x1.8p-3",
                    ".5", "5.",
            ".", "1e", "+7", "3.141592653589793238462643383279502884197");
    private static final List<String> PATTERNS = List.of(
            "*", "?", "h?llo", "h[ae]llo", "h[^a]llo", "h\\[llo", "[a-c]", "[c-a]", "k*", "*1", "*[", "[", "\\",
                    "*\\", "h*o",
            "**", "?*?", "[^", "[]", "[\\]]", "*\u00ff", "[\u0080-\u00ff]*", "");

    private final Random random;
    private final List<String> payloads;
    private final RandomListCommands lists = new RandomListCommands(this);
    private final RandomSortedSetCommands sortedSets;
    private final RandomSetAndHashCommands setsAndHashes = new RandomSetAndHashCommands(this);
    private final RandomBitCommands bits = new RandomBitCommands(this);
    private final RandomStreamCommands streams;
    private int distinct;
    private @Nullable List<String> pending;

    /** @param payloads what DUMP replied for some values, to be restored */
    RandomCommands(long seed, List<String> payloads) {
        this.random = new Random(seed);
        sortedSets = new RandomSortedSetCommands(random);
        streams = new RandomStreamCommands(random);
        this.payloads = payloads;
    }

    /** The next request; sometimes with an argument too few or too many. */
    List<String> next() {
        if (pending != null) {
            List<String> look = pending;
            pending = null;
            return look;
        }
        List<String> request = new ArrayList<>(valid());
        if (request.getFirst().equals("SET")) {
            // Redis keeps a key that is dead on arrival until somebody looks, and DBSIZE counts it until then.
            pending = List.of("EXISTS", request.get(1));
        }
        // Another argument could be the timeout of a blocking command; without its last, SPOP leaves it to chance.
        boolean mayChange = !request.getFirst().matches("SELECT|SPOP|B[LRZ].*");
        if (chance(3) && mayChange) {
            if (random.nextBoolean() && request.size() > 1) {
                request.removeLast();
            } else {
                // A number behind these would be a deadline, perhaps one that is now.
                request.add(chance(50) || request.getLast().matches("(?i)(EX|PX)(AT)?") ? key() : number());
            }
        }
        if (request.getFirst().contains("RAND") && request.size() > 2 && request.get(2).matches("-[0-9]{4,}")) {
            request.set(2, "-9"); // so many elements, the same ones again and again, nobody wants to read
        }
        if (chance(5)) {
            request.set(0, request.getFirst().toLowerCase(Locale.ROOT));
        }
        return request;
    }

    private List<String> valid() {
        int n = random.nextInt(1_000);
        if (n < 760) {
            return ofOneType(n);
        }
        if (n < 870) {
            return string();
        }
        return n < 945 ? generic() : n < 995 ? expiry() : whole();
    }

    private List<String> ofOneType(int n) {
        if (n < 320) {
            return n < 160 ? lists.next() : sortedSets.next();
        }
        return n < 480 ? setsAndHashes.next() : n < 660 ? streams.next() : bits.next();
    }

    private List<String> string() {
        return switch (random.nextInt(26)) {
            case 0, 1, 2 -> set();
            case 3 -> List.of("GET", key());
            case 4 -> List.of("GETSET", key(), value());
            case 5 -> List.of("GETDEL", key());
            case 6, 7 -> with(List.of("GETEX", key()), 40, times("PERSIST"));
            case 8, 9 -> List.of("APPEND", key(), value());
            case 10 -> List.of("STRLEN", key());
            case 11, 12 -> List.of("SETRANGE", key(), chance(85) ? small() : farOffset(), value());
            case 13, 14 -> List.of(chance(70) ? "GETRANGE" : "SUBSTR", key(), index(), index());
            case 15 -> List.of(chance(50) ? "INCR" : "DECR", key());
            case 16, 17 -> List.of(chance(50) ? "INCRBY" : "DECRBY", key(), number());
            case 18, 19 -> List.of("INCRBYFLOAT", key(), floating());
            case 20 -> List.of("MGET", key(), key(), key());
            case 21 -> List.of("MSET", key(), value(), key(), value());
            case 22 -> List.of("MSETNX", key(), value(), key(), value());
            case 23 -> List.of("SETNX", key(), value());
            case 24 -> List.of(chance(50) ? "SETEX" : "PSETEX", key(), chance(70) ? distance() : noTime(), value());
            default -> with(List.of("LCS", key(), key()), 60,
                    List.of(one("LEN", "IDX", "WITHMATCHLEN", "MINMATCHLEN", "FOO"), one(number(), "IDX", "LEN")));
        };
    }

    private List<String> set() {
        List<String> set = List.of("SET", key(), value());
        set = with(set, 20, List.of(one("NX", "XX", "nx")));
        set = with(set, 20, List.of("GET"));
        set = with(set, 20, List.of("KEEPTTL"));
        return with(set, 30, times("PERSIST"));
    }

    private List<String> times(String other) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> List.of("EX", distance());
            case 2 -> List.of("PX", distance() + "000");
            case 3 -> List.of("EXAT", moment());
            case 4 -> List.of("PXAT", moment() + "000");
            case 5 -> List.of(one("EX", "PX", "EXAT", "PXAT"), chance(80) ? noTime() : past());
            case 6 -> List.of(other);
            default -> List.of(one("EX", "px", "FOO"));
        };
    }

    private List<String> generic() {
        return switch (random.nextInt(22)) {
            case 0, 1 -> List.of(chance(50) ? "DEL" : "UNLINK", key(), key());
            case 2 -> List.of("EXISTS", key(), key());
            case 3 -> List.of("TOUCH", key(), key());
            case 4 -> List.of("TYPE", key());
            case 5, 6 -> List.of(chance(50) ? "RENAME" : "RENAMENX", key(), key());
            case 7, 8 -> with(
                    with(List.of("COPY", key(), key()), 40, List.of("DB", database())), 40, List.of("REPLACE"));
            case 9 -> List.of("MOVE", key(), database());
            case 10, 11 -> List.of("DUMP", key());
            case 12, 13 -> restore();
            case 14 -> List.of("RANDOMKEY");
            case 15 -> List.of("KEYS", one(PATTERNS));
            case 16, 17 -> scan();
            case 18 -> List.of("DBSIZE");
            case 19 -> List.of("OBJECT", one("ENCODING", "REFCOUNT", "FREQ", "IDLETIME", "encoding", "FOO"), key());
            case 20 -> chance(80)
                    ? List.of("MEMORY", "USAGE", key())
                    : List.of(one("OBJECT", "XGROUP", "XINFO"), one("HELP", "help", "HELP"));
            default -> List.of("SELECT", String.valueOf(random.nextInt(3)));
        };
    }

    private List<String> scan() {
        String cursor = chance(95) ? "0" : one("x", "-", "1x", "99999999999999999999");
        List<String> scan = with(List.of("SCAN", cursor), 50, List.of("MATCH", one(PATTERNS)));
        scan = with(scan, 30, List.of(one("TYPE", "type"), one("string", "STRING", "list", "foo")));
        return with(scan, 100, List.of("COUNT", "100000"));
    }

    private List<String> restore() {
        String payload = one(payloads);
        if (chance(15)) {
            char[] damaged = payload.toCharArray();
            damaged[random.nextInt(damaged.length)] ^= (char) (1 << random.nextInt(8));
            payload = new String(damaged);
        }
        String time = chance(60) ? "0" : chance(80) ? distance() + "000" : one(NO_NUMBERS);
        List<String> restore = with(List.of("RESTORE", key(), time, payload), 60, List.of("REPLACE"));
        // Not more than the 194 days after which the clock of 7.0 begins anew, where it is a second off or overflows.
        restore = with(restore, 10, List.of("IDLETIME", one("0", "7", "100000", "8388607", "-1", "x", "")));
        return with(restore, 10, List.of("FREQ", one("0", "255", "256", "x")));
    }

    private List<String> expiry() {
        List<String> expire =
                switch (random.nextInt(10)) {
                    case 0, 1 -> List.of("EXPIRE", key(), distance());
                    case 2 -> List.of("PEXPIRE", key(), distance() + "000");
                    case 3 -> List.of("EXPIREAT", key(), moment());
                    case 4 -> List.of("PEXPIREAT", key(), moment() + "000");
                    case 5 -> List.of(one("EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"), key(), odd());
                    case 6 -> List.of(one("TTL", "PTTL"), key());
                    case 7 -> List.of(one("EXPIRETIME", "PEXPIRETIME"), key());
                    default -> List.of("PERSIST", key());
                };
        return expire.size() == 2 ? expire : with(expire, 50, List.of(one("NX", "XX", "GT", "LT", "gt", "FOO")));
    }

    private List<String> whole() {
        return switch (random.nextInt(8)) {
            case 0 -> with(List.of("FLUSHDB"), 60, List.of(one("ASYNC", "SYNC", "FOO")));
            case 1 -> with(List.of("FLUSHALL"), 60, List.of(one("ASYNC", "SYNC", "FOO")));
            case 2, 3, 4 -> List.of("SWAPDB", database(), database());
            default -> List.of("SELECT", String.valueOf(random.nextInt(3)));
        };
    }

    String key() {
        return chance(94) ? one(KEYS) : one("z1", "z2", "{z}5", "s", "t", "u{s}");
    }

    String value() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> number();
            case 3 -> floating();
            case 4 -> "";
            case 5 -> text(random.nextInt(300));
            case 6 -> "x".repeat(40 + random.nextInt(10));
            default -> text(random.nextInt(12));
        };
    }

    private String text(int length) {
        char[] text = new char[length];
        int letters = chance(50) ? 3 : 256;
        for (int i = 0; i < length; i++) {
            text[i] = (char) (letters == 3 ? 'a' + random.nextInt(3) : random.nextInt(256));
        }
        return new String(text);
    }

    String number() {
        int n = random.nextInt(10);
        return n < 4 ? one(NUMBERS) : n < 8 ? String.valueOf(random.nextLong() >> random.nextInt(64)) : one(NO_NUMBERS);
    }

    String floating() {
        int n = random.nextInt(10);
        if (n < 3) {
            return one(FLOATS);
        }
        String digits = String.valueOf(random.nextLong() >>> random.nextInt(64)).replace("-", "");
        int point = random.nextInt(digits.length() + 1);
        String sign = random.nextBoolean() ? "-" : "";
        String exponent = n < 5 ? "e" + (random.nextInt(60) - 30) : "";
        return sign + digits.substring(0, point) + "." + digits.substring(point) + exponent;
    }

    private String small() {
        return String.valueOf(random.nextInt(60));
    }

    /** Beyond what a string may have, or no number: not one that makes a string of hundreds of megabytes. */
    private String farOffset() {
        String offset = number();
        return offset.matches("[0-9]{5,9}") ? offset + "0000000" : offset;
    }

    private String index() {
        return chance(85) ? String.valueOf(random.nextInt(40) - 20) : number();
    }

    private String database() {
        return chance(85) ? String.valueOf(random.nextInt(3)) : one("16", "-1", "abc", "4294967296", "15");
    }

    /** Seconds from now, a hundred apart from all others. */
    private String distance() {
        return String.valueOf(100_000 + 100L * distinct++);
    }

    /** A second since 1970, far from all distances and other moments. */
    private String moment() {
        return String.valueOf(3_000_000_000L + 100L * distinct++);
    }

    /** A moment of 1970 in either unit; as a distance it is hours. */
    private String past() {
        return String.valueOf(50_000_000 + distinct++);
    }

    /** What SET refuses as a time. */
    private String noTime() {
        return chance(30) ? one("0", "-1", "-9223372036854775808", "9223372036854775807") : one(NO_NUMBERS);
    }

    /** Times that are past, too large or none at all. */
    private String odd() {
        return chance(30)
                ? one("0", "-1", "-100000", "9223372036854775807", "-9223372036854775808", farthest())
                : one(NO_NUMBERS);
    }

    /** As seconds near what is too large, as milliseconds a day apart from all others. */
    private String farthest() {
        return String.valueOf(9_223_372_036_854_775L - 100_000_000L * distinct++);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    List<String> with(List<String> request, int percent, List<String> more) {
        List<String> longer = new ArrayList<>(request);
        if (chance(percent)) {
            longer.addAll(more);
        }
        return longer;
    }
}
