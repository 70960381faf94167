package dev.balsa.chaos.run;

import dev.balsa.chaos.check.Timeline;
import dev.balsa.chaos.check.Verdict;
import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Op;
import java.util.List;
import java.util.Locale;

/** A run as one HTML page without scripts: verdicts, throughput and latency over time with the faults drawn in. */
final class ReportPage {
    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 120;
    private static final int SLICES = 250;

    private ReportPage() {}

    static String of(Result result) {
        StringBuilder page = new StringBuilder(10_000);
        page.append("<!DOCTYPE html><meta charset=\"utf-8\"><title>Balsa chaos</title><style>body{font-family:"
                + "sans-serif;margin:2em;max-width:1100px}table{border-collapse:collapse}td,th{border:1px solid #ccc;"
                + "padding:4px 8px;text-align:left}pre{background:#f6f6f6;padding:8px;overflow:auto}.INVALID{color:"
                + "#b00;font-weight:bold}.VALID{color:#070}.pic{overflow:auto}</style>\n");
        page.append("<h1>").append(result.good() ? "Nothing found" : "Something is wrong").append("</h1>\n<pre>")
                .append(Timeline.escape(result.plan().command())).append("</pre>\n");
        page.append("<p>Replicas at the end: ").append(result.digests().isEmpty() ? "the same"
                : Timeline.escape(result.digests())).append("</p>\n");
        for (String trouble : result.troubles()) {
            page.append("<p>Could not be done: ").append(Timeline.escape(trouble)).append("</p>\n");
        }
        page.append("<table><tr><th>workload<th>promise<th>verdict<th>looked at<th>service</tr>\n");
        for (Result.Part part : result.parts()) {
            page.append("<tr><td><a href=\"#").append(part.workload()).append("\">").append(part.workload())
                    .append("</a><td>").append(part.promise()).append("<td class=\"").append(part.verdict().outcome())
                    .append("\">").append(part.verdict().outcome()).append("<td>").append(part.verdict().summary())
                    .append("<td>").append(part.service().summary()).append("</tr>\n");
        }
        page.append("</table>\n");
        for (Result.Part part : result.parts()) {
            part(part, page);
        }
        return page.toString();
    }

    private static void part(Result.Part part, StringBuilder page) {
        page.append("<h2 id=\"").append(part.workload()).append("\">").append(part.workload()).append("</h2>\n");
        page.append("<p>Operations a second (blue: ok, red: failed or unknown); slowest of each moment below. "
                + "Grey: a fault.</p>\n").append(charts(part.history()));
        for (Verdict.Anomaly anomaly : part.verdict().anomalies()) {
            page.append("<h3 class=\"INVALID\">").append(Timeline.escape(anomaly.name())).append("</h3><pre>")
                    .append(Timeline.escape(anomaly.explanation())).append("</pre><div class=\"pic\">")
                    .append(Timeline.svg(anomaly.ops())).append("</div>\n");
        }
        page.append("<details><summary>Faults</summary><pre>");
        for (Op op : part.history().faults()) {
            page.append(String.format(Locale.ROOT, "%8.3f s  %s  ", op.nanos() / 1e9, op.f()))
                    .append(Timeline.escape(Edn.write(op.value()))).append('\n');
        }
        page.append("</pre></details>\n");
    }

    private static String charts(History history) {
        long end = Math.max(1, history.ops().isEmpty() ? 1 : history.ops().getLast().nanos());
        long slice = end / SLICES + 1;
        int[] ok = new int[SLICES];
        int[] bad = new int[SLICES];
        double[] slowest = new double[SLICES];
        for (History.Pair pair : history.pairs()) {
            long at = pair.unknown() ? pair.startNanos() : pair.endNanos();
            int i = (int) (at / slice);
            if (pair.ok()) {
                ok[i]++;
                slowest[i] = Math.max(slowest[i], (pair.endNanos() - pair.startNanos()) / 1e6);
            } else if (pair.unknown() || pair.end() != null && !pair.end().error().isEmpty()) {
                bad[i]++;
            }
        }
        double seconds = slice / 1e9;
        double most = 1;
        double longest = 1;
        for (int i = 0; i < SLICES; i++) {
            most = Math.max(most, Math.max(ok[i], bad[i]) / seconds);
            longest = Math.max(longest, slowest[i]);
        }
        StringBuilder svg = new StringBuilder();
        open(svg, String.format(Locale.ROOT, "%.0f/s", most), history.faults(), end);
        for (int i = 0; i < SLICES; i++) {
            bar(svg, i, ok[i] / seconds / most, "#4a90d9");
            bar(svg, i, bad[i] / seconds / most, "#d9534f");
        }
        svg.append("</svg><br>\n");
        open(svg, String.format(Locale.ROOT, "%.0f ms", longest), history.faults(), end);
        for (int i = 0; i < SLICES; i++) {
            bar(svg, i, slowest[i] / longest, "#7a7");
        }
        return svg.append("</svg>\n").toString();
    }

    private static void open(StringBuilder svg, String top, List<Op> faults, long end) {
        svg.append(String.format(Locale.ROOT, "<svg width=\"%d\" height=\"%d\" font-size=\"10\">", WIDTH, HEIGHT + 14));
        long from = -1;
        String name = "";
        for (Op op : faults) {
            if (op.f().startsWith("heal-") && from >= 0) {
                double x = (double) from * WIDTH / end;
                svg.append(String.format(Locale.ROOT, "<g><title>%s</title><rect x=\"%.1f\" y=\"0\" width=\"%.1f\" "
                        + "height=\"%d\" fill=\"#eee\"/></g>", Timeline.escape(name), x,
                        Math.max(1, (double) (op.nanos() - from) * WIDTH / end), HEIGHT));
                svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" fill=\"#999\">%s</text>", x,
                        HEIGHT + 10, Timeline.escape(name)));
                from = -1;
            } else if (!op.f().startsWith("heal-") && from < 0) {
                from = op.nanos();
                name = op.f();
            }
        }
        svg.append("<text x=\"2\" y=\"10\">").append(top).append("</text>\n");
    }

    private static void bar(StringBuilder svg, int slice, double share, String colour) {
        if (share > 0) {
            double height = Math.max(1, share * HEIGHT);
            svg.append(String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                    + "fill=\"%s\"/>", (double) slice * WIDTH / SLICES, HEIGHT - height, (double) WIDTH / SLICES - 0.5,
                    height, colour));
        }
    }
}
