package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * What clients do, and how to judge it. A new instance for each run; what it hands out are functions of the seed and of
 * the order of the calls, which are made under one lock.
 */
public interface Workload {
    /**
     * One thing that a client does.
     *
     * @param f its name in the history
     * @param argument what it is given
     * @param body does it and says what it returned
     */
    record Operation(String f, Value argument, Body body) {}

    /** Runs on a client's thread. */
    @FunctionalInterface
    interface Body {
        Value run(Client client) throws IOException, Refused;
    }

    /** As on the command line. */
    String name();

    /** What one has to know to judge it, in a line. */
    String promise();

    /** What to do before the clients start; each may be tried again. */
    default List<Operation> first() {
        return List.of();
    }

    /** The next operation of client {@code number}, from 0. */
    Operation next(Random random, int number);

    /** Whether client {@code number} only reads, and so may ask followers. */
    default boolean readsOnly(int number) {
        return false;
    }

    /** What to do when everything has healed and the clients have stopped, each until it succeeds. */
    default List<Operation> last() {
        return List.of();
    }

    Checker checker();
}
