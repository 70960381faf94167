package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.Expiry;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.List;
import java.util.Random;

/** SET PX of fresh keys, and GET of the newest ones: alive until their time, dead from then on. */
final class ExpiryWorkload implements Workload {
    private static final int READ_AMONG = 12;

    private final long slackMillis;
    private long key;

    ExpiryWorkload(long slackMillis) {
        this.slackMillis = slackMillis;
    }

    @Override
    public String name() {
        return "expiry";
    }

    @Override
    public String promise() {
        return "never dead early, never alive late, once dead always dead";
    }

    @Override
    public Operation next(Random random, int number) {
        if (key > 0 && random.nextInt(6) > 0) {
            long read = Math.max(1, key - random.nextInt(READ_AMONG));
            return new Operation("read", Value.vector(Value.of(read), Value.nil()), client -> {
                Value reply = client.read("GET", "expiry:" + read);
                return Value.vector(Value.of(read), reply.isNil() ? reply : Value.of(Client.number(reply, 0)));
            });
        }
        long fresh = ++key;
        long millis = 50L + random.nextInt(1_000);
        Value argument = Value.numbers(List.of(fresh, millis));
        return new Operation("set", argument, client -> {
            client.write("SET", "expiry:" + fresh, Long.toString(fresh), "PX", Long.toString(millis));
            return argument;
        });
    }

    @Override
    public Checker checker() {
        return new Expiry(slackMillis);
    }
}
