package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.NOT_A_FLOAT;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;

import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Commands on places: sorted sets whose scores are geohashes. */
final class GeoCommands {
    private static final int OPTIONS = SortedSetCommands.NX | SortedSetCommands.XX | SortedSetCommands.CHANGED;

    private static final String SEARCH_COST = "O(N+log(M)), N = members near the area, M = members of the set";

    static final List<Command> TABLE = table(
            write("geoadd", -5, GeoCommands::geoadd, DENYOOM).of("geo").key("RW UPDATE", 1)
                    .syntax("key [condition=(NX | XX)^6.2.0] [change=CH^6.2.0] "
                            + "longitude_latitude_member=(longitude:double latitude:double member)...")
                    .doc("3.2.0", "O(M*log(N)), N = members of the set, M = given ones",
                            "Adds members with places to a sorted set, or changes the places of those it has."),
            read("geopos", -2, GeoCommands::geopos).of("geo").key("RO ACCESS", 1)
                    .syntax("key member...")
                    .doc("3.2.0", "O(M), M = given members", "Replies with longitude and latitude of members."),
            read("geodist", -4, GeoCommands::geodist).of("geo").key("RO ACCESS", 1)
                    .syntax("key member1 member2 [unit=(M | KM | FT | MI)]")
                    .doc("3.2.0", "O(1)", "Replies with the distance between two members."),
            read("geohash", -2, GeoCommands::geohash).of("geo").key("RO ACCESS", 1)
                    .syntax("key member...")
                    .doc("3.2.0", "O(M), M = given members", "Replies with the places of members as geohash texts."),
            read("geosearch", -7, GeoCommands::geosearch).of("geo").key("RO ACCESS", 1)
                    .syntax("key from=(FROMMEMBER member | FROMLONLAT longitude_latitude=(longitude:double "
                            + "latitude:double)) by=(circle=(BYRADIUS radius:double unit=(M | KM | FT | MI)) | "
                            + "box=(BYBOX width:double height:double unit=(M | KM | FT | MI))) [order=(ASC | DESC)] "
                            + "[count=(COUNT count:integer [ANY])] [WITHCOORD] [WITHDIST] [WITHHASH]")
                    .doc("6.2.0", SEARCH_COST, "Finds the members within a circle or a box."),
            write("geosearchstore", -8, GeoCommands::geosearchstore, DENYOOM).of("geo")
                    .key("OW UPDATE", 1).key("RO ACCESS", 2)
                    .syntax("destination:key source:key@1 from=(FROMMEMBER member | FROMLONLAT "
                            + "longitude_latitude=(longitude:double latitude:double)) by=(circle=(BYRADIUS "
                            + "radius:double unit=(M | KM | FT | MI)) | box=(BYBOX width:double height:double "
                            + "unit=(M | KM | FT | MI))) [order=(ASC | DESC)] [count=(COUNT count:integer [ANY])] "
                            + "[STOREDIST]")
                    .doc("6.2.0", SEARCH_COST, "Stores the members within a circle or a box in another key."),
            write("georadius", -6, GeoCommands::georadius, DENYOOM, MOVABLEKEYS).of("geo").key("RO ACCESS", 1)
                    .keys(keyAfter("STORE", 6)).keys(keyAfter("STOREDIST", 6))
                    .replaced("6.2.0", "GEOSEARCH and GEOSEARCHSTORE with the BYRADIUS argument")
                    .syntax("key longitude:double latitude:double radius:double unit=(M | KM | FT | MI) [WITHCOORD] "
                            + "[WITHDIST] [WITHHASH] [count=(COUNT count:integer [ANY^6.2.0])] [order=(ASC | DESC)] "
                            + "[STORE key@1] [STOREDIST key@2]")
                    .doc("3.2.0", SEARCH_COST, "Finds or stores the members within a circle."),
            read("georadius_ro", -6, GeoCommands::georadiusRo).of("geo").key("RO ACCESS", 1)
                    .replaced("6.2.0", "GEOSEARCH with the BYRADIUS argument")
                    .syntax("key longitude:double latitude:double radius:double unit=(M | KM | FT | MI) [WITHCOORD] "
                            + "[WITHDIST] [WITHHASH] [count=(COUNT count:integer [ANY^6.2.0])] [order=(ASC | DESC)]")
                    .doc("3.2.10", SEARCH_COST, "Finds the members within a circle."),
            write("georadiusbymember", -5, GeoCommands::georadiusByMember, DENYOOM, MOVABLEKEYS).of("geo")
                    .key("RO ACCESS", 1)
                    .keys(keyAfter("STORE", 5)).keys(keyAfter("STOREDIST", 5))
                    .replaced("6.2.0", "GEOSEARCH and GEOSEARCHSTORE with the BYRADIUS and FROMMEMBER arguments")
                    .syntax("key member radius:double unit=(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
                            + "[count=(COUNT count:integer [ANY])] [order=(ASC | DESC)] [STORE key@1] [STOREDIST "
                            + "key@2]")
                    .doc("3.2.0", SEARCH_COST, "Finds or stores the members within a circle around a member."),
            read("georadiusbymember_ro", -5, GeoCommands::georadiusByMemberRo).of("geo").key("RO ACCESS", 1)
                    .replaced("6.2.0", "GEOSEARCH with the BYRADIUS and FROMMEMBER arguments")
                    .syntax("key member radius:double unit=(M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
                            + "[count=(COUNT count:integer [ANY])] [order=(ASC | DESC)]")
                    .doc("3.2.10", SEARCH_COST, "Finds the members within a circle around a member."));

    private static final String UNIT = "ERR unsupported unit provided. please use M, KM, FT, MI";
    private static final double DISTANCE_SCALE = 1e4;
    private static final int COORDINATE_DIGITS = 17;

    private GeoCommands() {}

    /** The key that is written, behind a word. */
    private static KeySpec keyAfter(String word, int from) {
        return new KeySpec("OW UPDATE", word, from, new KeySpec.Range(0, 1, 0));
    }

    // GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]
    private static void geoadd(Call call) {
        Args args = call.args();
        int at = SortedSetCommands.optionsEnd(args, OPTIONS);
        int options = SortedSetCommands.options(args, at);
        int bothMask = SortedSetCommands.NX | SortedSetCommands.XX;
        if ((args.count() - at) % 3 != 0 || (options & bothMask) == bothMask) {
            call.reply().error(SYNTAX);
            return;
        }
        double[] scores = new double[(args.count() - at) / 3];
        for (int i = 0; i < scores.length; i++) {
            if (!isPlace(call, at + 3 * i)) {
                return;
            }
            scores[i] = Geohash.encode(number(args, at + 3 * i), number(args, at + 3 * i + 1));
        }
        if (scores.length == 0) {
            call.reply().error(SYNTAX);
        } else {
            SortedSetCommands.add(call, options, scores, at + 2, 3);
        }
    }

    // GEOPOS key [member ...]
    private static void geopos(Call call) {
        SortedSets sets = SortedSetCommands.open(call, 1);
        if (sets == null) {
            return;
        }
        Args args = call.args();
        call.reply().array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            if (sets.find(args.array(), args.offset(i), args.length(i))) {
                replyPlace(call.reply(), (long) sets.score());
            } else {
                call.reply().nilArray();
            }
        }
    }

    // GEODIST key member1 member2 [M | KM | FT | MI]
    private static void geodist(Call call) {
        Args args = call.args();
        double unit = args.count() == 5 ? unit(call, 4) : 1;
        if (args.count() > 5) {
            call.reply().error(SYNTAX);
            return;
        }
        SortedSets sets = Double.isNaN(unit) ? null : SortedSetCommands.open(call, 1);
        if (sets == null) {
            return;
        }
        boolean both = sets.find(args.array(), args.offset(2), args.length(2));
        long from = (long) sets.score();
        both &= sets.find(args.array(), args.offset(3), args.length(3));
        long to = (long) sets.score();
        if (both) {
            replyDistance(call.reply(), Geohash.distance(
                    Geohash.longitude(from), Geohash.latitude(from), Geohash.longitude(to), Geohash.latitude(to))
                    / unit);
        } else {
            call.reply().nil();
        }
    }

    // GEOHASH key [member ...]
    private static void geohash(Call call) {
        SortedSets sets = SortedSetCommands.open(call, 1);
        if (sets == null) {
            return;
        }
        Args args = call.args();
        call.reply().array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            if (sets.find(args.array(), args.offset(i), args.length(i))) {
                call.reply().bulk(Geohash.text((long) sets.score()));
            } else {
                call.reply().nil();
            }
        }
    }

    // GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit | BYBOX width height unit
    //     [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]
    private static void geosearch(Call call) {
        GeoSearch.search(call, false);
    }

    // GEOSEARCHSTORE destination source FROMMEMBER ... as GEOSEARCH ... [STOREDIST]
    private static void geosearchstore(Call call) {
        GeoSearch.search(call, true);
    }

    // GEORADIUS key longitude latitude radius unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]
    //     [STORE key | STOREDIST key]
    private static void georadius(Call call) {
        GeoSearch.radius(call, false, true);
    }

    // GEORADIUS_RO: as GEORADIUS without STORE and STOREDIST
    private static void georadiusRo(Call call) {
        GeoSearch.radius(call, false, false);
    }

    // GEORADIUSBYMEMBER key member radius unit, then as GEORADIUS
    private static void georadiusByMember(Call call) {
        GeoSearch.radius(call, true, true);
    }

    // GEORADIUSBYMEMBER_RO: as GEORADIUSBYMEMBER without STORE and STOREDIST
    private static void georadiusByMemberRo(Call call) {
        GeoSearch.radius(call, true, false);
    }

    // -- places and distances as arguments and replies --------------------------------------------------------------

    static double number(Args args, int i) {
        return Score.parse(args.array(), args.offset(i), args.length(i));
    }

    /** Whether arguments {@code i} and the next are a longitude and a latitude; if not, the error was replied. */
    static boolean isPlace(Call call, int i) {
        double longitude = number(call.args(), i);
        double latitude = number(call.args(), i + 1);
        if (Double.isNaN(longitude) || Double.isNaN(latitude)) {
            call.reply().error(NOT_A_FLOAT);
            return false;
        }
        if (Math.abs(longitude) > Geohash.LONGITUDE_MAX || Math.abs(latitude) > Geohash.LATITUDE_MAX) {
            call.reply().error(
                    "ERR invalid longitude,latitude pair " + sixDigits(longitude) + "," + sixDigits(latitude));
            return false;
        }
        return true;
    }

    /** As C prints it with %f. */
    private static String sixDigits(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String text = new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
        boolean lostSign = text.charAt(0) != '-' && 1 / value < 0;
        return lostSign ? "-" + text : text;
    }

    /** The unit that an argument names, in meters; NaN after replying that it is none. */
    static double unit(Call call, int i) {
        Args args = call.args();
        double unit = args.is(i, "M") ? 1
                : args.is(i, "KM") ? 1000
                : args.is(i, "FT") ? 0.3048
                : args.is(i, "MI") ? 1609.34
                : Double.NaN;
        if (Double.isNaN(unit)) {
            call.reply().error(UNIT);
        }
        return unit;
    }

    /** Replies a distance with four digits after the point. */
    static void replyDistance(RespWriter reply, double distance) {
        long scaled = (long) Math.rint(distance * DISTANCE_SCALE);
        String digits = Long.toString(scaled % (long) DISTANCE_SCALE);
        reply.bulk(scaled / (long) DISTANCE_SCALE + "." + "0".repeat(4 - digits.length()) + digits);
    }

    /** Replies longitude and latitude of a score. */
    static void replyPlace(RespWriter reply, long score) {
        reply.array(2);
        replyCoordinate(reply, Geohash.longitude(score));
        replyCoordinate(reply, Geohash.latitude(score));
    }

    private static void replyCoordinate(RespWriter reply, double degrees) {
        BigDecimal rounded = new BigDecimal(degrees).setScale(COORDINATE_DIGITS, RoundingMode.HALF_EVEN);
        reply.real(rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString());
    }
}
