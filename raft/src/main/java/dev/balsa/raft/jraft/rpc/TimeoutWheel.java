package dev.balsa.raft.jraft.rpc;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of the calls of one event loop. Owned by that loop.
 *
 * <p>A call is linked into the bucket of its deadline's tick: adding and removing costs a few pointers, and nearly every call
 * is removed long before it is due. A deadline further away than one turn of the wheel stays in its bucket for more turns. The
 * loop is woken for ticks only while calls are pending.
 */
final class TimeoutWheel {
    static final int TICK_MILLIS = 10;
    private static final int BUCKETS = 1024;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

    private final EventLoop loop;
    private final @Nullable Call[] buckets = new Call[BUCKETS];
    private final long startNanos = System.nanoTime();
    private long lastTick;
    private int size;
    private boolean ticking;

    TimeoutWheel(EventLoop loop) {
        this.loop = loop;
    }

    /** Starts the call's time: it is told {@link Call#timeOut} once its deadline has passed. */
    void add(Call call) {
        // One tick more than the deadline's: a call is never told too early.
        long tick = Math.max((call.deadlineNanos - startNanos) / TICK_NANOS + 1, lastTick + 1);
        int index = (int) (tick & (BUCKETS - 1));
        call.bucket = index;
        Call head = buckets[index];
        call.later = head;
        if (head != null) {
            head.earlier = call;
        }
        buckets[index] = call;
        size++;
        if (!ticking) {
            ticking = true;
            lastTick = Math.max(lastTick, (System.nanoTime() - startNanos) / TICK_NANOS - 1);
            scheduleTick();
        }
    }

    /** Ends the call's time. Does nothing if the call is not in the wheel. */
    void remove(Call call) {
        int index = call.bucket;
        if (index < 0) {
            return;
        }
        Call before = call.earlier;
        Call after = call.later;
        if (before == null) {
            buckets[index] = after;
        } else {
            before.later = after;
        }
        if (after != null) {
            after.earlier = before;
        }
        call.earlier = null;
        call.later = null;
        call.bucket = -1;
        size--;
    }

    private void scheduleTick() {
        var _ = loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        long nowNanos = System.nanoTime();
        long nowTick = (nowNanos - startNanos) / TICK_NANOS;
        long from = Math.max(lastTick + 1, nowTick - BUCKETS + 1);
        lastTick = nowTick;
        for (long tick = from; tick <= nowTick; tick++) {
            expire((int) (tick & (BUCKETS - 1)), nowNanos);
        }
        ticking = size > 0;
        if (ticking) {
            scheduleTick();
        }
    }

    private void expire(int index, long nowNanos) {
        // A callback may add or end calls, also in this bucket: start over after each, calls that are not due are few.
        Call call = buckets[index];
        while (call != null) {
            Call after = call.later;
            if (call.deadlineNanos - nowNanos <= 0) {
                remove(call);
                call.timeOut();
                after = buckets[index];
            }
            call = after;
        }
    }
}
