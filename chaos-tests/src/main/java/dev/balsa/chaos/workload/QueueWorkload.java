package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.QueueAccount;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.List;
import java.util.Random;

/** LPUSH and RPOP on one list, each value once; at the end what is left is read. */
final class QueueWorkload implements Workload {
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
        if (random.nextInt(20) < 9) {
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
