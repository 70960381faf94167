package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random requests on sorted sets and places, most of them valid, over few keys. Ranges of names are asked of sets whose
 * members all have score 0: otherwise what Redis answers depends on chance.
 */
final class RandomSortedSetCommands {
    private static final List<String> KEYS = List.of("z1", "z2", "z3", "z4", "{z}5", "a", "none");
    private static final List<String> LEX_KEYS = List.of("lex1", "lex2");
    private static final List<String> GEO_KEYS = List.of("geo1", "geo2");
    private static final List<String> SCORES = List.of(
            "0", "-0", "1", "-1", "2", "3", "10", "0.5", "-2.25", "1e3", "inf", "-inf", "+5", "0x10", "1e17", "1e23",
            "0.1", "3.0000000000000004", "9007199254740993", "-1e-7", "1.5e300");
    private static final List<String> NO_SCORES =
            List.of("", "x", "nan", "1e400", " 1", "1 ", "1e-400", "--1", "0x", "1e", ".", "infinit");
    private static final List<String> UNITS = List.of("m", "km", "KM", "ft", "mi");

    private final Random random;

    RandomSortedSetCommands(Random random) {
        this.random = random;
    }

    List<String> next() {
        int n = random.nextInt(100);
        if (n < 35) {
            return members();
        }
        if (n < 60) {
            return ranges();
        }
        if (n < 72) {
            return pops();
        }
        return n < 84 ? several() : geo();
    }

    private List<String> members() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> add();
            case 4 -> List.of("ZINCRBY", key(), score(), member());
            case 5 -> List.of("ZREM", key(), member(), member(), member());
            case 6 -> List.of(one("ZRANK", "ZREVRANK", "ZSCORE"), key(), member());
            case 7 -> List.of("ZMSCORE", key(), member(), member());
            case 8 -> chance(50) ? List.of("ZCARD", key()) : List.of("SADD", "plain", member(), member());
            default -> many();
        };
    }

    private List<String> add() {
        List<String> add = new ArrayList<>(List.of("ZADD", key()));
        for (String option : List.of("NX", "XX", "GT", "LT", "CH", "INCR")) {
            if (chance(8)) {
                add.add(option);
            }
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            add.add(score());
            add.add(member());
        }
        return add;
    }

    private List<String> many() {
        boolean lex = chance(40);
        List<String> add = new ArrayList<>(List.of("ZADD", lex ? one(LEX_KEYS) : key()));
        for (int i = random.nextInt(120); i >= 0; i--) {
            add.add(lex ? "0" : String.valueOf(random.nextInt(50)));
            add.add(chance(1) ? "x".repeat(70) : "n" + random.nextInt(400));
        }
        return add;
    }

    private List<String> ranges() {
        return switch (random.nextInt(12)) {
            case 0 -> List.of("ZCOUNT", key(), bound(), bound());
            case 1 -> List.of(one("ZLEXCOUNT", "ZREMRANGEBYLEX"), one(LEX_KEYS), name(), name());
            case 2 -> with(List.of("ZRANGE", key(), index(), index()), "REV", "WITHSCORES");
            case 3 -> with(limited(List.of("ZRANGE", key(), bound(), bound(), "BYSCORE")), "REV", "WITHSCORES");
            case 4 -> with(limited(List.of("ZRANGE", one(LEX_KEYS), name(), name(), "BYLEX")), "REV", "BYSCORE");
            case 5 -> with(List.of("ZREVRANGE", key(), index(), index()), "WITHSCORES", "REV");
            case 6 -> with(
                    limited(List.of(one("ZRANGEBYSCORE", "ZREVRANGEBYSCORE"), key(), bound(), bound())), "WITHSCORES");
            case 7 -> limited(List.of(one("ZRANGEBYLEX", "ZREVRANGEBYLEX"), one(LEX_KEYS), name(), name()));
            case 8 -> List.of("ZREMRANGEBYRANK", key(), index(), index());
            case 9 -> List.of("ZREMRANGEBYSCORE", key(), bound(), bound());
            case 10 -> with(List.of("ZRANGESTORE", key(), key(), index(), index()), "REV");
            default -> limited(List.of("ZRANGESTORE", key(), key(), bound(), bound(), "BYSCORE"));
        };
    }

    private List<String> pops() {
        return switch (random.nextInt(7)) {
            case 6 -> chance(70)
                    ? List.of(one("BZPOPMIN", "BZPOPMAX"), key(), key(), one("0.001", "0.001", "0.001", "-1", "x"))
                    : List.of("BZMPOP", "0.001", "2", key(), key(), one("MIN", "MAX", "MAX", "FOO"));
            case 0, 1 -> chance(50)
                    ? List.of(one("ZPOPMIN", "ZPOPMAX"), key())
                    : List.of(one("ZPOPMIN", "ZPOPMAX"), key(), one("0", "1", "2", "5", "200", "-1", "x"));
            case 2 -> List.of("ZMPOP", "2", key(), key(), one("MIN", "MAX", "min"));
            case 3 -> List.of("ZMPOP", one("1", "0", "3"), key(), one("MIN", "MAX"), "COUNT", one("1", "3", "0"));
            case 4 -> List.of("ZRANDMEMBER", key(), "100000");
            default -> List.of("ZSCAN", key(), "0", "COUNT", "100000");
        };
    }

    private List<String> several() {
        String operation = one("ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD");
        int count = 1 + random.nextInt(3);
        boolean stores = !operation.equals("ZINTERCARD") && chance(50);
        List<String> request = new ArrayList<>(stores ? List.of(operation + "STORE", key()) : List.of(operation));
        request.add(String.valueOf(count));
        for (int i = 0; i < count; i++) {
            request.add(chance(15) ? "plain" : key());
        }
        boolean weighs = operation.equals("ZUNION") || operation.equals("ZINTER");
        if (weighs && chance(30)) {
            request.add("WEIGHTS");
            for (int i = 0; i < count; i++) {
                request.add(chance(95) ? one("1", "2", "0", "-1", "0.5", "inf") : one(NO_SCORES));
            }
        }
        if (weighs && chance(30)) {
            request.addAll(List.of("AGGREGATE", one("SUM", "MIN", "MAX", "foo")));
        }
        if (operation.equals("ZINTERCARD") && chance(30)) {
            request.addAll(List.of("LIMIT", one("0", "1", "3", "-1")));
        }
        return stores ? request : with(request, "WITHSCORES");
    }

    private List<String> geo() {
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> places();
            case 3 -> List.of(one("GEOPOS", "GEOHASH"), one(GEO_KEYS), place(), place());
            case 4 -> List.of("GEODIST", one(GEO_KEYS), place(), place(), chance(95) ? one(UNITS) : "x");
            case 5 -> with(List.of(
                    one("GEORADIUS", "GEORADIUS_RO"), one(GEO_KEYS), longitude(), latitude(), distance(), one(UNITS)),
                    "WITHDIST", "WITHCOORD", "WITHHASH");
            case 6 -> List.of(one("GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"), one(GEO_KEYS), place(), distance(),
                    one(UNITS));
            default -> search();
        };
    }

    private List<String> places() {
        List<String> add = new ArrayList<>(List.of("GEOADD", one(GEO_KEYS)));
        for (int i = random.nextInt(8); i >= 0; i--) {
            add.addAll(List.of(longitude(), latitude(), place()));
        }
        return add;
    }

    private List<String> search() {
        List<String> search = new ArrayList<>();
        boolean stores = chance(25);
        search.addAll(stores ? List.of("GEOSEARCHSTORE", "geostored") : List.of("GEOSEARCH"));
        search.add(one(GEO_KEYS));
        search.addAll(chance(50)
                ? List.of("FROMMEMBER", place())
                : List.of("FROMLONLAT", longitude(), latitude()));
        search.addAll(chance(50)
                ? List.of("BYRADIUS", distance(), one(UNITS))
                : List.of("BYBOX", distance(), distance(), one(UNITS)));
        if (chance(30)) {
            search.add(one("ASC", "DESC"));
        }
        if (chance(30)) {
            search.addAll(List.of("COUNT", one("1", "3", "10", "0")));
        }
        return stores ? search : with(search, "WITHDIST", "WITHCOORD", "WITHHASH", "ANY");
    }

    private String longitude() {
        return chance(98) ? String.valueOf(random.nextInt(3_600_001) / 1e4 - 180) : one("181", "x", "inf");
    }

    private String latitude() {
        return chance(98) ? String.valueOf(random.nextInt(1_700_001) / 1e4 - 85) : one("86", "x", "-inf");
    }

    private String distance() {
        return switch (random.nextInt(5)) {
            case 0 -> String.valueOf(random.nextInt(1000));
            case 1 -> String.valueOf(random.nextInt(20_000_000));
            case 2 -> "0";
            case 3 -> chance(90) ? "3000.5" : one("-1", "x", "inf");
            default -> String.valueOf(random.nextInt(5000));
        };
    }

    private String place() {
        return chance(97) ? "p" + random.nextInt(120) : "nowhere";
    }

    private String key() {
        return one(KEYS);
    }

    private String member() {
        return switch (random.nextInt(10)) {
            case 0 -> String.valueOf(random.nextInt(20) - 5);
            case 1 -> one("", "\0", "\u00ff", "a b", "12345678901", "00", "x".repeat(70));
            case 2, 3 -> "n" + random.nextInt(400);
            default -> "m" + random.nextInt(12);
        };
    }

    private String score() {
        int n = random.nextInt(20);
        return n == 0 ? one(NO_SCORES) : n < 8 ? one(SCORES) : String.valueOf(random.nextInt(40) / 4.0);
    }

    private String bound() {
        int n = random.nextInt(20);
        String open = chance(30) ? "(" : "";
        return open + (n == 0 ? one("x", "nan", "1e400", "", " 2", "2 ") : n < 6 ? one("-inf", "+inf") : score());
    }

    private String name() {
        int n = random.nextInt(20);
        return n == 0 ? one("x", "", "-x", "+x") : n < 6 ? one("-", "+") : one("[", "(") + "n" + random.nextInt(500);
    }

    private String index() {
        return chance(95) ? String.valueOf(random.nextInt(40) - 20) : one("x", "9223372036854775807", "-99999999999");
    }

    private List<String> limited(List<String> request) {
        List<String> longer = new ArrayList<>(request);
        if (chance(30)) {
            longer.addAll(List.of("LIMIT", one("0", "1", "3", "-1", "x"), one("0", "1", "5", "-1", "1000")));
        }
        return longer;
    }

    private List<String> with(List<String> request, String... options) {
        List<String> longer = new ArrayList<>(request);
        for (String option : options) {
            if (chance(25)) {
                longer.add(option);
            }
        }
        return longer;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
