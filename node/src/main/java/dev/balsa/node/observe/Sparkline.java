package dev.balsa.node.observe;

import java.util.List;

/** A bar chart of characters, drawn as Redis draws LATENCY GRAPH. Stateless. */
final class Sparkline {
    static final int COLUMNS = 80;

    private static final int ROWS = 4;
    /** A third, two thirds and all of a character's height. */
    private static final String HEIGHTS = "_o#";

    /** A bar with what is written, downwards, under it. */
    record Bar(long value, String label) {}

    private Sparkline() {}

    /** The chart, a line feed behind each line; what has no room on one line of bars goes on below. */
    static String of(List<Bar> bars) {
        long min = bars.stream().mapToLong(Bar::value).min().orElse(0);
        long max = bars.stream().mapToLong(Bar::value).max().orElse(0);
        StringBuilder chart = new StringBuilder();
        for (int from = 0; from < bars.size(); from += COLUMNS) {
            List<Bar> part = bars.subList(from, Math.min(bars.size(), from + COLUMNS));
            bars(chart, part, min, Math.max(1, max - min));
            labels(chart, part);
        }
        return chart.toString();
    }

    private static void bars(StringBuilder chart, List<Bar> bars, long min, long range) {
        int steps = ROWS * HEIGHTS.length();
        for (int row = ROWS - 1; row >= 0; row--) {
            for (Bar bar : bars) {
                long step = Math.min(steps - 1, (bar.value - min) * steps / range);
                long above = step - (long) row * HEIGHTS.length();
                chart.append(above < 0 ? ' ' : above < HEIGHTS.length() ? HEIGHTS.charAt((int) above) : '|');
            }
            chart.append('\n');
        }
    }

    private static void labels(StringBuilder chart, List<Bar> bars) {
        int rows = bars.stream().mapToInt(bar -> bar.label.length()).max().orElse(0);
        chart.repeat(' ', bars.size()).append('\n');
        for (int row = 0; row < rows; row++) {
            for (Bar bar : bars) {
                chart.append(row < bar.label.length() ? bar.label.charAt(row) : ' ');
            }
            chart.append('\n');
        }
    }
}
