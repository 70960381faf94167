package dev.balsa.proxy.acl;

import dev.balsa.proxy.route.CommandIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A user while rules are applied to it, those of ACL SETUSER and of {@code user} lines. Owned by one thread. */
public final class UserDraft {
    private final String name;
    private final CommandIndex index;
    private final boolean allChannels;
    private final List<String> passwords = new ArrayList<>();
    private final List<SelectorDraft> selectors = new ArrayList<>();
    private boolean enabled;
    private boolean noPassword;
    private boolean sanitize = true;

    /** @param allChannels what a new user may ({@code acl-pubsub-default}) */
    UserDraft(String name, CommandIndex index, boolean allChannels) {
        this.name = name;
        this.index = index;
        this.allChannels = allChannels;
        selectors.add(newSelector());
    }

    /** Goes on from a user whose commands are of the same index. */
    UserDraft(User from, CommandIndex index, boolean allChannels) {
        this(from.name(), index, allChannels);
        selectors.clear();
        from.selectors().forEach(selector -> selectors.add(new SelectorDraft(index, selector)));
        passwords.addAll(from.passwords());
        enabled = from.enabled();
        noPassword = from.noPassword();
        sanitize = from.sanitize();
    }

    private SelectorDraft newSelector() {
        SelectorDraft draft = new SelectorDraft(index);
        if (allChannels) {
            var _ = draft.apply("allchannels");
        }
        return draft;
    }

    User toUser() {
        List<Selector> done = selectors.stream().map(SelectorDraft::toSelector).toList();
        return new User(name, enabled, noPassword, sanitize, passwords, done,
                done.stream().anyMatch(Selector::allowsEverything));
    }

    /** Applies a rule; null, or what is wrong with it. */
    @Nullable RuleError apply(String rule) {
        if (rule.isEmpty()) {
            return null;
        }
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "on" -> enabled = true;
            case "off" -> enabled = false;
            case "skip-sanitize-payload" -> sanitize = false;
            case "sanitize-payload" -> sanitize = true;
            case "nopass" -> passwords(true);
            case "resetpass" -> passwords(false);
            case "clearselectors" -> selectors.subList(1, selectors.size()).clear();
            case "reset" -> reset();
            default -> {
                return applyNamed(rule);
            }
        }
        return null;
    }

    private @Nullable RuleError applyNamed(String rule) {
        return switch (rule.charAt(0)) {
            case '>' -> addPassword(Password.hash(bytes(rule.substring(1))));
            case '#' -> Password.isHash(rule.substring(1)) ? addPassword(rule.substring(1)) : RuleError.NO_HASH;
            case '<' -> removePassword(Password.hash(bytes(rule.substring(1))));
            case '!' -> Password.isHash(rule.substring(1)) ? removePassword(rule.substring(1)) : RuleError.NO_HASH;
            case '(' -> rule.endsWith(")") ? addSelector(rule.substring(1, rule.length() - 1)) : RuleError.SYNTAX;
            default -> selectors.getFirst().apply(rule);
        };
    }

    private void passwords(boolean none) {
        passwords.clear();
        noPassword = none;
    }

    private void reset() {
        passwords(false);
        enabled = false;
        sanitize = true;
        selectors.clear();
        selectors.add(newSelector());
    }

    private @Nullable RuleError addPassword(String hash) {
        if (!passwords.contains(hash)) {
            passwords.add(hash);
        }
        noPassword = false;
        return null;
    }

    private @Nullable RuleError removePassword(String hash) {
        return passwords.remove(hash) ? null : RuleError.NO_SUCH_PASSWORD;
    }

    private @Nullable RuleError addSelector(String rules) {
        SelectorDraft draft = newSelector();
        for (String rule : rules.split("[ \t\n]+", -1)) {
            RuleError error = rule.isEmpty() ? null : draft.apply(rule);
            if (error != null) {
                return error;
            }
        }
        selectors.add(draft);
        return null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Puts selectors together that were given as several words, such as {@code (~a*} and {@code +get)}.
     *
     * @return null if a parenthesis is not closed: then {@link #unclosed} tells which
     */
    static @Nullable List<String> merge(List<String> words) {
        List<String> merged = new ArrayList<>();
        StringBuilder open = null;
        for (String word : words) {
            if (word.startsWith("(") && !word.endsWith(")")) {
                // As Redis: one that is open already is forgotten.
                open = new StringBuilder(word);
            } else if (open != null) {
                open.append(' ').append(word);
                if (word.endsWith(")")) {
                    merged.add(open.toString());
                    open = null;
                }
            } else {
                merged.add(word);
            }
        }
        return open == null ? merged : null;
    }

    /** The last word that opens a parenthesis and is never closed. */
    static String unclosed(List<String> words) {
        String last = "";
        for (String word : words) {
            last = word.startsWith("(") && !word.endsWith(")") ? word : last;
        }
        return last;
    }
}
