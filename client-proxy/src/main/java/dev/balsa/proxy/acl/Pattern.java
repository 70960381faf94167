package dev.balsa.proxy.acl;

import dev.balsa.proto.command.Glob;
import dev.balsa.proto.resp.Args;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A key or channel pattern of a selector. Texts are one char a byte (ISO 8859-1). Immutable. */
final class Pattern {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int BOTH = READ | WRITE;

    private final byte[] text;
    private final int access;

    private Pattern(byte[] text, int access) {
        this.text = text;
        this.access = access;
    }

    /** What a key under the pattern may be used for; of channels {@link #BOTH}. */
    int access() {
        return access;
    }

    static Pattern of(String text, int access) {
        return new Pattern(text.getBytes(StandardCharsets.ISO_8859_1), access);
    }

    boolean matches(Args args, int i) {
        int from = args.offset(i);
        return Glob.matches(text, 0, text.length, args.array(), from, from + args.length(i));
    }

    boolean matches(byte[] name) {
        return Glob.matches(text, 0, text.length, name, 0, name.length);
    }

    /** Whether the name is this pattern, letter by letter. */
    boolean is(byte[] name) {
        return Arrays.equals(text, name);
    }

    /** Whether the argument is this pattern, letter by letter. */
    boolean is(Args args, int i) {
        int from = args.offset(i);
        return Arrays.equals(text, 0, text.length, args.array(), from, from + args.length(i));
    }

    String shownText() {
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** As a rule for keys. */
    String shown() {
        String prefix = switch (access) {
            case READ -> "%R~";
            case WRITE -> "%W~";
            default -> "~";
        };
        return prefix + shownText();
    }

    /** Adds the pattern to the list; one that is there already gets the further access. */
    static void add(List<Pattern> list, Pattern added) {
        for (int i = 0; i < list.size(); i++) {
            Pattern there = list.get(i);
            if (Arrays.equals(there.text, added.text)) {
                list.set(i, new Pattern(there.text, there.access | added.access));
                return;
            }
        }
        list.add(added);
    }

    static List<String> shown(List<Pattern> keys) {
        List<String> shown = new ArrayList<>();
        keys.forEach(key -> shown.add(key.shown()));
        return shown;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pattern pattern && pattern.access == access && Arrays.equals(text, pattern.text);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(text) * 31 + access;
    }

    @Override
    public String toString() {
        return shown();
    }
}
