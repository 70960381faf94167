package dev.balsa.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApplyQueueTest {
    private static final int ENTRIES = 300;
    private static final long ENTRY_NANOS = 1_000_000;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();

    @AfterEach
    void end() {
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void a_loop_that_is_behind_looks_at_its_sockets_between_entries() throws Exception {
        ApplyQueue queue = new ApplyQueue(loop, 1 << 30);
        AtomicInteger applied = new AtomicInteger();
        CountDownLatch allThere = new CountDownLatch(1);
        loop.execute(() -> await(allThere));
        for (int i = 0; i < ENTRIES; i++) {
            queue.putLazily(100, () -> {
                spin();
                applied.incrementAndGet();
            });
        }
        // What is scheduled runs in a turn of its own, as what comes from sockets does.
        CompletableFuture<Integer> turn = new CompletableFuture<>();
        var _ = loop.schedule(() -> turn.complete(applied.get()), 0, TimeUnit.NANOSECONDS);
        CompletableFuture<Integer> after = CompletableFuture.supplyAsync(applied::get, queue);
        allThere.countDown();
        assertThat(turn.get(30, TimeUnit.SECONDS)).isLessThan(ENTRIES / 2);
        assertThat(after.get(30, TimeUnit.SECONDS)).isEqualTo(ENTRIES);
    }

    @Test
    void everything_runs_in_the_order_in_which_it_was_put() throws Exception {
        ApplyQueue queue = new ApplyQueue(loop, 4096);
        List<Integer> order = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < ENTRIES; i++) {
            int number = i;
            if (i % 3 == 0) {
                queue.put(700, () -> order.add(number));
            } else if (i % 3 == 1) {
                queue.putLazily(700, () -> order.add(number));
            } else {
                queue.execute(() -> order.add(number));
            }
        }
        queue.put(0, done::countDown);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(order).isEqualTo(IntStream.range(0, ENTRIES).boxed().toList());
    }

    @Test
    void one_that_fails_does_not_hold_up_the_others() throws Exception {
        ApplyQueue queue = new ApplyQueue(loop, 4096);
        CountDownLatch done = new CountDownLatch(1);
        queue.put(1, () -> {
            throw new IllegalStateException("on purpose");
        });
        queue.put(1, done::countDown);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void after_the_loops_end_nobody_waits_for_room() throws Exception {
        ApplyQueue queue = new ApplyQueue(loop, 1024);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        for (int i = 0; i < ENTRIES; i++) {
            queue.put(512, () -> {});
        }
        assertThatThrownBy(() -> queue.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void spin() {
        long end = System.nanoTime() + ENTRY_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
