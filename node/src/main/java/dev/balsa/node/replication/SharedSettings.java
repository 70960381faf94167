package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ScriptLimits;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings that every replica must share, because state and order depend on them: the limits of encodings and of scripts. A leader whose
 * own configuration differs from the group's puts its own into the log, as CONFIG SET; a snapshot carries them in an AUX
 * field. Stateless.
 */
public final class SharedSettings {
    /** The AUX field of a snapshot: the values in the order of {@link EncodingLimits#DIRECTIVES}. */
    static final String FIELD = "balsa-encoding-limits";
    /** As {@link #FIELD}, for {@link ScriptLimits#DIRECTIVES}. */
    static final String SCRIPTS_FIELD = "balsa-script-limits";

    private SharedSettings() {}

    /** Whether a node's settings are others than those in force. */
    static boolean differ(SlotGroup.Environment of, Keyspace keyspace) {
        return !of.encodingLimits().equals(keyspace.limits())
                || !of.scriptLimits().equals(keyspace.scripts().limits());
    }

    /** The entry that gives every replica these limits. */
    static ByteBuffer entry(SlotGroup.Environment of, long nowMillis, long seed) {
        EncodingLimits limits = of.encodingLimits();
        ScriptLimits scripts = of.scriptLimits();
        List<byte[]> words = new ArrayList<>(List.of(bytes("CONFIG"), bytes("SET")));
        for (int i = 0; i < EncodingLimits.DIRECTIVES.size(); i++) {
            words.add(bytes(EncodingLimits.DIRECTIVES.get(i)));
            words.add(bytes(limits.values().get(i).toString()));
        }
        for (int i = 0; i < ScriptLimits.DIRECTIVES.size(); i++) {
            words.add(bytes(ScriptLimits.DIRECTIVES.get(i)));
            words.add(bytes(scripts.values().get(i).toString()));
        }
        EntryWriter entry = new EntryWriter();
        entry.reset();
        entry.append(Args.of(words.toArray(new byte[0][])), 0);
        return entry.finish(nowMillis, seed);
    }

    /** Whether a command of an entry is one that {@link #apply} takes. */
    public static boolean isOne(CommandSpec spec) {
        return spec.name().equals("config|set");
    }

    /** Takes over what the log says. */
    public static void apply(Args args, Keyspace keyspace) {
        EncodingLimits limits = keyspace.limits();
        ScriptLimits scripts = keyspace.scripts().limits();
        for (int i = 2; i + 1 < args.count(); i += 2) {
            long value = Long.parseLong(args.text(i + 1));
            limits = limits.with(args.text(i), (int) value);
            scripts = scripts.with(args.text(i), value);
        }
        keyspace.limits(limits);
        keyspace.scripts().limits(scripts);
    }

    static byte[] toField(ScriptLimits limits) {
        return text(limits.values());
    }

    static ScriptLimits scriptLimits(byte[] field) {
        return ScriptLimits.of(numbers(field));
    }

    static byte[] toField(EncodingLimits limits) {
        return text(limits.values());
    }

    private static byte[] text(List<? extends Number> values) {
        StringBuilder text = new StringBuilder();
        for (Number value : values) {
            text.append(text.isEmpty() ? "" : " ").append(value);
        }
        return bytes(text.toString());
    }

    private static List<Long> numbers(byte[] field) {
        List<Long> values = new ArrayList<>();
        for (String word : new String(field, StandardCharsets.US_ASCII).split(" ", -1)) {
            values.add(Long.valueOf(word));
        }
        return values;
    }

    static EncodingLimits ofField(byte[] field) {
        List<Integer> values = new ArrayList<>();
        for (long value : numbers(field)) {
            values.add((int) value);
        }
        return EncodingLimits.of(values);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
