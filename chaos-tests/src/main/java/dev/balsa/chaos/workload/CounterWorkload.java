package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.Linearizability;
import dev.balsa.chaos.check.Model;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.List;
import java.util.Random;

/** INCRBY and GET on two keys at a time: every sum once, none skipped but by an increment of unknown end. */
final class CounterWorkload implements Workload {
    private static final int KEYS = 2;
    private static final int OPERATIONS_A_KEY = 600;

    private long count;

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public String promise() {
        return "each INCRBY counts once, linearizable per key";
    }

    @Override
    public Operation next(Random random, int number) {
        long key = count++ / (KEYS * OPERATIONS_A_KEY) * KEYS + random.nextInt(KEYS);
        String name = "counter:" + key;
        if (random.nextInt(5) == 0) {
            return new Operation("read", Value.vector(Value.of(key), Value.nil()), client ->
                    Value.vector(Value.of(key), Value.of(Client.number(client.read("GET", name), 0))));
        }
        long by = 1L + random.nextInt(3);
        return new Operation("add", Value.vector(Value.of(key), Value.of(by)), client -> {
            long sum = Client.number(client.write("INCRBY", name, Long.toString(by)), 0);
            return Value.vector(Value.of(key), Value.numbers(List.of(by, sum)));
        });
    }

    @Override
    public Checker checker() {
        return Linearizability.of(Model.COUNTER);
    }
}
