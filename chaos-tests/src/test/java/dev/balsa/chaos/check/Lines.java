package dev.balsa.chaos.check;

import dev.balsa.chaos.history.Edn;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Hand-made histories: {@code "0 invoke write [:x 1]"}, a line each, one millisecond apart unless {@code @millis} says. */
final class Lines {
    private Lines() {}

    static History history(String... lines) {
        List<Op> ops = new ArrayList<>();
        long millis = 0;
        for (String line : String.join("\n", lines).split("\n", -1)) {
            String[] words = line.split(" ", 4);
            millis++;
            if (words[0].contains("@")) {
                millis = Long.parseLong(words[0].substring(words[0].indexOf('@') + 1));
                words[0] = words[0].substring(0, words[0].indexOf('@'));
            }
            int process = words[0].equals("n") ? Op.NEMESIS : Integer.parseInt(words[0]);
            Op.Type type = Op.Type.valueOf(words[1].toUpperCase(Locale.ROOT));
            ops.add(new Op(ops.size(), process, type, words[2], Edn.read(words.length > 3 ? words[3] : "nil"),
                    millis * 1_000_000, type == Op.Type.FAIL ? "refused" : ""));
        }
        return new History(ops);
    }

    /** The names of what a checker finds. */
    static List<String> found(Checker checker, String... lines) {
        Verdict verdict = checker.check(history(lines));
        return verdict.anomalies().stream().map(Verdict.Anomaly::name).distinct().sorted().toList();
    }
}
