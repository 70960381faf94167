package dev.balsa.node.config;

import dev.balsa.proxy.config.Directive;
import java.util.Locale;

/** Guesses what a misspelt directive was meant to be. Stateless. */
final class Spelling {
    private static final int CHANGES_MAX = 3;

    private Spelling() {}

    /** {@code  (did you mean 'x'?)}, or nothing if none is near. */
    static String suggestion(String name) {
        String nearest = "";
        int fewest = CHANGES_MAX + 1;
        for (Directive directive : Directives.all()) {
            int changes = changes(name.toLowerCase(Locale.ROOT), directive.name());
            if (changes < fewest) {
                fewest = changes;
                nearest = directive.name();
            }
        }
        return nearest.isEmpty() ? "" : " (did you mean '" + nearest + "'?)";
    }

    /** Levenshtein distance: letters to insert, remove or replace. */
    private static int changes(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
