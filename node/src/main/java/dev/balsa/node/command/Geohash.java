package dev.balsa.node.command;

import java.util.Arrays;

/*
 * A point is a cell of a grid that halves the world again and again: after `step` halvings in each direction its row
 * and column are numbers of `step` bits, and the geohash has them interleaved, columns (longitude) at the odd bits.
 * With 26 steps it has 52 bits and so is exact in a double: the score of the member. Cells of fewer steps are ranges of
 * scores, which is how areas are searched: nine cells, each at least as wide as the area's radius, cover it.
 *
 * The world is that of Web Mercator, +-85.05112878 degrees of latitude (GEOHASH itself takes +-90). All sines come from
 * StrictMath: results that are stored must be the same on every replica.
 *
 * Source: G. Niemeyer's geohash (2008); Y. Ma, ardb's geohash-int, for the covering by nine cells; numbers as in Redis.
 */

/** Geohashes, their cells and distances on the sphere. Pure functions. */
final class Geohash {
    static final double LATITUDE_MAX = 85.05112878;
    static final double LONGITUDE_MAX = 180;

    /** Halvings in each direction of a member's cell. */
    static final int STEPS = 26;

    private static final double EARTH_RADIUS_METERS = 6372797.560856;
    private static final double MERCATOR_MAX = 20037726.37;
    private static final double RADIANS = Math.PI / 180;
    private static final long ROWS = 0x5555_5555_5555_5555L;
    private static final long COLUMNS = 0xaaaa_aaaa_aaaa_aaaaL;
    private static final double WORLD_LATITUDE_MAX = 90;
    private static final String BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int TEXT_LENGTH = 11;

    private Geohash() {}

    /** The cell of a point, as the score that its member gets. */
    static long encode(double longitude, double latitude) {
        return encode(longitude, latitude, LATITUDE_MAX, STEPS);
    }

    private static long encode(double longitude, double latitude, double latitudeMax, int steps) {
        double row = (latitude + latitudeMax) / (latitudeMax + latitudeMax) * (1L << steps);
        double column = (longitude + LONGITUDE_MAX) / (LONGITUDE_MAX + LONGITUDE_MAX) * (1L << steps);
        return interleave((long) row, (long) column);
    }

    private static long interleave(long row, long column) {
        return Long.expand(row, ROWS) | Long.expand(column, COLUMNS);
    }

    /** Longitude of the middle of a member's cell. */
    static double longitude(long hash) {
        return Cell.middle(Long.compress(hash, COLUMNS), STEPS, LONGITUDE_MAX);
    }

    /** Latitude of the middle of a member's cell. */
    static double latitude(long hash) {
        return Cell.middle(Long.compress(hash, ROWS), STEPS, LATITUDE_MAX);
    }

    /** The usual text of a member's place, eleven characters. */
    static String text(long score) {
        long hash = encode(longitude(score), latitude(score), WORLD_LATITUDE_MAX, STEPS);
        StringBuilder text = new StringBuilder(TEXT_LENGTH);
        for (int i = 1; i < TEXT_LENGTH; i++) {
            text.append(BASE32.charAt((int) (hash >>> (2 * STEPS - 5 * i)) & 0x1f));
        }
        // 52 bits are ten characters and two bits; Redis leaves those out.
        return text.append(BASE32.charAt(0)).toString();
    }

    /** Great-circle distance in meters (haversine). */
    static double distance(double longitude1, double latitude1, double longitude2, double latitude2) {
        double v = StrictMath.sin((longitude2 * RADIANS - longitude1 * RADIANS) / 2);
        if (v == 0) {
            return latitudeDistance(latitude1, latitude2);
        }
        double from = latitude1 * RADIANS;
        double to = latitude2 * RADIANS;
        double u = StrictMath.sin((to - from) / 2);
        double a = u * u + StrictMath.cos(from) * StrictMath.cos(to) * v * v;
        return 2 * EARTH_RADIUS_METERS * StrictMath.asin(StrictMath.sqrt(a));
    }

    /** Distance in meters along a meridian. */
    static double latitudeDistance(double latitude1, double latitude2) {
        return EARTH_RADIUS_METERS * Math.abs(latitude2 * RADIANS - latitude1 * RADIANS);
    }

    /** A cell of the grid: {@code row} from the south, {@code column} from the west. */
    record Cell(long row, long column, int steps) {
        static Cell of(double longitude, double latitude, int steps) {
            long hash = encode(longitude, latitude, LATITUDE_MAX, steps);
            return new Cell(Long.compress(hash, ROWS), Long.compress(hash, COLUMNS), steps);
        }

        /** The cell so many rows up and columns to the right; behind the last comes the first. */
        Cell neighbour(int up, int right) {
            long mask = (1L << steps) - 1;
            return new Cell(row + up & mask, column + right & mask, steps);
        }

        double south() {
            return edge(row, steps, LATITUDE_MAX);
        }

        double north() {
            return edge(row + 1, steps, LATITUDE_MAX);
        }

        double west() {
            return edge(column, steps, LONGITUDE_MAX);
        }

        double east() {
            return edge(column + 1, steps, LONGITUDE_MAX);
        }

        /** The lowest score of a member in it. */
        double firstScore() {
            return hash() << 2 * (STEPS - steps);
        }

        /** The first score behind it. */
        double endScore() {
            return hash() + 1 << 2 * (STEPS - steps);
        }

        private long hash() {
            return interleave(row, column);
        }

        private static double edge(long index, int steps, double max) {
            return -max + (index * 1.0 / (1L << steps)) * (max + max);
        }

        private static double middle(long index, int steps, double max) {
            double middle = (edge(index, steps, max) + edge(index + 1, steps, max)) / 2;
            return Math.max(-max, Math.min(max, middle));
        }
    }

    /**
     * An area around a point.
     *
     * @param width in {@code unit}; of a circle its radius, and so is {@code height}
     * @param unit in meters
     */
    record Area(double longitude, double latitude, boolean isBox, double width, double height, double unit) {
        /** Distance in meters of a point from the middle, or NaN if it is outside. */
        double distanceInside(double pointLongitude, double pointLatitude) {
            if (isBox) {
                boolean inside = latitudeDistance(pointLatitude, latitude) <= height * unit / 2
                        && distance(pointLongitude, pointLatitude, longitude, pointLatitude) <= width * unit / 2;
                return inside ? distance(longitude, latitude, pointLongitude, pointLatitude) : Double.NaN;
            }
            double meters = distance(longitude, latitude, pointLongitude, pointLatitude);
            return meters <= width * unit ? meters : Double.NaN;
        }

        /** The cells that cover the area, in the order in which Redis visits them. */
        Cell[] cells() {
            double halfWidth = unit * (isBox ? width / 2 : width);
            double halfHeight = unit * (isBox ? height / 2 : height);
            double up = halfHeight / EARTH_RADIUS_METERS / RADIANS;
            // Meridians come together towards the pole: the half of the area that is nearer to it spans more degrees.
            double wideLatitude = latitude < 0 ? latitude - up : latitude + up;
            double aside = halfWidth / EARTH_RADIUS_METERS / StrictMath.cos(wideLatitude * RADIANS) / RADIANS;
            double south = latitude - up;
            double north = latitude + up;
            double west = longitude - aside;
            double east = longitude + aside;
            double radius = isBox
                    ? StrictMath.sqrt(width / 2 * (width / 2) + height / 2 * (height / 2)) * unit
                    : width * unit;
            int steps = steps(radius, latitude);
            Cell center = Cell.of(longitude, latitude, steps);
            boolean tooSmall = center.neighbour(1, 0).north() < north
                    || center.neighbour(-1, 0).south() > south
                    || center.neighbour(0, 1).east() < east
                    || center.neighbour(0, -1).west() > west;
            if (steps > 1 && tooSmall) {
                steps--;
                center = Cell.of(longitude, latitude, steps);
            }
            boolean few = steps < 2;
            return around(
                    center,
                    few || center.north() <= north,
                    few || center.south() >= south,
                    few || center.east() <= east,
                    few || center.west() >= west);
        }

        private static Cell[] around(Cell center, boolean north, boolean south, boolean east, boolean west) {
            Cell[] cells = new Cell[9];
            int count = 0;
            cells[count++] = center;
            count = add(cells, count, north, center.neighbour(1, 0));
            count = add(cells, count, south, center.neighbour(-1, 0));
            count = add(cells, count, east, center.neighbour(0, 1));
            count = add(cells, count, west, center.neighbour(0, -1));
            count = add(cells, count, north && east, center.neighbour(1, 1));
            count = add(cells, count, north && west, center.neighbour(1, -1));
            count = add(cells, count, south && east, center.neighbour(-1, 1));
            count = add(cells, count, south && west, center.neighbour(-1, -1));
            return Arrays.copyOf(cells, count);
        }

        /** A cell like the one before is left out; of the first two, as in Redis, the second stays. */
        private static int add(Cell[] cells, int count, boolean wanted, Cell cell) {
            if (!wanted || (count > 1 && cell.equals(cells[count - 1]))) {
                return count;
            }
            cells[count] = cell;
            return count + 1;
        }

        /** The most halvings whose cells are at least as wide as the radius, fewer towards the poles. */
        private static int steps(double radiusMeters, double latitude) {
            if (radiusMeters == 0) {
                return STEPS;
            }
            int steps = 1;
            for (double range = radiusMeters; range < MERCATOR_MAX; range *= 2) {
                steps++;
            }
            steps -= 2;
            steps -= Math.abs(latitude) > 66 ? 1 : 0;
            steps -= Math.abs(latitude) > 80 ? 1 : 0;
            return Math.max(1, Math.min(STEPS, steps));
        }
    }
}
