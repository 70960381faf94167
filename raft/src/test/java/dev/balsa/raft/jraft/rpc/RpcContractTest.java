package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests.GetLeaderRequest;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RpcContractTest {
    /** A machine that stands still for some seconds loses no connection. */
    private static final RpcConfig CONFIG =
            RpcConfig.defaults("test").withTimes(new RpcTimes(20_000, 25, 500, 20_000));

    private RpcPair pair = new RpcPair(CONFIG);

    @AfterEach
    void close() {
        pair.close();
    }

    private void replace(RpcConfig config) {
        pair.close();
        pair = new RpcPair(config);
    }

    private void awaitConnected() {
        pair.clientRpc.warm(pair.endpoint);
        await().until(() -> pair.client.checkConnection(pair.endpoint));
    }

    private static Throwable cause(CompletableFuture<Object> failed) {
        try {
            Object result = failed.get(30, TimeUnit.SECONDS);
            throw new AssertionError("did not fail: " + result);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_synchronous_request_gets_its_reply() throws Exception {
        awaitConnected();
        Object reply = pair.client.invokeSync(pair.endpoint, RpcPair.append(7, 100), 20_000);
        assertThat(reply).isEqualTo(RpcPair.reply(7));
        Object pong = pair.client.invokeSync(pair.endpoint, PingRequest.newBuilder().setSendTimestamp(1).build(), 20_000);
        assertThat(pong).isInstanceOfSatisfying(ErrorResponse.class, it -> assertThat(it.getErrorCode()).isZero());
    }

    @Test
    void requests_sent_before_the_connection_stands_are_kept_and_answered() throws Exception {
        List<CompletableFuture<Object>> replies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            replies.add(pair.send(RpcPair.append(i, 100), 20_000));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(replies.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(i));
        }
        assertThat(pair.clientRpc.stats().connectionsMade()).isEqualTo(1);
    }

    @Test
    void pipelined_requests_of_many_threads_are_handled_in_each_threads_order() throws Exception {
        int threads = 4;
        int each = 5_000;
        List<Long> handled = new ArrayList<>();
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            handled.add(request.getPrevLogIndex());
            context.sendResponse(RpcPair.reply(request.getPrevLogIndex()));
        });
        awaitConnected();
        List<Thread> senders = new ArrayList<>();
        BlockingQueue<CompletableFuture<Object>> replies = new LinkedBlockingQueue<>();
        for (int t = 0; t < threads; t++) {
            long first = t * 1_000_000L;
            senders.add(Thread.ofPlatform().start(() -> {
                for (long i = first; i < first + each; i++) {
                    CompletableFuture<Object> reply = pair.send(RpcPair.append(i, (int) (i % 300)), 20_000);
                    if (i % 1000 == 0) {
                        reply.join();
                    }
                    replies.add(reply);
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        for (CompletableFuture<Object> reply : replies) {
            reply.get(30, TimeUnit.SECONDS);
        }
        assertThat(handled).hasSize(threads * each);
        for (int t = 0; t < threads; t++) {
            long first = t * 1_000_000L;
            List<Long> own = handled.stream().filter(i -> i >= first && i < first + each).toList();
            assertThat(own).isSorted().doesNotHaveDuplicates().hasSize(each);
        }
    }

    @Test
    void a_request_of_many_megabytes_arrives_whole() throws Exception {
        Random random = new Random(1);
        byte[] data = new byte[20 << 20];
        random.nextBytes(data);
        AtomicReference<byte[]> seen = new AtomicReference<>();
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            seen.set(request.getData().toByteArray());
            context.sendResponse(RpcPair.reply(1));
        });
        pair.send(RpcPair.append(1, ByteString.copyFrom(data)), 20_000).get(30, TimeUnit.SECONDS);
        assertThat(seen.get()).isEqualTo(data);
    }

    @Test
    void replies_that_outlive_their_frame_own_their_bytes() throws Exception {
        Random random = new Random(2);
        byte[] chunk = new byte[128 << 10];
        pair.on(GetFileRequest.class, (context, request) -> {
            random.setSeed(request.getOffset());
            random.nextBytes(chunk);
            ByteString data = ByteString.copyFrom(chunk);
            context.sendResponse(
                    GetFileResponse.newBuilder().setEof(false).setData(data).build());
        });
        List<CompletableFuture<Object>> replies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replies.add(pair.send(getFile(i), 10_000));
            replies.getLast().get(30, TimeUnit.SECONDS);
        }
        for (int i = 0; i < 50; i++) {
            byte[] expected = new byte[128 << 10];
            random.setSeed(i);
            random.nextBytes(expected);
            assertThat(((GetFileResponse) replies.get(i).join()).getData().toByteArray()).isEqualTo(expected);
        }
    }

    private static GetFileRequest getFile(long offset) {
        return GetFileRequest.newBuilder().setReaderId(1).setFilename("f").setCount(1).setOffset(offset).build();
    }

    @Test
    void a_request_without_reply_times_out_and_its_late_reply_is_dropped() throws Exception {
        BlockingQueue<RpcContext> unanswered = new LinkedBlockingQueue<>();
        pair.on(AppendEntriesRequest.class, (context, request) -> unanswered.add(context));
        awaitConnected();
        long start = System.nanoTime();
        CompletableFuture<Object> reply = pair.send(RpcPair.append(1, 10), 200);
        assertThat(cause(reply)).isInstanceOf(InvokeTimeoutException.class);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(200L, 10_000L);
        unanswered.take().sendResponse(RpcPair.reply(1));
        CompletableFuture<Object> next = pair.send(RpcPair.append(2, 10), 20_000);
        unanswered.take().sendResponse(RpcPair.reply(2));
        assertThat(next.get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(2));
        assertThatThrownBy(() -> pair.client.invokeSync(pair.endpoint, RpcPair.append(3, 10), 50))
                .isInstanceOf(InvokeTimeoutException.class);
    }

    @Test
    void many_timeouts_of_different_length_each_come_once_and_not_early() throws Exception {
        pair.on(AppendEntriesRequest.class, (context, request) -> {});
        awaitConnected();
        List<CompletableFuture<Long>> waited = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int timeout = 1 + i % 500;
            long start = System.nanoTime();
            waited.add(pair.send(RpcPair.append(i, 0), timeout)
                    .handle((reply, error) -> System.nanoTime() - start - TimeUnit.MILLISECONDS.toNanos(timeout)));
        }
        for (CompletableFuture<Long> each : waited) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isNotNegative();
        }
        assertThat(pair.clientRpc.stats().requestsTimedOut()).isEqualTo(1_000);
    }

    @Test
    void a_server_that_is_gone_fails_what_is_pending_at_once_and_later_requests_too() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        pair.on(AppendEntriesRequest.class, (context, request) -> arrived.countDown());
        CompletableFuture<Object> pending = pair.send(RpcPair.append(1, 10), 30_000);
        arrived.await();
        pair.server.shutdown();
        assertThat(cause(pending)).isInstanceOf(RemotingException.class).isNotInstanceOf(InvokeTimeoutException.class);
        await().until(() -> !pair.client.checkConnection(pair.endpoint, true));
        assertThat(cause(pair.send(RpcPair.append(2, 10), 30_000))).isInstanceOf(RemotingException.class);
    }

    @Test
    void a_server_that_comes_back_is_connected_to_again_without_being_asked() throws Exception {
        awaitConnected();
        pair.server.shutdown();
        await().until(() -> !pair.client.checkConnection(pair.endpoint));
        pair.restartServer();
        await().until(() -> pair.client.checkConnection(pair.endpoint));
        assertThat(pair.send(RpcPair.append(5, 10), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(5));
    }

    @Test
    void connect_to_a_peer_that_never_answers_does_not_wait() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Nobody accepts there: when a few connections wait, the system answers no more.
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                waiting.add(channel);
                channel.configureBlocking(false);
                channel.connect(silent.getLocalSocketAddress());
            }
            Endpoint nowhere = new Endpoint("127.0.0.1", silent.getLocalPort());
            // Whoever waits for the attempt hears, after long, that it has failed.
            assertThat(pair.client.checkConnection(nowhere, true)).isTrue();
            assertThat(ping(nowhere).getErrorCode()).isZero();
            assertThat(pair.client.checkConnection(nowhere)).isFalse();
            // Optimistic only until the first attempt has failed.
            replace(CONFIG.withTimes(new RpcTimes(200, 25, 500, 20_000)));
            await().until(() -> !pair.client.checkConnection(nowhere, true));
            assertThat(ping(nowhere).getErrorCode()).isNotZero();
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private ErrorResponse ping(Endpoint endpoint) throws Exception {
        PingRequest ping = PingRequest.newBuilder().setSendTimestamp(1).build();
        return (ErrorResponse) pair.client.invokeSync(endpoint, ping, 10_000);
    }

    @Test
    void an_unknown_request_is_answered_with_an_error_and_the_connection_lives() throws Exception {
        CompletableFuture<Object> reply =
                pair.send(GetLeaderRequest.newBuilder().setGroupId("g").build(), 20_000);
        assertThat(cause(reply)).isInstanceOf(RemotingException.class).hasMessageContaining("no processor");
        var nobody = new RpcPair.Reply(new CompletableFuture<>());
        assertThatThrownBy(() -> pair.client.invokeAsync(pair.endpoint, "text", nobody, 1))
                .isInstanceOf(RemotingException.class);
        assertThat(pair.send(RpcPair.append(1, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
        assertThat(pair.clientRpc.stats().connectionsMade()).isEqualTo(1);
    }

    @Test
    void an_exception_in_a_processor_becomes_an_error_on_the_loop_and_on_a_lane() throws Exception {
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            throw new IllegalStateException("on the loop");
        });
        pair.on(RequestVoteRequest.class, (context, request) -> {
            throw new IllegalStateException("on a lane");
        });
        assertThat(cause(pair.send(RpcPair.append(1, 1), 20_000))).hasMessageContaining("on the loop");
        assertThat(cause(pair.send(vote(), 20_000))).hasMessageContaining("on a lane");
    }

    private static RequestVoteRequest vote() {
        return RequestVoteRequest.newBuilder()
                .setGroupId("g")
                .setServerId("s")
                .setPeerId("p")
                .setTerm(1)
                .setLastLogTerm(1)
                .setLastLogIndex(1)
                .setPreVote(true)
                .build();
    }

    @Test
    void a_second_reply_is_dropped() throws Exception {
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            context.sendResponse(RpcPair.reply(1));
            context.sendResponse(RpcPair.reply(2));
        });
        assertThat(pair.send(RpcPair.append(0, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
        assertThat(pair.send(RpcPair.append(0, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
    }

    @Test
    void blocking_installations_and_file_reads_delay_neither_votes_nor_entries() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        pair.on(GetFileRequest.class, (context, request) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            context.sendResponse(GetFileResponse.newBuilder().setEof(true).setData(ByteString.EMPTY).build());
        });
        AtomicReference<String> voteThread = new AtomicReference<>();
        pair.on(RequestVoteRequest.class, (context, request) -> {
            voteThread.set(Thread.currentThread().getName());
            context.sendResponse(RpcPair.reply(1));
        });
        List<CompletableFuture<Object>> files = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            files.add(pair.send(getFile(i), 20_000));
        }
        assertThat(pair.send(RpcPair.append(3, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(3));
        assertThat(pair.send(vote(), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
        assertThat(voteThread.get()).contains("control");
        release.countDown();
        for (CompletableFuture<Object> file : files) {
            file.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_closed_connection_is_told_to_listeners_with_its_address_and_attributes() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        pair.server.registerConnectionClosedEventListener(
                (address, connection) -> told.add(address + " " + connection.getAttribute("key")));
        AtomicReference<String> remote = new AtomicReference<>();
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            Connection connection = context.getConnection();
            connection.setAttribute("key", "value");
            remote.set(context.getRemoteAddress());
            context.sendResponse(RpcPair.reply(1));
        });
        pair.send(RpcPair.append(1, 1), 20_000).get(30, TimeUnit.SECONDS);
        pair.client.closeConnection(pair.endpoint);
        assertThat(told.poll(5, TimeUnit.SECONDS)).isEqualTo(remote.get() + " value");
        assertThat(remote.get()).startsWith("127.0.0.1:");
        // The next request makes a new connection.
        pair.send(RpcPair.append(1, 1), 20_000).get(30, TimeUnit.SECONDS);
        assertThat(pair.clientRpc.stats().connectionsMade()).isEqualTo(2);
    }

    @Test
    void a_request_larger_than_a_frame_is_refused_before_it_is_sent() throws Exception {
        replace(CONFIG.withLimits(new RpcLimits(10_000, 1 << 20, 100, 10, 1)));
        assertThat(cause(pair.send(RpcPair.append(1, 10_000), 20_000))).hasMessageContaining("frameMaxBytes");
        assertThat(pair.send(RpcPair.append(1, 9_000), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1));
    }

    @Test
    void a_reply_larger_than_a_frame_becomes_an_error() {
        replace(CONFIG.withLimits(new RpcLimits(10_000, 1 << 20, 100, 10, 1)));
        pair.on(GetFileRequest.class, (context, request) -> context.sendResponse(GetFileResponse.newBuilder()
                .setEof(false)
                .setData(ByteString.copyFrom(new byte[10_000]))
                .build()));
        assertThat(cause(pair.send(getFile(0), 20_000))).hasMessageContaining("frameMaxBytes");
    }

    @Test
    void after_close_requests_are_refused_and_no_thread_is_left() {
        awaitConnected();
        CompletableFuture<Object> pending = pair.send(vote(), 20_000);
        pair.close();
        assertThat(pending).isDone();
        assertThat(cause(pair.send(RpcPair.append(1, 1), 20_000)))
                .isInstanceOfAny(ConnectionFailureException.class, IllegalStateException.class);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("raft-rpc-")));
    }

    @Test
    void a_client_that_was_given_no_transport_says_so() {
        NettyRaftRpcFactory factory = new NettyRaftRpcFactory();
        assertThatThrownBy(() -> factory.createRpcClient().checkConnection(pair.endpoint))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("RaftRpc.nodeOptions");
        assertThatThrownBy(() -> factory.createRpcServer(pair.endpoint).init(null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("RaftRpc.server");
    }
}
