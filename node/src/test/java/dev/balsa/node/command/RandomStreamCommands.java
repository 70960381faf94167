package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Random requests on streams, most of them valid, over few keys, groups, consumers and ids so that they meet. A
 * function of the seed alone. Times are nothing or hours, so that the moment of a request does not decide its reply;
 * no id is made from a clock.
 */
final class RandomStreamCommands {
    private static final List<String> KEYS = List.of("s", "t", "u{s}", "text");
    private static final List<String> GROUPS = List.of("g", "h", "", "g\0z");
    private static final List<String> CONSUMERS = List.of("alice", "bob", "c", "carol", "");
    private static final List<String> NO_IDS = List.of(
            "", "-", "+", "$", ">", "*", "abc", "1-", "-1", "1-2-3", "1-a", "18446744073709551616", "1-*-", "(", "(1",
            "5-*", "*-5", " 5", "+5", "5-+3", "5-  -3", "007", "x".repeat(130), "5\0x");
    private static final List<String> EDGE_IDS = List.of(
            "0", "0-0", "0-1", "18446744073709551615-18446744073709551615", "18446744073709551615",
            "9223372036854775808-0", "18446744073709551615-0", "255-255", "256-0", "65536-7");

    private final Random random;
    private long top = 1;

    RandomStreamCommands(long seed) {
        this(new Random(seed));
    }

    RandomStreamCommands(Random random) {
        this.random = random;
    }

    List<String> next() {
        List<String> request = new ArrayList<>(valid());
        if (chance(3)) {
            if (random.nextBoolean() && request.size() > 2) {
                request.removeLast();
            } else {
                request.add(one("5", "foo", "1-1", "COUNT"));
            }
        }
        if (chance(5)) {
            request.set(0, request.getFirst().toLowerCase(Locale.ROOT));
        }
        return request;
    }

    private List<String> valid() {
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> xadd();
            case 8 -> List.of("XLEN", key());
            case 9, 10 -> counted(List.of("XRANGE", key(), edge("-"), edge("+")));
            case 11 -> counted(List.of("XREVRANGE", key(), edge("+"), edge("-")));
            case 12, 13 -> ids(List.of("XDEL", key()));
            case 14, 15 -> trim(new ArrayList<>(List.of("XTRIM", key())));
            case 16 -> xsetid();
            case 17, 18 -> xread();
            case 19, 20, 21, 22, 23 -> xreadgroup();
            case 24, 25 -> create();
            case 26 -> List.of("XGROUP", "CREATECONSUMER", key(), group(), consumer());
            case 27 -> chance(30)
                    ? List.of("XGROUP", "DELCONSUMER", key(), group(), consumer())
                    : List.of("XGROUP", one("setid", "SETID"), key(), group(), chance(30) ? "$" : id());
            case 28 -> chance(15) ? List.of("XGROUP", "DESTROY", key(), group()) : create();
            case 29, 30, 31 -> ids(List.of("XACK", key(), group()));
            case 32, 33 -> xpending();
            case 34, 35 -> xclaim();
            case 36 -> xautoclaim();
            case 37, 38 -> info();
            default -> other();
        };
    }

    private List<String> xadd() {
        List<String> request = new ArrayList<>(List.of("XADD", key()));
        if (chance(10)) {
            request.add("NOMKSTREAM");
        }
        if (chance(25)) {
            trim(request);
        }
        request.add(chance(95) ? nextId() : id().replace("*", "+")); // a clock decides what * gives
        int fields = chance(80) ? 2 : 1 + random.nextInt(4);
        for (int i = 0; i < fields; i++) {
            request.add(chance(80) ? "f" + i : one("other", "12", ""));
            request.add(value());
        }
        return request;
    }

    private String nextId() {
        top += random.nextInt(3);
        return switch (random.nextInt(8)) {
            case 0 -> top + "-*";
            case 1 -> top + "-" + random.nextInt(4);
            case 2 -> top + "-" + random.nextLong(1L << 40);
            default -> ++top + (random.nextBoolean() ? "" : "-0");
        };
    }

    private String value() {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> String.valueOf(random.nextLong() >> random.nextInt(64));
            case 2 -> "v".repeat(random.nextInt(100));
            case 3 -> chance(10) ? "w".repeat(random.nextInt(5000)) : "w";
            default -> "value" + random.nextInt(5);
        };
    }

    private List<String> trim(List<String> request) {
        request.add(one("MAXLEN", "MINID", "maxlen"));
        if (chance(60)) {
            request.add(one("~", "~", "="));
        }
        boolean byLength = !request.contains("MINID");
        request.add(byLength ? String.valueOf(random.nextInt(chance(50) ? 12 : 60) - (chance(3) ? 70 : 0)) : id());
        if (chance(20)) {
            request.add("LIMIT");
            request.add(one("0", "5", "12", "1000", "-1", "x"));
        }
        return request;
    }

    private List<String> xsetid() {
        List<String> request = new ArrayList<>(List.of("XSETID", key(), chance(70) ? nextId() : id()));
        if (chance(30)) {
            request.add("ENTRIESADDED");
            request.add(one("0", "10", "1000", "-1", "x"));
        }
        if (chance(30)) {
            request.add("MAXDELETEDID");
            request.add(id());
        }
        return request;
    }

    private List<String> xread() {
        List<String> request = new ArrayList<>(List.of("XREAD"));
        maybe(request, 50, "COUNT", count());
        maybe(request, 5, "NOACK");
        maybe(request, 3, "GROUP", "g", "c");
        request.add("STREAMS");
        List<String> read = streams(request, "$");
        read.replaceAll(word -> word.equals("+") ? "$" : word); // since 7.4 it is an id here
        return read;
    }

    private List<String> xreadgroup() {
        List<String> request = new ArrayList<>(List.of("XREADGROUP", "GROUP", group(), consumer()));
        maybe(request, 60, "COUNT", count());
        maybe(request, 10, "NOACK");
        request.add("STREAMS");
        List<String> read = streams(request, ">");
        read.replaceAll(word -> word.equals("+") ? "$" : word);
        return read;
    }

    private List<String> streams(List<String> request, String mark) {
        int streams = chance(80) ? 1 : 2;
        for (int i = 0; i < streams; i++) {
            request.add(key());
        }
        for (int i = 0; i < streams; i++) {
            request.add(chance(70) ? mark.equals("$") ? id() : mark : chance(60) ? id() : one("$", ">", "0"));
        }
        return request;
    }

    private List<String> create() {
        List<String> request = new ArrayList<>(List.of("XGROUP", "CREATE", key(), group(), chance(40) ? "$" : id()));
        maybe(request, 50, "MKSTREAM");
        maybe(request, 20, "ENTRIESREAD", one("-1", "0", "3", "-2", "x"));
        return request;
    }

    private List<String> xpending() {
        List<String> request = new ArrayList<>(List.of("XPENDING", key(), group()));
        if (chance(70)) {
            maybe(request, 30, "IDLE", one("0", "50000000", "x"));
            request.addAll(List.of(edge("-"), edge("+"), count()));
            maybe(request, 40, consumer());
        }
        return request;
    }

    private List<String> xclaim() {
        List<String> request = new ArrayList<>(List.of("XCLAIM", key(), group(), consumer(), idle()));
        for (int i = 0; i <= random.nextInt(4); i++) {
            request.add(id());
        }
        maybe(request, 30, "IDLE", one("0", "100000000", "-5", "x"));
        maybe(request, 10, "TIME", one("1000", "99999999999999", "-1"));
        maybe(request, 20, "RETRYCOUNT", one("0", "7", "-1", "x"));
        maybe(request, 40, "FORCE");
        maybe(request, 30, "JUSTID");
        maybe(request, 20, "LASTID", id());
        return request;
    }

    private List<String> xautoclaim() {
        List<String> request = new ArrayList<>(List.of("XAUTOCLAIM", key(), group(), consumer(), idle(), edge("-")));
        maybe(request, 60, "COUNT", count());
        maybe(request, 30, "JUSTID");
        return request;
    }

    private List<String> info() {
        return switch (random.nextInt(4)) {
            case 0 -> List.of("XINFO", "GROUPS", key());
            case 1 -> List.of("XINFO", "CONSUMERS", key(), group());
            case 2 -> List.of("XINFO", "STREAM", key());
            default -> {
                List<String> request = new ArrayList<>(List.of("XINFO", "STREAM", key(), one("FULL", "FULL", "foo")));
                maybe(request, 50, "COUNT", count());
                yield request;
            }
        };
    }

    private List<String> other() {
        return switch (random.nextInt(8)) {
            case 0 -> List.of("SET", "text", "x");
            case 1 -> chance(20) ? List.of("DEL", key()) : List.of("EXISTS", key());
            case 2 -> List.of("COPY", key(), key(), "REPLACE");
            case 3 -> List.of("RENAME", key(), key());
            case 4 -> List.of("OBJECT", "ENCODING", key());
            case 5 -> List.of("TYPE", key());
            case 6 -> List.of("XGROUP", one("foo", "CREATE", "HELPME"), key(), group());
            default -> List.of("PEXPIREAT", key(), "9999999999999");
        };
    }

    private List<String> counted(List<String> request) {
        List<String> counted = new ArrayList<>(request);
        maybe(counted, 50, "COUNT", count());
        return counted;
    }

    private List<String> ids(List<String> request) {
        List<String> with = new ArrayList<>(request);
        for (int i = 0; i <= random.nextInt(4); i++) {
            with.add(id());
        }
        return with;
    }

    private void maybe(List<String> request, int percent, String... words) {
        if (chance(percent)) {
            request.addAll(List.of(words));
        }
    }

    private String key() {
        return chance(90) ? KEYS.get(random.nextInt(3)) : one("text", "none", "s");
    }

    private String group() {
        return chance(85) ? GROUPS.get(random.nextInt(2)) : GROUPS.get(random.nextInt(GROUPS.size()));
    }

    private String consumer() {
        return CONSUMERS.get(random.nextInt(CONSUMERS.size()));
    }

    private String count() {
        return chance(90) ? String.valueOf(random.nextInt(6)) : one("100", "-1", "x", "9223372036854775807");
    }

    private String idle() {
        return chance(60) ? "0" : one("50000000", "-1", "x", "99999999999");
    }

    private String id() {
        if (chance(6)) {
            return NO_IDS.get(random.nextInt(NO_IDS.size()));
        }
        if (chance(6)) {
            return EDGE_IDS.get(random.nextInt(EDGE_IDS.size()));
        }
        long ms = Math.max(0, top - random.nextInt(40));
        return ms + (chance(70) ? "" : "-" + random.nextInt(3));
    }

    private String edge(String open) {
        return chance(40) ? open : chance(30) ? "(" + id() : id();
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
