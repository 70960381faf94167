package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History.Pair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A picture of some operations as SVG: a row for each process, a bar from invocation to end. Time is not to scale, what
 * comes before what is. Stateless.
 */
public final class Timeline {
    private static final int ROW = 34;
    private static final int STEP = 90;
    private static final int LEFT = 90;

    private Timeline() {}

    /** An element to put into a page. */
    public static String svg(List<Pair> ops) {
        TreeSet<Long> moments = new TreeSet<>();
        TreeMap<Integer, Integer> rows = new TreeMap<>();
        for (Pair op : ops) {
            moments.add(op.startIndex());
            moments.add(op.endIndex());
            rows.putIfAbsent(op.invoke().process(), 0);
        }
        int row = 0;
        for (var process : rows.entrySet()) {
            process.setValue(row++);
        }
        List<Long> places = new ArrayList<>(moments);
        int width = LEFT + STEP * Math.max(1, places.size()) + 20;
        int height = ROW * Math.max(1, rows.size()) + 10;
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"monospace\" "
                        + "font-size=\"11\">%n", width, height));
        rows.forEach((process, at) -> svg.append(String.format(Locale.ROOT,
                "<text x=\"4\" y=\"%d\">process %d</text><line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" "
                        + "stroke=\"#ddd\"/>%n", at * ROW + 24, process, LEFT, width, at * ROW + 32, at * ROW + 32)));
        List<Pair> sorted = new ArrayList<>(ops);
        sorted.sort(Comparator.comparingLong(Pair::startIndex));
        for (Pair op : sorted) {
            int from = LEFT + STEP * places.indexOf(op.startIndex());
            int to = op.unknown() ? width : LEFT + STEP * places.indexOf(op.endIndex());
            int top = rows.getOrDefault(op.invoke().process(), 0) * ROW + 6;
            svg.append(bar(op, from, to, top));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String bar(Pair op, int from, int to, int top) {
        String colour = op.unknown() ? "#ffe2a8" : op.failed() ? "#e0e0e0" : "#b9dcff";
        String label = op.f() + " " + Edn.write(op.value());
        int letters = Math.max(3, (to - from - 8) / 7);
        String shown = label.length() <= letters ? label : label.substring(0, letters - 1) + "…";
        return String.format(Locale.ROOT,
                "<g><title>%s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\" rx=\"3\" fill=\"%s\" "
                        + "stroke=\"#678\"/><text x=\"%d\" y=\"%d\">%s</text></g>%n",
                escape(op.text()), from, top, Math.max(4, to - from - 4), colour, from + 4, top + 15, escape(shown));
    }

    /** Text as HTML. */
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
