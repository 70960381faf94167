package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.StreamDelivery;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** XADD, and XREADGROUP of new entries by some consumers of one group; at the end what is pending and what is left. */
final class StreamWorkload implements Workload {
    private static final String KEY = "stream";
    private static final String EVERYTHING = "1000000";

    private long value;

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public String promise() {
        return "each entry is delivered as new once, none is lost, ids grow";
    }

    @Override
    public List<Operation> first() {
        return List.of(new Operation("open", Value.nil(), client -> {
            try {
                return client.write("XGROUP", "CREATE", KEY, "group", "0", "MKSTREAM");
            } catch (Refused refused) {
                if (refused.reason().startsWith("BUSYGROUP")) {
                    return Value.nil();
                }
                throw refused;
            }
        }));
    }

    @Override
    public Operation next(Random random, int number) {
        if (random.nextInt(3) == 0) {
            return take("take", "consumer-" + number, "3");
        }
        long element = ++value;
        return new Operation("add", Value.of(element), client -> Value.vector(Value.of(element),
                client.write("XADD", KEY, "*", "v", Long.toString(element))));
    }

    private static Operation take(String f, String consumer, String count) {
        return new Operation(f, Value.nil(), client -> {
            Value reply = client.write("XREADGROUP", "GROUP", "group", consumer, "COUNT", count, "STREAMS", KEY, ">");
            return reply.isNil() ? Value.vector() : entries(reply.asList().getFirst().asList().getLast());
        });
    }

    /** {@code [[id [v x]] …]} as {@code [[id x] …]}. */
    private static Value entries(Value replies) {
        List<Value> entries = new ArrayList<>();
        for (Value entry : replies.asList()) {
            Value element = entry.asList().getLast().asList().getLast();
            entries.add(Value.vector(entry.asList().getFirst(), Value.of(Client.number(element, 0))));
        }
        return Value.vector(entries);
    }

    @Override
    public List<Operation> last() {
        Operation pending = new Operation("pending", Value.nil(), client -> entries(client.write("XAUTOCLAIM", KEY,
                "group", "last", "0", "0", "COUNT", EVERYTHING).asList().get(1)));
        return List.of(pending, take("drain", "drain", EVERYTHING));
    }

    @Override
    public Checker checker() {
        return new StreamDelivery();
    }
}
