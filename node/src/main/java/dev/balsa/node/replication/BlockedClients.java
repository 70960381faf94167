package dev.balsa.node.replication;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.Waiters;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a slot group does for clients that wait, beside the log: it has log time moved on when a deadline is near, and puts
 * into the log who is to wait no longer. Owned by the group's loop.
 */
final class BlockedClients {
    /** More bytes of waiting commands than this are not kept, however few they are. */
    private static final long BYTES_MAX = 256L << 20;

    private static final CommandSpec UNBLOCK =
            Objects.requireNonNull(CommandTable.find(Args.of("BALSA", "UNBLOCK"))).spec();

    /** What the group does for it. */
    interface Owner {
        boolean leads();

        long clockMillis();

        /** Has an entry go through the log soon, so that log time moves; while one is on its way already, nothing happens. */
        void tick();

        /** Puts a command of the group's own into the log. */
        void write(Request request, Args args);
    }

    private final EventLoop loop;
    private final EntryRunner runner;
    private final Owner owner;
    private final Runnable ring = this::ring;
    private @Nullable Future<?> alarm;
    private long alarmAtNanos;
    private boolean closed;

    BlockedClients(EventLoop loop, EntryRunner runner, Owner owner) {
        this.loop = loop;
        this.runner = runner;
        this.owner = owner;
    }

    /** The error line for a blocking command that cannot be taken, else empty. */
    String refusal(int clientsMax) {
        Waiters waiters = runner.keyspace().waiters();
        return runner.waiting() < clientsMax && waiters.bytes() < BYTES_MAX ? ""
                : "ERR too many clients wait (blocked-clients-max " + clientsMax + ")";
    }

    /** Requests may have begun to wait, or time has passed. */
    void look() {
        if (runner.waiting() > 0) {
            arm();
        }
    }

    /** A request has begun to wait; it may have been unblocked before it did. */
    void began(Request request) {
        look();
        request.waits();
        if (request.unblocked() != null) {
            unblock(request);
        }
    }

    /** The request is to wait no longer; nothing happens if it does not wait (yet). */
    void unblock(Request request) {
        Request.Unblock how = request.unblocked();
        if (how == null) {
            return;
        }
        Waiters.End end = switch (how) {
            case TIMEOUT -> Waiters.End.TIMEOUT;
            case ERROR -> Waiters.End.ERROR;
            case GONE -> Waiters.End.GONE;
        };
        Long id = runner.held().id(request);
        if (id == null) {
            var _ = runner.endRead(request, end);
        } else if (owner.leads()) {
            // Another leader's first entry ends it anyway.
            owner.write(new Own(loop, request.database()), Args.of("BALSA", "UNBLOCK", id.toString(), end.name()));
        }
    }

    private void arm() {
        long millis = runner.endDueReads();
        if (owner.leads()) {
            long next = runner.keyspace().waiters().nextDeadlineMillis();
            millis = next == Long.MAX_VALUE ? millis : Math.min(millis, next - owner.clockMillis());
        }
        if (millis == Long.MAX_VALUE || closed) {
            return;
        }
        long delay = TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, 0, 3_600_000));
        long at = System.nanoTime() + delay;
        if (alarm != null && alarmAtNanos - at <= 0) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmAtNanos = at;
        alarm = loop.schedule(ring, delay, TimeUnit.NANOSECONDS);
    }

    private void ring() {
        alarm = null;
        if (closed) {
            return;
        }
        boolean due = owner.leads() && runner.keyspace().waiters().nextDeadlineMillis() <= owner.clockMillis();
        if (due) {
            // What is on its way looks again when it is applied.
            owner.tick();
        } else {
            look();
        }
    }

    void close() {
        closed = true;
        if (alarm != null) {
            alarm.cancel(false);
        }
    }

    /** A command of the group's own, whose reply nobody waits for. */
    private record Own(EventLoop loop, int database) implements Request {
        @Override
        public CommandSpec spec() {
            return UNBLOCK;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {}

        @Override
        public void notExecuted(Refusal refusal, Args args) {}

        @Override
        public void outcomeUnknown(String reason) {}
    }
}
