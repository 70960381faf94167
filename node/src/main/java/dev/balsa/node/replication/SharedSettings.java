package dev.balsa.node.replication;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings that every replica must share, because state and order depend on them: the limits of encodings. A leader whose
 * own configuration differs from the group's puts its own into the log, as CONFIG SET; a snapshot carries them in an AUX
 * field. Stateless.
 */
public final class SharedSettings {
    /** The AUX field of a snapshot: the values in the order of {@link EncodingLimits#DIRECTIVES}. */
    static final String FIELD = "balsa-encoding-limits";

    private SharedSettings() {}

    /** The entry that gives every replica these limits. */
    static ByteBuffer entry(EncodingLimits limits, long nowMillis, long seed) {
        List<byte[]> words = new ArrayList<>(List.of(bytes("CONFIG"), bytes("SET")));
        for (int i = 0; i < EncodingLimits.DIRECTIVES.size(); i++) {
            words.add(bytes(EncodingLimits.DIRECTIVES.get(i)));
            words.add(bytes(limits.values().get(i).toString()));
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
        for (int i = 2; i + 1 < args.count(); i += 2) {
            limits = limits.with(args.text(i), Integer.parseInt(args.text(i + 1)));
        }
        keyspace.limits(limits);
    }

    static byte[] toField(EncodingLimits limits) {
        StringBuilder text = new StringBuilder();
        for (int value : limits.values()) {
            text.append(text.isEmpty() ? "" : " ").append(value);
        }
        return bytes(text.toString());
    }

    static EncodingLimits ofField(byte[] field) {
        List<Integer> values = new ArrayList<>();
        for (String word : new String(field, StandardCharsets.US_ASCII).split(" ", -1)) {
            values.add(Integer.valueOf(word));
        }
        return EncodingLimits.of(values);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
