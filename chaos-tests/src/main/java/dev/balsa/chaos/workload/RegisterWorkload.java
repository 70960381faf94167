package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.Linearizability;
import dev.balsa.chaos.check.Model;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.util.Random;

/** GET, SET and SET IFEQ on a few keys at a time, each value once; every fifth client reads from followers. */
final class RegisterWorkload implements Workload {
    private static final int KEYS = 3;
    private static final int OPERATIONS_A_KEY = 400;

    private long value;
    private long count;

    @Override
    public String name() {
        return "register";
    }

    @Override
    public String promise() {
        return "linearizable per key, reads of followers too";
    }

    @Override
    public boolean readsOnly(int number) {
        return number % 5 == 4;
    }

    @Override
    public Operation next(Random random, int number) {
        // Keys take turns, and are left for new ones so that no history of one grows too long to judge.
        long key = count++ / (KEYS * OPERATIONS_A_KEY) * KEYS + random.nextInt(KEYS);
        String name = "register:" + key;
        if (readsOnly(number) || random.nextInt(3) == 0) {
            return new Operation("read", keyed(key, Value.nil()), client ->
                    keyed(key, value(client.read("GET", name))));
        }
        long fresh = ++value;
        if (random.nextInt(3) > 0) {
            return new Operation("write", keyed(key, Value.of(fresh)), client -> {
                client.write("SET", name, Long.toString(fresh));
                return keyed(key, Value.of(fresh));
            });
        }
        long expected = Math.max(1, fresh - 1 - random.nextInt(6));
        Value change = keyed(key, Value.vector(Value.of(expected), Value.of(fresh)));
        return new Operation("cas", change, client -> {
            if (client.write("SET", name, Long.toString(fresh), "IFEQ", Long.toString(expected)).isNil()) {
                throw new Refused("");
            }
            return change;
        });
    }

    private static Value keyed(long key, Value value) {
        return Value.vector(Value.of(key), value);
    }

    private static Value value(Value reply) {
        return reply.isNil() ? reply : Value.of(Client.number(reply, 0));
    }

    @Override
    public Checker checker() {
        return Linearizability.of(Model.REGISTER);
    }
}
