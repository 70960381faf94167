package dev.balsa.proto.command;

import dev.balsa.proto.command.KeySpec.Count;
import dev.balsa.proto.command.KeySpec.Find;
import dev.balsa.proto.command.KeySpec.Range;
import dev.balsa.proto.command.KeySpec.Unknown;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A command's spec as an element of COMMAND INFO's reply: name, arity, flags, first key, last key, step, categories,
 * tips, key specs, subcommands. A node writes it, and a proxy reads its table from it. No method keeps anything.
 */
public final class SpecReply {
    private static final int ELEMENTS = 10;

    private SpecReply() {}

    /** Writes one command with all its subcommands. */
    public static void write(CommandSpec spec, RespWriter reply) {
        reply.array(ELEMENTS);
        reply.bulk(spec.name());
        reply.integer(spec.arity());
        writeFlags(spec, reply);
        reply.integer(spec.firstKey());
        reply.integer(spec.lastKey());
        reply.integer(spec.keyStep());
        reply.set(spec.categories().size());
        for (String category : spec.categories()) {
            reply.simple("@" + category);
        }
        reply.set(spec.tips().size());
        for (String tip : spec.tips()) {
            reply.bulk(tip);
        }
        reply.set(spec.keySpecs().size());
        for (KeySpec keySpec : spec.keySpecs()) {
            write(keySpec, reply);
        }
        if (spec.subcommands().isEmpty()) {
            reply.set(0);
        } else {
            reply.array(spec.subcommands().size());
            for (CommandSpec sub : spec.subcommands()) {
                write(sub, reply);
            }
        }
    }

    /**
     * The specs that a reply to COMMAND or COMMAND INFO holds, in RESP2 or RESP3. What the reply does not tell (all of
     * {@link CommandSpec.Doc}) is empty; flags that this program does not know are left out, and so are
     * unknown commands (nil).
     *
     * @throws IllegalArgumentException if {@code bytes} are no such reply
     */
    public static List<CommandSpec> read(byte[] bytes) {
        try {
            List<CommandSpec> specs = new ArrayList<>();
            for (RespReply item : items(RespReply.parse(bytes))) {
                if (!(item instanceof RespReply.Null)) {
                    specs.add(spec(item));
                }
            }
            return specs;
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new IllegalArgumentException("no reply to COMMAND: " + e.getMessage(), e);
        }
    }

    private static void writeFlags(CommandSpec spec, RespWriter reply) {
        reply.set(Long.bitCount(spec.flagBits()));
        for (CommandFlag flag : CommandFlag.values()) {
            if (spec.has(flag)) {
                reply.simple(flag.shown());
            }
        }
    }

    private static void write(KeySpec spec, RespWriter reply) {
        reply.map(spec.notes().isEmpty() ? 3 : 4);
        if (!spec.notes().isEmpty()) {
            reply.bulk("notes");
            reply.bulk(spec.notes());
        }
        reply.bulk("flags");
        String[] flags = spec.flags().isEmpty() ? new String[0] : spec.flags().split(" ", -1);
        reply.set(flags.length);
        for (String flag : flags) {
            reply.simple(flag.length() == 2 ? flag : flag.toLowerCase(Locale.ROOT));
        }
        reply.bulk("begin_search");
        writeBegin(spec, reply);
        reply.bulk("find_keys");
        switch (spec.find()) {
            case Range range -> {
                type("range", 3, reply);
                number("lastkey", range.last(), reply);
                number("keystep", range.step(), reply);
                number("limit", range.limit(), reply);
            }
            case Count count -> {
                type("keynum", 3, reply);
                number("keynumidx", count.countAt(), reply);
                number("firstkey", count.firstAt(), reply);
                number("keystep", count.step(), reply);
            }
            case Unknown unknown -> type("unknown", 0, reply);
        }
    }

    private static void writeBegin(KeySpec spec, RespWriter reply) {
        String keyword = spec.keyword();
        if (keyword != null) {
            type("keyword", 2, reply);
            reply.bulk("keyword");
            reply.bulk(keyword);
            number("startfrom", spec.begin(), reply);
        } else if (spec.find() instanceof Unknown) {
            type("unknown", 0, reply);
        } else {
            type("index", 1, reply);
            number("index", spec.begin(), reply);
        }
    }

    private static void type(String type, int pairs, RespWriter reply) {
        reply.map(2);
        reply.bulk("type");
        reply.bulk(type);
        reply.bulk("spec");
        reply.map(pairs);
    }

    private static void number(String name, int value, RespWriter reply) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static CommandSpec spec(RespReply reply) {
        List<RespReply> items = items(reply);
        List<String> categories = new ArrayList<>();
        for (RespReply category : items(items.get(6))) {
            categories.add(text(category).substring(1));
        }
        List<KeySpec> keySpecs = new ArrayList<>();
        for (RespReply keySpec : items(items.get(8))) {
            keySpecs.add(keySpec(keySpec));
        }
        List<CommandSpec> subcommands = new ArrayList<>();
        for (RespReply sub : items(items.get(9))) {
            subcommands.add(spec(sub));
        }
        return new CommandSpec(
                text(items.get(0)),
                number(items.get(1)),
                flagBits(texts(items.get(2))),
                number(items.get(3)),
                number(items.get(4)),
                number(items.get(5)),
                keySpecs,
                categories,
                subcommands,
                CommandSpec.Doc.NONE,
                texts(items.get(7)));
    }

    private static long flagBits(List<String> shown) {
        long bits = 0;
        for (CommandFlag flag : CommandFlag.values()) {
            if (shown.contains(flag.shown())) {
                bits |= flag.bit();
            }
        }
        return bits;
    }

    private static KeySpec keySpec(RespReply reply) {
        RespReply begin = field(reply, "begin_search");
        RespReply find = field(reply, "find_keys");
        RespReply beginSpec = field(begin, "spec");
        RespReply notes = fieldOrNull(reply, "notes");
        String keyword = null;
        int at = 0;
        switch (text(field(begin, "type"))) {
            case "keyword" -> {
                keyword = text(field(beginSpec, "keyword"));
                at = number(field(beginSpec, "startfrom"));
            }
            case "index" -> at = number(field(beginSpec, "index"));
            default -> at = 0;
        }
        return new KeySpec(
                String.join(" ", texts(field(reply, "flags"))),
                keyword,
                at,
                find(text(field(find, "type")), field(find, "spec")),
                notes == null ? "" : text(notes));
    }

    private static Find find(String type, RespReply spec) {
        return switch (type) {
            case "range" -> new Range(
                    number(field(spec, "lastkey")), number(field(spec, "keystep")), number(field(spec, "limit")));
            case "keynum" -> new Count(
                    number(field(spec, "keynumidx")), number(field(spec, "firstkey")), number(field(spec, "keystep")));
            default -> new Unknown();
        };
    }

    private static RespReply field(RespReply reply, String name) {
        RespReply value = fieldOrNull(reply, name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in " + reply);
        }
        return value;
    }

    private static @Nullable RespReply fieldOrNull(RespReply reply, String name) {
        List<RespReply> items = items(reply);
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (text(items.get(i)).equals(name)) {
                return items.get(i + 1);
            }
        }
        return null;
    }

    private static List<String> texts(RespReply reply) {
        return items(reply).stream().map(SpecReply::text).toList();
    }

    private static List<RespReply> items(RespReply reply) {
        return switch (reply) {
            case RespReply.Array(List<RespReply> items) -> items;
            case RespReply.SetOf(List<RespReply> items) -> items;
            case RespReply.Map(List<RespReply> items) -> items;
            default -> throw new IllegalArgumentException("no array, set or map: " + reply);
        };
    }

    private static String text(RespReply reply) {
        return switch (reply) {
            case RespReply.Bulk bulk -> bulk.text();
            case RespReply.Simple(String text) -> text;
            default -> throw new IllegalArgumentException("no string: " + reply);
        };
    }

    private static int number(RespReply reply) {
        if (reply instanceof RespReply.Int(long value)) {
            return Math.toIntExact(value);
        }
        throw new IllegalArgumentException("no integer: " + reply);
    }
}
