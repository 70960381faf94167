package dev.balsa.chaos.simulation;

import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.history.Value;
import dev.balsa.node.command.CommandTable;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Adds to counters and reads them, and routes as a front does: what was not executed is sent elsewhere, what is unknown
 * stays so. Owned by the simulation's thread.
 */
final class SimulatedClient {
    static final int KEYS = 2;
    private static final int PATIENCE_MILLIS = 300;
    private static final int RETRY_MILLIS = 7;

    private final int step;
    private final Recorder recorder;
    private final Random random;
    private final boolean resends;
    private int process;
    private @Nullable Operation open;
    private int target;

    private static final class Operation {
        final String f;
        final Value value;
        final long untilMillis;
        long sendMillis;
        /** Whether an attempt is on its way. */
        boolean sent;
        /** Whether an attempt may have had an effect that nobody knows of. */
        boolean unsure;

        Operation(String f, Value value, long nowMillis) {
            this.f = f;
            this.value = value;
            this.sendMillis = nowMillis;
            this.untilMillis = nowMillis + PATIENCE_MILLIS;
        }
    }

    SimulatedClient(int process, int step, Recorder recorder, Random random, boolean resends) {
        this.process = process;
        this.step = step;
        this.recorder = recorder;
        this.random = random;
        this.resends = resends;
    }

    boolean busy() {
        return open != null;
    }

    void step(long nowMillis, boolean mayBegin, List<SimulatedReplica> replicas, boolean[] up) {
        if (open == null && mayBegin && random.nextInt(8) == 0) {
            Value key = Value.of(random.nextInt(KEYS));
            boolean read = random.nextInt(3) == 0;
            begin(read ? "read" : "add", Value.vector(key, read ? Value.nil() : Value.of(1 + random.nextInt(3))),
                    nowMillis);
        }
        Operation operation = open;
        if (operation == null) {
            return;
        }
        if (nowMillis >= operation.untilMillis) {
            giveUp();
        } else if (!operation.sent && nowMillis >= operation.sendMillis) {
            if (up[target]) {
                send(operation, replicas.get(target), nowMillis);
            } else {
                elsewhere(operation, nowMillis);
            }
        }
    }

    void begin(String f, Value value, long nowMillis) {
        recorder.invoke(process, f, value);
        open = new Operation(f, value, nowMillis);
    }

    private void elsewhere(Operation operation, long nowMillis) {
        target = (target + 1) % 3;
        operation.sent = false;
        operation.sendMillis = nowMillis + RETRY_MILLIS;
    }

    private void send(Operation operation, SimulatedReplica replica, long nowMillis) {
        String key = "counter:" + operation.value.asList().getFirst().asLong();
        Args args = operation.f.equals("read") ? Args.of("GET", key)
                : Args.of("INCRBY", key, Long.toString(operation.value.asList().getLast().asLong()));
        operation.sent = true;
        replica.group().submit(new Asked(operation, args, replica.group().loop(), nowMillis), args);
    }

    /** The end of waiting: what was on its way may happen yet. */
    void giveUp() {
        Operation operation = open;
        if (operation != null) {
            open = null;
            if (operation.f.equals("add") && (operation.sent || operation.unsure)) {
                recorder.info(process, operation.f, operation.value, "no answer");
                process += step;
            } else {
                recorder.fail(process, operation.f, operation.value, "no answer");
            }
        }
    }

    private void replied(Operation operation, String reply) {
        if (open != operation) {
            return;
        }
        open = null;
        Value key = operation.value.asList().getFirst();
        if (reply.startsWith("-")) {
            recorder.fail(process, operation.f, operation.value, reply);
        } else if (operation.f.equals("read")) {
            String number = reply.startsWith("$-1") ? "0" : reply.substring(reply.indexOf('\n') + 1).strip();
            recorder.ok(process, operation.f, Value.vector(key, Value.of(Long.parseLong(number))));
        } else {
            recorder.ok(process, operation.f, Value.vector(key, Value.numbers(
                    List.of(operation.value.asList().getLast().asLong(), Long.parseLong(reply.substring(1).strip())))));
        }
    }

    private void unknown(Operation operation, long nowMillis) {
        if (open != operation) {
            return;
        }
        if (resends || operation.f.equals("read")) {
            elsewhere(operation, nowMillis);
        } else {
            operation.unsure = true;
            giveUp();
        }
    }

    private final class Asked implements Request {
        private final Operation operation;
        private final CommandSpec spec;
        private final EventLoop loop;
        private final long nowMillis;

        Asked(Operation operation, Args args, EventLoop loop, long nowMillis) {
            this.operation = operation;
            this.spec = Objects.requireNonNull(CommandTable.find(args)).spec();
            this.loop = loop;
            this.nowMillis = nowMillis;
        }

        @Override
        public CommandSpec spec() {
            return spec;
        }

        @Override
        public int database() {
            return 0;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public long clientId() {
            return 1;
        }

        @Override
        public boolean followerMayServe() {
            return operation.f.equals("read");
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            replied(operation, new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            if (open == operation) {
                elsewhere(operation, nowMillis + RETRY_MILLIS);
            }
        }

        @Override
        public void outcomeUnknown(String reason) {
            unknown(operation, nowMillis + RETRY_MILLIS);
        }
    }
}
