package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that reads nothing, as one that is stopped by a signal: its loop is held in a processor. */
@Timeout(60)
class BackpressureTest {
    private static final int OUTGOING_MAX = 2 << 20;
    private static final int FRAME = 256 << 10;
    private static final RpcConfig CONFIG = RpcConfig.defaults("test")
            .withLimits(new RpcLimits(1 << 20, OUTGOING_MAX, 5_000, 10, 1))
            .withTimes(new RpcTimes(20_000, 10, 100, 60_000));

    private static boolean refused(CompletableFuture<Object> reply) {
        return reply.isCompletedExceptionally() && String.valueOf(reply.exceptionNow().getMessage()).contains("busy");
    }

    private static CountDownLatch hold(RpcPair pair) {
        CountDownLatch release = new CountDownLatch(1);
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            context.sendResponse(RpcPair.reply(request.getPrevLogIndex()));
        });
        return release;
    }

    @Test
    void requests_to_a_stopped_peer_are_refused_when_the_buffer_is_full_and_go_on_when_it_wakes() throws Exception {
        try (RpcPair pair = new RpcPair(CONFIG)) {
            CountDownLatch release = hold(pair);
            List<CompletableFuture<Object>> accepted = new ArrayList<>();
            int refusals = 0;
            for (int i = 0; i < 2_000; i++) {
                CompletableFuture<Object> reply = pair.send(RpcPair.append(i, FRAME), 30_000);
                if (refused(reply)) {
                    refusals++;
                } else {
                    accepted.add(reply);
                }
            }
            await().until(() -> !pair.client.checkConnection(pair.endpoint, true));
            // The kernel's socket buffers take some megabytes besides; everything else stays below the limit and one
            // frame.
            long acceptedBytes = (long) accepted.size() * FRAME;
            assertThat(refusals).isGreaterThan(1_000);
            assertThat(acceptedBytes).isLessThan(OUTGOING_MAX * 2L + FRAME + (16 << 20));
            assertThat(pair.clientRpc.stats().requestsRefused()).isEqualTo(refusals);

            release.countDown();
            for (CompletableFuture<Object> reply : accepted) {
                reply.get(30, TimeUnit.SECONDS);
            }
            await().until(() -> pair.client.checkConnection(pair.endpoint, true));
            assertThat(pair.send(RpcPair.append(1, FRAME), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
        }
    }

    @Test
    void small_requests_without_reply_are_bounded_by_their_number() throws Exception {
        try (RpcPair pair = new RpcPair(CONFIG)) {
            CountDownLatch release = hold(pair);
            List<CompletableFuture<Object>> accepted = new ArrayList<>();
            for (int i = 0; i < 6_000; i++) {
                CompletableFuture<Object> reply = pair.send(RpcPair.append(i, 1), 30_000);
                if (!refused(reply)) {
                    accepted.add(reply);
                }
            }
            assertThat(accepted).hasSize(5_000);
            release.countDown();
            for (CompletableFuture<Object> reply : accepted) {
                reply.get(30, TimeUnit.SECONDS);
            }
            assertThat(pair.send(RpcPair.append(1, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
        }
    }

    @Test
    void what_waits_for_a_stopped_peer_times_out_and_gives_its_room_back() throws Exception {
        try (RpcPair pair = new RpcPair(CONFIG)) {
            CountDownLatch release = hold(pair);
            int accepted = 0;
            // On a slow machine the first of them time out before the last are sent.
            while (!refused(pair.send(RpcPair.append(accepted, 1), 300))) {
                accepted++;
            }
            assertThat(accepted).isGreaterThanOrEqualTo(5_000);
            int all = accepted;
            await().until(() -> pair.clientRpc.stats().requestsTimedOut() == all);
            assertThat(refused(pair.send(RpcPair.append(0, 1), 300))).isFalse();
            release.countDown();
        }
    }

    @Test
    void a_stopped_peer_is_given_up_after_the_longest_silence_and_its_buffer_freed() throws Exception {
        try (RpcPair pair = new RpcPair(CONFIG.withTimes(new RpcTimes(20_000, 10, 100, 400)))) {
            CountDownLatch release = hold(pair);
            CompletableFuture<Object> first = pair.send(RpcPair.append(0, FRAME), 30_000);
            for (int i = 0; i < 200; i++) {
                var _ = pair.send(RpcPair.append(i, FRAME), 30_000);
            }
            assertThat(pair.clientRpc.stats().requestsRefused()).isPositive();
            await().until(first::isCompletedExceptionally);
            assertThat(first.exceptionNow()).hasMessageContaining("lost");
            release.countDown();
            await().until(() -> pair.client.checkConnection(pair.endpoint, true));
        }
    }
}
