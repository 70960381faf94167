package dev.balsa.node.command;

import dev.balsa.proto.command.Argument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the arguments of a command from one line, as documentation writes them. Used at class initialisation only.
 *
 * <pre>
 *   key value [condition=(NX | XX)^2.6.12] [GET] [EX seconds:integer] [LIMIT range=(offset:integer count:integer)]
 *
 *   key            a word in lower case: an argument; its type is that of its name (key, pattern) or string
 *   seconds:integer    its type; destination:key@1 is found by key specification 1
 *   NX             a word without small letters: a token that stands for itself, named nx; change=CH names it
 *   EX seconds     a token before an argument
 *   name=(a b)     a block of arguments;  name=(a | b)  one of them
 *   [a]            may be left out
 *   a...           once or several times;  [GET a]...  each with its token
 *   a^6.2.0        since this version
 * </pre>
 */
final class Syntax {
    private final String text;
    private int at;

    private Syntax(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if the line is none, with the place */
    static List<Argument> parse(String text) {
        Syntax syntax = new Syntax(text);
        List<Argument> arguments = syntax.sequence();
        if (syntax.at < text.length()) {
            throw syntax.wrong("nothing more");
        }
        return arguments;
    }

    /** Items up to a bar, a closing bracket or the end. */
    private List<Argument> sequence() {
        List<Argument> items = new ArrayList<>();
        while (!looksAt("|") && !looksAt(")") && !looksAt("]") && at < text.length()) {
            items.add(item());
        }
        return items;
    }

    private Argument item() {
        Argument item;
        if (takes("[")) {
            Argument inner = item();
            if (!takes("]")) {
                throw wrong("]");
            }
            boolean repeated = takes("...");
            item = new Argument(inner.name(), inner.type(), inner.keySpec(), inner.token(), inner.since(), true,
                    inner.multiple() || repeated, repeated, inner.arguments());
        } else {
            item = plain();
        }
        return item;
    }

    private Argument plain() {
        String word = word();
        String name = "";
        int equals = word.indexOf('=');
        if (equals > 0) {
            name = word.substring(0, equals);
            word = word.substring(equals + 1);
        }
        if (word.isEmpty()) {
            return group(name);
        }
        if (hasSmallLetter(word)) {
            return ended(value(word));
        }
        String token = word;
        if (name.isEmpty() && at < text.length() && followedByArgument()) {
            Argument inner = plain();
            return new Argument(inner.name(), inner.type(), inner.keySpec(), token, inner.since(), false,
                    inner.multiple(), false, inner.arguments());
        }
        String shown = name.isEmpty() ? token.toLowerCase(Locale.ROOT) : name;
        return ended(new Argument(shown, Argument.Type.PURE_TOKEN, -1, token, "", false, false, false, List.of()));
    }

    /** Whether a token belongs to what follows: a word with a small letter, which may name a group. */
    private boolean followedByArgument() {
        int start = at;
        boolean more = text.charAt(at) == ' ' && !looksAt("[") && !looksAt("|") && !looksAt(")") && !looksAt("]")
                && !looksAt("(") && at < text.length();
        String next = more ? word() : "";
        at = start;
        int equals = next.indexOf('=');
        return equals > 0 ? equals == next.length() - 1 : hasSmallLetter(next);
    }

    private Argument group(String name) {
        if (!takes("(")) {
            throw wrong("(");
        }
        List<List<Argument>> choices = new ArrayList<>(List.of(sequence()));
        while (takes("|")) {
            choices.add(sequence());
        }
        if (!takes(")")) {
            throw wrong(")");
        }
        boolean oneof = choices.size() > 1;
        if (oneof && choices.stream().anyMatch(choice -> choice.size() != 1)) {
            throw wrong("one argument for each choice");
        }
        List<Argument> inner = oneof ? choices.stream().map(List::getFirst).toList() : choices.getFirst();
        Argument.Type type = oneof ? Argument.Type.ONEOF : Argument.Type.BLOCK;
        return ended(new Argument(name, type, -1, "", "", false, false, false, inner));
    }

    private static Argument value(String word) {
        String name = word;
        int keySpec = 0;
        int specAt = name.lastIndexOf('@');
        if (specAt > 0) {
            keySpec = Integer.parseInt(name.substring(specAt + 1));
            name = name.substring(0, specAt);
        }
        Argument.Type type = switch (name) {
            case "key" -> Argument.Type.KEY;
            case "pattern" -> Argument.Type.PATTERN;
            default -> Argument.Type.STRING;
        };
        for (Argument.Type each : Argument.Type.values()) {
            if (name.endsWith(":" + each.shown())) {
                type = each;
                name = name.substring(0, name.length() - each.shown().length() - 1);
            }
        }
        boolean found = type == Argument.Type.KEY || specAt > 0;
        return new Argument(name, type, found ? keySpec : -1, "", "", false, false, false, List.of());
    }

    /** With what may stand behind it: a version, dots. */
    private Argument ended(Argument item) {
        String since = "";
        if (takesHere("^")) {
            int start = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at))
                    || text.charAt(at) == '.' && !text.startsWith("...", at))) {
                at++;
            }
            since = text.substring(start, at);
        }
        boolean multiple = takesHere("...");
        return new Argument(item.name(), item.type(), item.keySpec(), item.token(), since, false, multiple, false,
                item.arguments());
    }

    private String word() {
        skipBlanks();
        int start = at;
        while (at < text.length() && "()[]|^ ".indexOf(text.charAt(at)) < 0 && !text.startsWith("...", at)) {
            at++;
        }
        if (at == start) {
            throw wrong("a word");
        }
        return text.substring(start, at);
    }

    private static boolean hasSmallLetter(String word) {
        return word.chars().anyMatch(Character::isLowerCase);
    }

    private boolean looksAt(String sign) {
        skipBlanks();
        return text.startsWith(sign, at);
    }

    private boolean takes(String sign) {
        skipBlanks();
        return takesHere(sign);
    }

    private boolean takesHere(String sign) {
        boolean there = text.startsWith(sign, at);
        at += there ? sign.length() : 0;
        return there;
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException("at " + at + " of '" + text + "': expected " + wanted);
    }
}
