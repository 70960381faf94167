package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.SplitKeys;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * MSET, MGET, DEL and EXISTS over two pairs of keys that lie in different groups, and RENAME of one key between three
 * names of a group. The front splits a command by group: what is promised is that a pair is always seen whole.
 */
final class MultiWorkload implements Workload {
    /** Slots 15495 and 3300: of different groups, however many there are. */
    private static final List<String> TAGS = List.of("{a}", "{b}");
    private static final int OPERATIONS_A_KEY = 400;
    private static final int PLACES = 3;

    private long value;
    private long count;

    @Override
    public String name() {
        return "multi";
    }

    @Override
    public String promise() {
        return "a command over several groups is atomic and linearizable in each of them";
    }

    @Override
    public List<Operation> first() {
        return List.of(new Operation("place", Value.nil(), client -> client.write("SET", place(0), "here")));
    }

    private static String place(long number) {
        return "{a}place:" + number;
    }

    @Override
    public Operation next(Random random, int number) {
        switch (random.nextInt(10)) {
            case 0 -> {
                return rename(random.nextInt(PLACES), random.nextInt(1, PLACES));
            }
            case 1 -> {
                return new Operation("where", Value.nil(), client ->
                        client.read("MGET", place(0), place(1), place(2)));
            }
            default -> {}
        }
        long key = count++ / OPERATIONS_A_KEY;
        if (random.nextInt(2) == 0) {
            return new Operation("read", Value.vector(Value.of(key), Value.nil()), client ->
                    Value.vector(Value.of(key), numbers(client.read(command("MGET", key, "")))));
        }
        return switch (random.nextInt(6)) {
            case 0 -> new Operation("delete", Value.vector(Value.of(key), Value.nil()), client ->
                    Value.vector(Value.of(key), split(client, command("DEL", key, ""))));
            case 1 -> new Operation("exists", Value.vector(Value.of(key), Value.nil()), client ->
                    Value.vector(Value.of(key), client.read(command("EXISTS", key, ""))));
            default -> {
                long fresh = ++value;
                Value argument = Value.numbers(List.of(key, fresh));
                yield new Operation("write", argument, client -> {
                    split(client, command("MSET", key, Long.toString(fresh)));
                    return argument;
                });
            }
        };
    }

    private static Operation rename(int from, int step) {
        int to = (from + step) % PLACES;
        return new Operation("rename", Value.numbers(List.of((long) from, (long) to)), client -> {
            try {
                client.write("RENAME", place(from), place(to));
            } catch (Refused refused) {
                throw refused.reason().startsWith("ERR no such key") ? new Refused("") : refused;
            }
            return Value.numbers(List.of((long) from, (long) to));
        });
    }

    /** An error says that a part of it was not executed; others may have been. */
    private static Value split(Client client, String[] command) throws IOException, Refused {
        try {
            return client.write(command);
        } catch (Refused refused) {
            throw client.partly(refused);
        }
    }

    private static String[] command(String name, long key, String value) {
        List<String> words = new ArrayList<>(List.of(name));
        for (int i = 0; i < 2; i++) {
            // Their parts are put together again from what stood apart.
            for (String tag : TAGS) {
                words.add(tag + "pair:" + key + ":" + i);
                if (!value.isEmpty()) {
                    words.add(value);
                }
            }
        }
        return words.toArray(String[]::new);
    }

    /** The four values in the order of {@link #command}, nil for a key that is not there. */
    private static Value numbers(Value replies) {
        return Value.vector(replies.asList().stream()
                .map(reply -> reply.isNil() ? reply : Value.of(Client.number(reply, 0)))
                .toList());
    }

    @Override
    public Checker checker() {
        return new SplitKeys();
    }
}
