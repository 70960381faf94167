package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.QueueAccount;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.List;
import java.util.Random;

/** LPUSH, RPOP and BRPOP on one list, each value once; at the end what is left is read. */
final class QueueWorkload implements Workload {
    private static final String WAIT_SECONDS = "0.5";

    private long value;

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String promise() {
        return "each element comes out once, in order, none is lost";
    }

    @Override
    public Operation next(Random random, int number) {
        if (random.nextInt(10) < 2) {
            return new Operation("dequeue", Value.nil(), client -> {
                Value popped = client.write("BRPOP", "queue", WAIT_SECONDS);
                return popped instanceof Value.Vector(List<Value> pair) ? Value.of(Client.number(pair.get(1), 0)) : popped;
            });
        }
        if (random.nextInt(10) < 4) {
            return new Operation("dequeue", Value.nil(), client -> {
                Value popped = client.write("RPOP", "queue");
                return popped.isNil() ? popped : Value.of(Client.number(popped, 0));
            });
        }
        long element = ++value;
        return new Operation("enqueue", Value.of(element), client -> {
            client.write("LPUSH", "queue", Long.toString(element));
            return Value.of(element);
        });
    }

    @Override
    public List<Operation> last() {
        return List.of(new Operation("drain", Value.nil(), client ->
                Client.numbers(client.read("LRANGE", "queue", "0", "-1"))));
    }

    @Override
    public Checker checker() {
        return new QueueAccount();
    }
}
