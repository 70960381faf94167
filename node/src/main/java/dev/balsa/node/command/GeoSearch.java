package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/** GEOSEARCH and its relatives: their arguments, the search, the reply. One object serves one call. */
final class GeoSearch {
    private static final String NO_RADIUS = "ERR need numeric radius";
    private static final String NEGATIVE_RADIUS = "ERR radius cannot be negative";
    private static final String NO_WIDTH = "ERR need numeric width";
    private static final String NO_HEIGHT = "ERR need numeric height";
    private static final String NEGATIVE_BOX = "ERR height or width cannot be negative";
    private static final String NO_MEMBER = "ERR could not decode requested zset member";
    private static final String NO_COUNT = "ERR COUNT must be > 0";
    private static final String ANY_WITHOUT_COUNT = "ERR the ANY argument requires COUNT argument";
    private static final String STORE_WITH = " is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
    private static final String ONE_START = "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
    private static final String ONE_SHAPE = "ERR exactly one of BYRADIUS and BYBOX can be specified for ";

    private static final int ANY_ORDER = 0;
    private static final int ASCENDING = 1;
    private static final int DESCENDING = -1;

    private final Call call;
    private final Args args;
    private final boolean searches;
    private final boolean mayStore;
    private final int keyAt;
    private int storeAt;

    // Where, and how far.
    private boolean hasPlace;
    private boolean hasShape;
    private boolean isBox;
    private double longitude;
    private double latitude;
    private double width;
    private double height;
    private double unit;

    private boolean withDistance;
    private boolean withHash;
    private boolean withPlace;
    private boolean storesDistance;
    private boolean any;
    private int sort = ANY_ORDER;
    private long count;

    private boolean exists;

    private GeoSearch(Call call, boolean searches, boolean mayStore, int keyAt) {
        this.call = call;
        args = call.args();
        this.searches = searches;
        this.mayStore = mayStore;
        this.keyAt = keyAt;
    }

    /** GEOSEARCH, or with {@code stores} GEOSEARCHSTORE. */
    static void search(Call call, boolean stores) {
        GeoSearch search = new GeoSearch(call, true, stores, stores ? 2 : 1);
        search.storeAt = stores ? 1 : 0;
        SortedSets sets = search.open();
        if (sets != null && search.readsOptions(sets, stores ? 3 : 2) && search.isComplete()) {
            search.run(sets);
        }
    }

    /** GEORADIUS and GEORADIUSBYMEMBER, and what may only read of both. */
    static void radius(Call call, boolean byMember, boolean mayStore) {
        GeoSearch search = new GeoSearch(call, false, mayStore, 1);
        SortedSets sets = search.open();
        int distanceAt = byMember ? 3 : 4;
        if (sets == null) {
            return;
        }
        boolean reads;
        if (byMember && !search.exists) {
            // Redis looks at neither member nor radius then.
            search.hasPlace = true;
            search.hasShape = true;
            reads = true;
        } else {
            reads = (byMember ? search.readsMember(sets, 2) : search.readsPlace(2)) && search.readsRadius(distanceAt);
        }
        if (reads && search.readsOptions(sets, distanceAt + 2) && search.isComplete()) {
            search.run(sets);
        }
    }

    private @Nullable SortedSets open() {
        int ref = call.find(keyAt);
        exists = ref != MISSING;
        if (exists && call.refusesType(ref, ValueType.ZSET)) {
            return null;
        }
        SortedSets sets = call.sortedSets();
        sets.open(call.db(), ref);
        return sets;
    }

    // -- arguments ------------------------------------------------------------------------------------------------

    private boolean readsOptions(SortedSets sets, int from) {
        int last = args.count() - 1;
        for (int i = from; i <= last; i++) {
            int left = last - i;
            if (args.is(i, "WITHDIST")) {
                withDistance = true;
            } else if (args.is(i, "WITHHASH")) {
                withHash = true;
            } else if (args.is(i, "WITHCOORD")) {
                withPlace = true;
            } else if (args.is(i, "ANY")) {
                any = true;
            } else if (args.is(i, "ASC")) {
                sort = ASCENDING;
            } else if (args.is(i, "DESC")) {
                sort = DESCENDING;
            } else if (args.is(i, "COUNT") && left >= 1) {
                if (!readsCount(++i)) {
                    return false;
                }
            } else {
                int taken = searches ? searchOption(sets, i, left) : storeOption(i, left);
                if (taken <= 0) {
                    if (taken == 0) {
                        call.reply().error(SYNTAX);
                    }
                    return false;
                }
                i += taken - 1;
            }
        }
        return true;
    }

    /** Arguments that an option of GEORADIUS takes; 0 = none of its options. */
    private int storeOption(int i, int left) {
        boolean distance = args.is(i, "STOREDIST");
        if (!mayStore || left < 1 || !(distance || args.is(i, "STORE"))) {
            return 0;
        }
        storesDistance = distance;
        storeAt = i + 1;
        return 2;
    }

    /** Arguments that an option of GEOSEARCH takes; 0 = none of its options, below 0 = an error was replied. */
    private int searchOption(SortedSets sets, int i, int left) {
        if (args.is(i, "FROMMEMBER") && left >= 1 && !hasPlace) {
            return readsMember(sets, i + 1) ? 2 : -1;
        }
        if (args.is(i, "FROMLONLAT") && left >= 2 && !hasPlace) {
            return readsPlace(i + 1) ? 3 : -1;
        }
        if (args.is(i, "BYRADIUS") && left >= 2 && !hasShape) {
            return readsRadius(i + 1) ? 3 : -1;
        }
        if (args.is(i, "BYBOX") && left >= 3 && !hasShape) {
            return readsBox(i + 1) ? 4 : -1;
        }
        if (mayStore && args.is(i, "STOREDIST")) {
            storesDistance = true;
            return 1;
        }
        return 0;
    }

    private boolean readsCount(int i) {
        if (!call.readsInteger(i)) {
            return false;
        }
        count = call.number();
        return count > 0 || refuses(NO_COUNT);
    }

    private boolean readsPlace(int i) {
        hasPlace = GeoCommands.isPlace(call, i);
        longitude = GeoCommands.number(args, i);
        latitude = GeoCommands.number(args, i + 1);
        return hasPlace;
    }

    private boolean readsMember(SortedSets sets, int i) {
        hasPlace = true;
        if (!exists) {
            return true;
        }
        if (!sets.find(args.array(), args.offset(i), args.length(i))) {
            return refuses(NO_MEMBER);
        }
        longitude = Geohash.longitude((long) sets.score());
        latitude = Geohash.latitude((long) sets.score());
        return true;
    }

    private boolean readsRadius(int i) {
        hasShape = true;
        width = GeoCommands.number(args, i);
        height = width;
        if (Double.isNaN(width)) {
            return refuses(NO_RADIUS);
        }
        return width < 0 ? refuses(NEGATIVE_RADIUS) : readsUnit(i + 1);
    }

    private boolean readsBox(int i) {
        hasShape = true;
        isBox = true;
        width = GeoCommands.number(args, i);
        height = GeoCommands.number(args, i + 1);
        if (Double.isNaN(width)) {
            return refuses(NO_WIDTH);
        }
        if (Double.isNaN(height)) {
            return refuses(NO_HEIGHT);
        }
        return width < 0 || height < 0 ? refuses(NEGATIVE_BOX) : readsUnit(i + 2);
    }

    private boolean readsUnit(int i) {
        unit = GeoCommands.unit(call, i);
        return !Double.isNaN(unit);
    }

    private boolean isComplete() {
        String name = call.cText(0);
        if (storeAt != 0 && (withDistance || withHash || withPlace)) {
            return refuses((searches ? "ERR GEOSEARCHSTORE" : "ERR STORE option in GEORADIUS") + STORE_WITH);
        }
        if (!hasPlace) {
            return refuses(ONE_START + name);
        }
        if (!hasShape) {
            return refuses(ONE_SHAPE + name);
        }
        return !any || count > 0 || refuses(ANY_WITHOUT_COUNT);
    }

    private boolean refuses(String error) {
        call.reply().error(error);
        return false;
    }

    // -- search ---------------------------------------------------------------------------------------------------

    private void run(SortedSets sets) {
        ScoredMembers found = new ScoredMembers();
        ScoredMembers distances = new ScoredMembers();
        if (exists) {
            find(sets, found, distances);
        }
        boolean nearest = count > 0 && sort == ANY_ORDER && !any;
        int[] order = order(distances, nearest ? ASCENDING : sort);
        int replied = (int) (count > 0 ? Math.min(count, found.count()) : found.count());
        if (storeAt != 0) {
            store(sets, found, distances, order, replied);
        } else {
            reply(found, distances, order, replied);
        }
    }

    /** Collects the members inside with their scores, and beside them their distances. */
    private void find(SortedSets sets, ScoredMembers found, ScoredMembers distances) {
        Geohash.Area area = new Geohash.Area(longitude, latitude, isBox, width, height, unit);
        byte[] none = new byte[0];
        for (Geohash.Cell cell : area.cells()) {
            int inCell = sets.selectScores(cell.firstScore(), false, cell.endScore(), true);
            for (int i = 0; i < inCell; i++) {
                if (any && found.count() >= count) {
                    return;
                }
                if (i == 0) {
                    sets.seek(sets.from());
                } else {
                    sets.step(false);
                }
                long hash = (long) sets.score();
                double meters = area.distanceInside(Geohash.longitude(hash), Geohash.latitude(hash));
                if (!Double.isNaN(meters)) {
                    sets.copyTo(found, sets.score());
                    distances.add(none, 0, 0, (sort == DESCENDING ? -meters : meters) / unit);
                }
            }
        }
    }

    /** The members by distance; those at the same distance, and all without an order, as they were found. */
    private static int[] order(ScoredMembers distances, int sort) {
        if (sort != ANY_ORDER) {
            return distances.byScore();
        }
        int[] order = new int[distances.count()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        return order;
    }

    private void reply(ScoredMembers found, ScoredMembers distances, int[] order, int replied) {
        RespWriter reply = call.reply();
        int parts = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPlace ? 1 : 0);
        reply.array(replied);
        for (int i = 0; i < replied; i++) {
            int member = order[i];
            if (parts > 0) {
                reply.array(1L + parts);
            }
            reply.bulk(found.bytes(), found.offset(member), found.length(member));
            if (withDistance) {
                GeoCommands.replyDistance(reply, Math.abs(distances.score(member)));
            }
            if (withHash) {
                reply.integer((long) found.score(member));
            }
            if (withPlace) {
                GeoCommands.replyPlace(reply, (long) found.score(member));
            }
        }
    }

    private void store(SortedSets sets, ScoredMembers found, ScoredMembers distances, int[] order, int stored) {
        ScoredMembers members = new ScoredMembers();
        for (int i = 0; i < stored; i++) {
            int member = order[i];
            double score = storesDistance ? Math.abs(distances.score(member)) : found.score(member);
            members.add(found.bytes(), found.offset(member), found.length(member), score);
        }
        sets.store(call.db(), args.array(), args.offset(storeAt), args.length(storeAt), members, members.byScore());
        call.reply().integer(stored);
    }
}
