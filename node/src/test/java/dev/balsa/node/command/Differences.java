package dev.balsa.node.command;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Where redis-server 7.0 may answer otherwise than we do, and why; nowhere else. Owned by one test, which is told how
 * often each difference was met.
 */
final class Differences {
    private static final long CLOCK_TOLERANCE_MILLIS = 20_000;
    private static final List<String> ONLY_7_2_MAKES_CONSUMERS = List.of("xreadgroup", "xclaim", "xautoclaim");

    /** A request in words and what both answered to it. */
    private record Asked(List<String> request, Reply our, Reply their) {
        String word(int place) {
            return place < request.size() ? request.get(place).toLowerCase(Locale.ROOT) : "";
        }
    }

    /** Says whether two replies differ by nothing but what is allowed. */
    private interface Judge {
        boolean allows(Asked asked) throws IOException;
    }

    private record Difference(String why, List<String> commands, Judge judge) {}

    private static final List<Difference> ALLOWED = List.of(
            new Difference(
                    "sets, hashes and the keyspace have another order",
                    List.of("smembers", "sinter", "sunion", "sdiff", "spop", "sscan", "hscan", "hgetall", "hkeys",
                            "hvals", "keys", "scan"),
                    asked -> sorted(asked.our).equals(sorted(asked.their))),
            new Difference(
                    "chance picks others, as many",
                    List.of("srandmember", "hrandfield", "zrandmember", "randomkey"),
                    asked -> asked.our instanceof Reply.Elements some
                            ? asked.their instanceof Reply.Elements others
                                    && some.items().size() == others.items().size()
                            : asked.our instanceof Reply.Bulk && asked.their instanceof Reply.Bulk),
            new Difference(
                    "both clocks are read at slightly different moments",
                    List.of("ttl", "pttl", "expiretime", "pexpiretime"),
                    asked -> close(asked, asked.word(0).startsWith("p") ? 1 : 1_000)),
            new Difference(
                    "both clocks are read at slightly different moments",
                    List.of("object"),
                    asked -> asked.word(1).equals("idletime") && close(asked, 1_000)),
            new Difference(
                    "payloads differ in compression, in order, and in the count that a read leaves in a HyperLogLog's"
                            + " head in Redis and not here; what they hold is compared",
                    List.of("dump"),
                    asked -> asked.our instanceof Reply.Bulk our
                            && asked.their instanceof Reply.Bulk their
                            && Payload.content(our.bytes()).equals(Payload.content(their.bytes()))),
            new Difference(
                    "the count in a HyperLogLog's head: a read leaves it there in Redis, and changes nothing here",
                    List.of("get", "getrange", "substr"),
                    asked -> asked.our instanceof Reply.Bulk our
                            && asked.their instanceof Reply.Bulk their
                            && Payload.registers(our.bytes()).equals(Payload.registers(their.bytes()))),
            new Difference(
                    "scores are written with 17 digits in 7.0, with the fewest since 7.2; packed scores know no -0",
                    List.of("zadd", "zincrby", "zscore", "zmscore", "zrange", "zrevrange", "zrangebyscore",
                            "zrevrangebyscore", "zpopmin", "zpopmax", "bzpopmin", "bzpopmax", "zmpop", "bzmpop",
                            "zunion", "zinter", "zdiff"),
                    asked -> Payload.sameNumbers(asked.our, asked.their)),
            new Difference(
                    "as above, and another order",
                    List.of("zscan", "zrandmember"),
                    asked -> sortedNumbers(asked.our).equals(sortedNumbers(asked.their))),
            new Difference(
                    "distances are of other sines, whose last bits may round the fourth decimal otherwise",
                    List.of("geodist", "georadius", "georadius_ro", "georadiusbymember", "georadiusbymember_ro",
                            "geosearch"),
                    asked -> Payload.sameDistances(asked.our, asked.their)),
            new Difference(
                    "ZRANK has an option since 7.2",
                    List.of("zrank", "zrevrank"),
                    asked -> asked.request.size() == 4 && asked.our.equals(new Reply.Failure(CommandError.SYNTAX))),
            new Difference(
                    "without an element Redis waits and then says nil array; within MULTI, and here, nil",
                    List.of("blmove", "brpoplpush"),
                    asked -> asked.our.shown().equals("(nil)") && asked.their.shown().equals("(nil array)")),
            new Difference(
                    "SORT by numbers: Redis looks at errno, which may be that of an earlier command",
                    List.of("sort", "sort_ro"),
                    asked -> asked.their.equals(new Reply.Failure(CommandError.SORT_SCORES))
                            && !(asked.our instanceof Reply.Failure)),
            new Difference(
                    "SORT of a set BY nosort: another order",
                    List.of("sort", "sort_ro"),
                    asked -> asked.request.contains("nosort")
                            && asked.our instanceof Reply.Elements some
                            && asked.their instanceof Reply.Elements others
                            && some.items().size() == others.items().size()),
            new Difference(
                    "another layout takes other memory",
                    List.of("memory"),
                    asked -> asked.our instanceof Reply.Whole && asked.their instanceof Reply.Whole),
            new Difference(
                    "Redis shares small numbers or not, depending on what wrote them; we always say shared",
                    List.of("object"),
                    asked -> asked.word(1).equals("refcount")
                            && asked.our.equals(new Reply.Whole(Integer.MAX_VALUE))
                            && asked.their.equals(new Reply.Whole(1))),
            encoding("INCRBYFLOAT leaves a whole number as embstr until it is loaded from a file; here it is int at"
                    + " once, so that a restored replica answers the same", "int", "embstr"),
            encoding("short lists are listpacks since 7.2", "listpack", "quicklist"),
            encoding("SORT unpacks a sorted set to read it; a read changes nothing here", "listpack", "skiplist"),
            encoding("given more pairs than may be packed, 7.2 makes it a hashtable though fields repeat",
                    "hashtable", "listpack"),
            encoding("given more members than may be an intset, 7.2 makes it a listpack though members repeat",
                    "listpack", "intset"),
            encoding("given more members than may be packed, 7.2 makes it a hashtable though members repeat",
                    "hashtable", "intset"),
            encoding("few short strings are a listpack since 7.2; a result has the form that its members call for, in"
                    + " Redis at times that of a larger set on the way", "listpack", "hashtable"),
            encoding("a result has the form that its members call for, as above", "intset", "hashtable"),
            new Difference(
                    "summaries of our own",
                    List.of("object", "xinfo", "xgroup"),
                    asked -> asked.word(1).equals("help")
                            && asked.our instanceof Reply.Elements
                            && asked.their instanceof Reply.Elements),
            new Difference(
                    "both clocks are read at different moments, and XINFO tells since 7.2 when a consumer was active",
                    List.of("xinfo", "xpending"),
                    asked -> Payload.withoutMoments(asked.our).equals(Payload.withoutMoments(asked.their))),
            new Difference(
                    "the error names the command since 7.2",
                    List.of("xread", "xreadgroup"),
                    asked -> asked.our instanceof Reply.Failure(String our)
                            && asked.their instanceof Reply.Failure(String their)
                            && our.startsWith("ERR Unbalanced")
                            && their.startsWith("ERR Unbalanced")));

    private final TreeMap<String, Integer> met = new TreeMap<>();

    private static Difference encoding(String why, String our, String their) {
        return new Difference(why, List.of("object"), asked -> asked.word(1).equals("encoding")
                && asked.our.equals(new Reply.Bulk(our))
                && asked.their.equals(new Reply.Bulk(their)));
    }

    /** Whether both may stand. */
    boolean allow(List<String> request, Reply our, Reply their) throws IOException {
        if (our.equals(their)) {
            return true;
        }
        Asked asked = new Asked(request, our, their);
        for (Difference difference : ALLOWED) {
            if (difference.commands.contains(asked.word(0)) && difference.judge.allows(asked)) {
                met.merge(difference.why, 1, Integer::sum);
                return true;
            }
        }
        return false;
    }

    /** Whether a request is not for 7.0, which would do what 7.2 refuses. */
    static boolean refusedSince72(Reply our) {
        return our instanceof Reply.Failure(String line) && line.endsWith("smaller than current max_deleted_entry_id");
    }

    /** What makes the consumers that a request makes since 7.2 even when it gets nothing. */
    static List<List<String>> consumersFor(List<String> request) {
        String name = request.getFirst().toLowerCase(Locale.ROOT);
        if (!ONLY_7_2_MAKES_CONSUMERS.contains(name) || request.size() < 5) {
            return List.of();
        }
        if (!name.equals("xreadgroup")) {
            return List.of(List.of("XGROUP", "CREATECONSUMER", request.get(1), request.get(2), request.get(3)));
        }
        return request.subList(request.indexOf("STREAMS") + 1, request.size()).stream()
                .map(key -> List.of("XGROUP", "CREATECONSUMER", key, request.get(2), request.get(3)))
                .toList();
    }

    /** How often each difference was met. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        met.forEach((why, times) -> text.append(String.format("%8d  %s%n", times, why)));
        return text.toString();
    }

    private static boolean close(Asked asked, long unitMillis) {
        return asked.our instanceof Reply.Whole(long our)
                && asked.their instanceof Reply.Whole(long their)
                && our >= 0
                && their >= 0
                && Math.abs(our - their) * unitMillis < CLOCK_TOLERANCE_MILLIS;
    }

    static List<String> sorted(Reply reply) {
        return reply.shown().lines().map(line -> line.replaceAll("\\d+[)~#] ", "").strip()).sorted().toList();
    }

    private static List<String> sortedNumbers(Reply reply) {
        return reply.shown().lines()
                .map(line -> Payload.number(line.replaceAll("\\d+\\) ", "").strip().replace("\"", "")))
                .sorted()
                .toList();
    }
}
