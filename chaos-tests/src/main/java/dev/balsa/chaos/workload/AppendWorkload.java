package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.ListAppend;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Transactions of RPUSH and LRANGE over a few lists, by MULTI and EXEC. */
final class AppendWorkload implements Workload {
    private static final int KEYS = 4;
    private static final int TRANSACTIONS_A_KEY = 60;

    private long value;
    private long count;

    @Override
    public String name() {
        return "append";
    }

    @Override
    public String promise() {
        return "strictly serializable transactions";
    }

    @Override
    public Operation next(Random random, int number) {
        long generation = count++ / (KEYS * TRANSACTIONS_A_KEY) * KEYS;
        List<Value> steps = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            Value key = Value.of(generation + random.nextInt(KEYS));
            steps.add(random.nextBoolean()
                    ? Value.vector(Value.word("append"), key, Value.of(++value))
                    : Value.vector(Value.word("r"), key, Value.nil()));
        }
        return new Operation("txn", Value.vector(steps), client -> run(client, steps));
    }

    private static Value run(Client client, List<Value> steps) throws IOException, Refused {
        client.read("MULTI");
        for (Value step : steps) {
            String key = "{append}:" + step.asList().get(1).asLong();
            if (appends(step)) {
                client.read("RPUSH", key, Long.toString(step.asList().get(2).asLong()));
            } else {
                client.read("LRANGE", key, "0", "-1");
            }
        }
        List<Value> replies = client.write("EXEC").asList();
        List<Value> done = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Value step = steps.get(i);
            done.add(appends(step) ? step
                    : Value.vector(step.asList().get(0), step.asList().get(1), Client.numbers(replies.get(i))));
        }
        return Value.vector(done);
    }

    private static boolean appends(Value step) {
        return step.asList().getFirst().asText().equals("append");
    }

    @Override
    public List<Operation> last() {
        List<Value> steps = new ArrayList<>();
        for (long key = 0; key < (count / (KEYS * TRANSACTIONS_A_KEY) + 1) * KEYS; key++) {
            steps.add(Value.vector(Value.word("r"), Value.of(key), Value.nil()));
        }
        return List.of(new Operation("txn", Value.vector(steps), client -> run(client, steps)));
    }

    @Override
    public Checker checker() {
        return ListAppend.checker();
    }
}
