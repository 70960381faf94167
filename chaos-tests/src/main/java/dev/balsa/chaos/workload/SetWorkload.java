package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.SetMembers;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.List;
import java.util.Random;

/** SADD of numbers, each once, and SMEMBERS. */
final class SetWorkload implements Workload {
    private long value;

    @Override
    public String name() {
        return "set";
    }

    @Override
    public String promise() {
        return "what was added stays, and every read sees it";
    }

    @Override
    public Operation next(Random random, int number) {
        if (random.nextInt(25) == 0) {
            return read();
        }
        long member = ++value;
        return new Operation("add", Value.of(member), client -> {
            client.write("SADD", "set", Long.toString(member));
            return Value.of(member);
        });
    }

    private static Operation read() {
        return new Operation("read", Value.nil(), client -> Client.numbers(client.read("SMEMBERS", "set")));
    }

    @Override
    public List<Operation> last() {
        return List.of(read());
    }

    @Override
    public Checker checker() {
        return new SetMembers();
    }
}
