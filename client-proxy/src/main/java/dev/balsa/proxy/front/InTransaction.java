package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.Account;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Retry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Commands of a transaction that no group executes, PUBLISH and CONFIG say: executed one after the other when EXEC has
 * been. Messages to this client itself wait until EXEC is answered. Owned by the connection's loop.
 */
final class InTransaction implements ReplySink {
    private static final String NO_MONITOR = "ERR MONITOR isn't allowed for DENY BLOCKING client";

    private final Connection client;
    private final Execution execution;
    private final List<Command> commands;
    private final Runnable done;
    private int next;
    private boolean runs;

    /** One of them, and what it was answered. */
    static final class Command {
        private final CommandEntry entry;
        private final Args args;
        private byte[] reply = {};

        Command(CommandEntry entry, Args args) {
            this.entry = entry;
            this.args = args;
        }

        byte[] reply() {
            return reply;
        }
    }

    /** @param done called when all have been answered, perhaps at once */
    InTransaction(Connection client, Execution execution, List<Command> commands, Runnable done) {
        this.client = client;
        this.execution = execution;
        this.commands = commands;
        this.done = done;
    }

    static boolean serves(CommandEntry entry) {
        return switch (entry.kind()) {
            case SESSION, USERS, PUBSUB, ADMIN -> true;
            case TRANSACTION, KEYED, SPLIT, ALL_GROUPS, ANY_GROUP, ONLY_GROUP -> false;
        };
    }

    /** Whose rights what comes after the command has, when it is executed. */
    static Account accountAfter(CommandEntry entry, Args args, Account before, Users users) {
        int at = 0;
        if (entry.name().equals("auth")) {
            at = 1;
        } else if (entry.name().equals("hello")) {
            for (int i = 2; i + 2 < args.count() && at == 0; i++) {
                at = args.is(i, "AUTH") ? i + 1 : 0;
            }
        }
        if (at == 0) {
            return before;
        }
        boolean named = at + 1 < args.count();
        Account after = users.authenticate(named ? args.text(at) : User.DEFAULT, args.copy(named ? at + 1 : at));
        return after == null ? before : after;
    }

    void start() {
        client.answers().holdPushes();
        goOn();
    }

    private void goOn() {
        if (runs) {
            // Answered at once: the loop below goes on.
            return;
        }
        runs = true;
        int begun = next - 1;
        while (next < commands.size() && begun != next && !client.closed()) {
            begun = next;
            run(commands.get(next));
        }
        runs = false;
        if (next == commands.size() || client.closed()) {
            done.run();
            client.answers().releasePushes();
        }
    }

    private void run(Command command) {
        CommandEntry entry = command.entry;
        switch (entry.name()) {
            case "unwatch" -> take(ok());
            case "monitor" -> take(error(NO_MONITOR));
            // Nothing waits within a transaction: it tells what is known at once.
            case "wait" -> execution.within(entry, Args.of("WAIT", command.args.text(1), "1"), this);
            case "waitaof" -> execution.within(entry, Args.of("WAITAOF", command.args.text(1), command.args.text(2), "1"),
                    this);
            default -> execution.within(entry, command.args, this);
        }
    }

    private static byte[] ok() {
        return "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] error(String line) {
        RespWriter out = new RespWriter(line.length() + 8);
        out.error(line);
        return out.copy();
    }

    private void take(byte[] reply) {
        commands.get(next).reply = reply;
        next++;
        goOn();
    }

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        finished(pending, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void refused(Pending pending, Refusal refusal, Args args) {
        finished(pending, error(Retry.errorLine(refusal)));
    }

    @Override
    public void unknown(Pending pending, String reason) {
        finished(pending, error("ERR the outcome is unknown: " + reason));
    }

    private void finished(Pending pending, byte[] reply) {
        CommandEntry entry = pending.entry();
        long nanos = client.loop().turnNanos() - pending.startedNanos();
        boolean failed = reply.length > 0 && reply[0] == '-';
        client.loop().stats().called(entry.index(), Math.max(0, nanos), failed);
        client.loop().recycle(pending);
        take(reply);
    }
}
