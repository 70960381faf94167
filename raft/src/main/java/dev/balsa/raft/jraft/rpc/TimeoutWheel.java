package dev.balsa.raft.jraft.rpc;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of the calls of one event loop. Owned by that loop.
 *
 * <p>A call is linked into the bucket of its deadline's tick: adding and removing costs a few pointers, and nearly
 * every call is removed long before it is due. A deadline further away than one turn of the wheel stays in its bucket
 * for more turns. The loop is not woken for every tick but for the first bucket that holds a call; as calls of one
 * kind have one timeout, that is about once a timeout, and not at all while nothing is pending.
 */
final class TimeoutWheel {
    static final int TICK_MILLIS = 10;
    private static final int BUCKETS = 1024;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

    private final EventLoop loop;
    private final @Nullable Call[] buckets = new Call[BUCKETS];
    private final long startNanos = System.nanoTime();
    private long lastTick = -1;
    private int size;
    /** The tick that the loop will be woken for, or {@link Long#MAX_VALUE}. */
    private long wakeTick = Long.MAX_VALUE;

    TimeoutWheel(EventLoop loop) {
        this.loop = loop;
    }

    /** Starts the call's time: it is told {@link Call#timeOut} once its deadline has passed. */
    void add(Call call) {
        long tick = Math.max((call.deadlineNanos - startNanos) / TICK_NANOS, lastTick + 1);
        int index = (int) (tick & (BUCKETS - 1));
        call.bucket = index;
        Call head = buckets[index];
        call.later = head;
        if (head != null) {
            head.earlier = call;
        }
        buckets[index] = call;
        size++;
        if (tick < wakeTick) {
            wakeAt(tick, System.nanoTime());
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

    private void wakeAt(long tick, long nowNanos) {
        wakeTick = tick;
        long delayNanos = startNanos + (tick + 1) * TICK_NANOS - nowNanos;
        var _ = loop.schedule(() -> wake(tick), Math.max(delayNanos, 0), TimeUnit.NANOSECONDS);
    }

    private void wake(long tick) {
        if (tick != wakeTick) {
            // An earlier wake-up has taken this one's place.
            return;
        }
        wakeTick = Long.MAX_VALUE;
        long nowNanos = System.nanoTime();
        long nowTick = (nowNanos - startNanos) / TICK_NANOS;
        // Only ticks that are over: what is in their buckets is due, or belongs to a later turn.
        long from = Math.max(lastTick + 1, nowTick - BUCKETS);
        lastTick = nowTick - 1;
        for (long each = from; each < nowTick; each++) {
            expire((int) (each & (BUCKETS - 1)), nowNanos);
        }
        for (long next = nowTick; size > 0 && next < wakeTick && next < nowTick + BUCKETS; next++) {
            if (buckets[(int) (next & (BUCKETS - 1))] != null) {
                wakeAt(next, nowNanos);
            }
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
