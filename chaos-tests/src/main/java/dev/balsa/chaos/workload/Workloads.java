package dev.balsa.chaos.workload;

import java.util.List;
import java.util.Locale;

/** All workloads by name. Stateless. */
public final class Workloads {
    private static final List<String> NAMES =
            List.of("register", "counter", "append", "bank", "set", "queue", "stream", "expiry", "lock", "pubsub",
                    "multi");

    private Workloads() {}

    public static List<String> names() {
        return NAMES;
    }

    /**
     * A fresh one.
     *
     * @param slackMillis by how much clocks may be wrong
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Workload named(String name, long slackMillis) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "register" -> new RegisterWorkload();
            case "counter" -> new CounterWorkload();
            case "append" -> new AppendWorkload();
            case "bank" -> new BankWorkload();
            case "set" -> new SetWorkload();
            case "queue" -> new QueueWorkload();
            case "stream" -> new StreamWorkload();
            case "expiry" -> new ExpiryWorkload(slackMillis);
            case "lock" -> new LockWorkload(slackMillis);
            case "pubsub" -> new PubSubWorkload();
            case "multi" -> new MultiWorkload();
            default -> throw new IllegalArgumentException("no workload '" + name + "'; there are "
                    + String.join(", ", NAMES));
        };
    }
}
