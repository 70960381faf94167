package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.LockFencing;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** SET NX PX together with INCR of a fencing token, and DELEX IFEQ to let go. */
final class LockWorkload implements Workload {
    private static final long MILLIS = 1_500;

    private final long slackMillis;
    private final Map<Integer, Value> held = new HashMap<>();
    private long owner;

    LockWorkload(long slackMillis) {
        this.slackMillis = slackMillis;
    }

    @Override
    public String name() {
        return "lock";
    }

    @Override
    public String promise() {
        return "one holder at a time, tokens grow";
    }

    @Override
    public synchronized Operation next(Random random, int number) {
        Value mine = held.remove(number);
        if (mine != null) {
            return new Operation("release", mine.asList().getFirst(), client -> {
                client.write("DELEX", "{lock}", "IFEQ", mine.asList().getLast().asText());
                return mine.asList().getFirst();
            });
        }
        String name = number + "-" + ++owner;
        return new Operation("acquire", Value.nil(), client -> {
            client.read("MULTI");
            client.read("SET", "{lock}", name, "NX", "PX", Long.toString(MILLIS));
            client.read("INCR", "{lock}:token");
            List<Value> replies = client.write("EXEC").asList();
            if (replies.getFirst().isNil()) {
                throw new Refused("");
            }
            Map<String, Value> got = new LinkedHashMap<>();
            got.put("token", Value.of(Client.number(replies.getLast(), 0)));
            got.put("millis", Value.of(MILLIS));
            hold(number, Value.vector(replies.getLast(), Value.text(name)));
            return Value.table(got);
        });
    }

    private synchronized void hold(int number, Value lock) {
        held.put(number, lock);
    }

    @Override
    public Checker checker() {
        return new LockFencing(slackMillis);
    }
}
