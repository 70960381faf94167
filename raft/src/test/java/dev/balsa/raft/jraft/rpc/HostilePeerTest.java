package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.util.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostilePeerTest {
    private static final int MAGIC = 0x424C5352;
    private static final RpcConfig CONFIG = RpcConfig.defaults("test")
            .withSecret("secret")
            .withLimits(new RpcLimits(100_000, 1 << 20, 100, 3, 1))
            .withTimes(new RpcTimes(20_000, 10, 100, 20_000));

    private final RpcPair pair = new RpcPair(CONFIG);
    private final int port = pair.server.boundPort();

    @AfterEach
    void close() throws Exception {
        // Whatever a stranger did, peers go on.
        await().ignoreExceptions().untilAsserted(() -> assertThat(
                pair.send(RpcPair.append(1, 1), 20_000).get(30, TimeUnit.SECONDS)).isEqualTo(RpcPair.reply(1)));
        pair.close();
    }

    private static byte[] request(long callId, AppendEntriesRequest request) {
        return RawPeer.frame(1, callId, 3, request.toByteArray());
    }

    @Test
    void the_wire_is_as_documented() throws Exception {
        try (RawPeer raw = new RawPeer(port)) {
            raw.handshake("test", "secret");
            raw.send(request(77, RpcPair.append(5, 100)));
            RawPeer.Frame reply = raw.read();
            assertThat(reply.kind()).isEqualTo(2);
            assertThat(reply.callId()).isEqualTo(77);
            assertThat(reply.type()).isEqualTo(4);
            assertThat(AppendEntriesResponse.parseFrom(reply.body())).isEqualTo(RpcPair.reply(5));
            raw.send(RawPeer.frame(4, 0, 0, new byte[0]));
            assertThat(raw.read().kind()).isEqualTo(5);
        }
    }

    @Test
    void frames_in_any_pieces_are_put_together() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("balsa.seed=" + seed);
        Random random = new Random(seed);
        try (RawPeer raw = new RawPeer(port)) {
            raw.handshake("test", "secret");
            ByteBuffer all = ByteBuffer.allocate(1 << 20);
            for (int i = 0; i < 50; i++) {
                all.put(request(i, RpcPair.append(i, random.nextInt(5_000))));
            }
            all.flip();
            while (all.hasRemaining()) {
                int length = 1 + random.nextInt(random.nextBoolean() ? 3 : 9_000);
                byte[] piece = new byte[Math.min(all.remaining(), length)];
                all.get(piece);
                raw.send(piece);
            }
            for (int i = 0; i < 50; i++) {
                RawPeer.Frame reply = raw.read();
                assertThat(reply.callId()).isEqualTo(i);
                assertThat(AppendEntriesResponse.parseFrom(reply.body())).isEqualTo(RpcPair.reply(i));
            }
        }
    }

    @Test
    void text_of_another_protocol_closes_the_connection_unanswered() throws Exception {
        List<String> openings =
                List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "*1\r\n$4\r\nPING\r\n", "\u0016\u0003\u0001\u0002\u0000");
        for (String text : openings) {
            try (RawPeer raw = new RawPeer(port)) {
                raw.send(text.getBytes(StandardCharsets.ISO_8859_1));
                assertThat(raw.isClosed()).as(text).isTrue();
            }
        }
    }

    @Test
    void random_bytes_close_the_connection_before_and_after_the_handshake() throws Exception {
        Random random = new Random(3);
        for (int round = 0; round < 100; round++) {
            byte[] garbage = new byte[16 + random.nextInt(500)];
            random.nextBytes(garbage);
            try (RawPeer raw = new RawPeer(port)) {
                if (round % 2 == 0) {
                    raw.handshake("test", "secret");
                    // Random lengths are too great nearly always; this one is not.
                    ByteBuffer.wrap(garbage).putInt(garbage.length - 4);
                    garbage[4] = (byte) (20 + random.nextInt(100));
                }
                raw.send(garbage);
                assertThat(raw.isClosed()).isTrue();
            }
        }
    }

    @Test
    void a_malformed_message_in_a_good_frame_closes_the_connection() throws Exception {
        byte[] cut = RpcPair.append(1, 100).toByteArray();
        cut[cut.length - 101] = 127;
        try (RawPeer raw = new RawPeer(port)) {
            raw.handshake("test", "secret");
            raw.send(RawPeer.frame(1, 1, 3, cut));
            assertThat(raw.isClosed()).isTrue();
        }
    }

    @Test
    void a_frame_with_a_flipped_bit_is_not_handled() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        pair.on(AppendEntriesRequest.class, (context, request) -> {
            handled.incrementAndGet();
            context.sendResponse(RpcPair.reply(request.getPrevLogIndex()));
        });
        byte[] whole = request(1, RpcPair.append(1, 20));
        for (int at = 4; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            try (RawPeer raw = new RawPeer(port)) {
                raw.handshake("test", "secret");
                raw.send(flipped);
                assertThat(raw.isClosed()).as("bit of byte %d", at).isTrue();
            }
        }
        assertThat(handled).hasValue(0);
    }

    @Test
    void frames_longer_than_admitted_shorter_than_a_head_or_negative_close_the_connection() throws Exception {
        for (int length : new int[] {100_001, Integer.MAX_VALUE, 10, 0, -1, Integer.MIN_VALUE}) {
            try (RawPeer raw = new RawPeer(port)) {
                raw.handshake("test", "secret");
                raw.send(ByteBuffer.allocate(64).putInt(length).array());
                assertThat(raw.isClosed()).as("length %d", length).isTrue();
            }
        }
    }

    @Test
    void nothing_is_answered_to_a_stranger() throws Exception {
        List<byte[]> openings = List.of(
                request(1, RpcPair.append(1, 10)),
                RawPeer.frame(8, 0, 0, new byte[32]),
                RawPeer.frame(4, 0, 0, new byte[0]),
                RawPeer.hello(MAGIC, 2, "other"),
                RawPeer.hello(MAGIC, 3, "test"),
                RawPeer.hello(MAGIC + 1, 1, "test"),
                RawPeer.frame(6, 0, 0, new byte[3]),
                ByteBuffer.allocate(1100).putInt(1096).put((byte) 6).array());
        for (byte[] opening : openings) {
            try (RawPeer raw = new RawPeer(port)) {
                raw.send(opening);
                assertThat(raw.isClosed()).isTrue();
            }
        }
        try (RawPeer raw = new RawPeer(port)) {
            assertThatThrownBy(() -> raw.handshake("test", "guess")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_request_slipped_in_before_the_proof_is_not_handled() throws Exception {
        try (RawPeer raw = new RawPeer(port)) {
            raw.send(RawPeer.hello(MAGIC, 2, "test"));
            assertThat(raw.read().kind()).isEqualTo(7);
            raw.send(request(1, RpcPair.append(1, 10)));
            assertThat(raw.isClosed()).isTrue();
        }
        assertThat(pair.serverRpc.stats().requestsHandled()).isZero();
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws Exception {
        RpcConfig strict = CONFIG.withTimes(new RpcTimes(2_000, 10, 100, 400));
        try (RpcPair strictPair = new RpcPair(strict)) {
            saysNothing(strictPair.server.boundPort());
        }
    }

    private static void saysNothing(int strictPort) throws IOException {
        try (RawPeer silent = new RawPeer(strictPort);
                RawPeer halfway = new RawPeer(strictPort)) {
            halfway.send(RawPeer.hello(MAGIC, 2, "test"));
            assertThat(halfway.read().kind()).isEqualTo(7);
            assertThat(silent.isClosed()).isTrue();
            assertThat(halfway.isClosed()).isTrue();
        }
        try (RawPeer quiet = new RawPeer(strictPort)) {
            quiet.handshake("test", "secret");
            assertThat(quiet.isClosed()).isTrue();
        }
    }

    @Test
    void connections_beyond_the_limit_are_closed_and_room_is_made_by_those_that_leave() throws Exception {
        List<RawPeer> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(new RawPeer(port));
        }
        try (RawPeer over = new RawPeer(port)) {
            assertThat(over.isClosed()).isTrue();
        }
        for (RawPeer each : open) {
            each.close();
        }
        await().untilAsserted(() -> {
            try (RawPeer again = new RawPeer(port)) {
                again.handshake("test", "secret");
            }
        });
    }

    @Test
    void a_new_connection_of_the_same_process_replaces_the_old_one() throws Exception {
        try (RawPeer old = new RawPeer(port);
                RawPeer next = new RawPeer(port)) {
            old.handshake("test", "secret");
            next.handshake("test", "secret");
            assertThat(old.isClosed()).isTrue();
            next.send(request(1, RpcPair.append(1, 10)));
            assertThat(next.read().kind()).isEqualTo(2);
        }
    }

    @Test
    void a_client_with_another_secret_cluster_or_none_gets_no_connection_and_its_requests_fail() throws Exception {
        for (RpcConfig wrong :
                List.of(
                        CONFIG.withSecret("other"),
                        CONFIG.withSecret(""),
                        RpcConfig.defaults("other").withSecret("secret"))) {
            try (RaftRpc rpc = RaftRpc.open(wrong)) {
                var client = rpc.client();
                var reply = new RpcPair.Reply(new CompletableFuture<>());
                client.invokeAsync(pair.endpoint, RpcPair.append(1, 1), reply, 20_000);
                assertThatThrownBy(() -> reply.result().get(30, TimeUnit.SECONDS))
                        .hasMessageContaining("lost");
                assertThat(client.checkConnection(pair.endpoint)).isFalse();
            }
        }
        assertThat(pair.serverRpc.stats().requestsHandled()).isZero();
    }

    @Test
    void a_client_does_not_believe_a_server_that_cannot_prove_the_secret() throws Exception {
        try (ServerSocket impostor = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                RaftRpc rpc = RaftRpc.open(CONFIG)) {
            Thread accepting = Thread.ofPlatform().daemon().start(() -> {
                try (Socket socket = impostor.accept()) {
                    var out = socket.getOutputStream();
                    out.write(RawPeer.frame(7, 0, 0, ByteBuffer.allocate(24).putInt(MAGIC).putInt(2).array()));
                    out.write(RawPeer.frame(9, 0, 0, new byte[32]));
                    var _ = socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the client has hung up, as it should
                }
            });
            Endpoint endpoint = new Endpoint("127.0.0.1", impostor.getLocalPort());
            var client = rpc.client();
            var reply = new RpcPair.Reply(new CompletableFuture<>());
            client.invokeAsync(endpoint, RpcPair.append(1, 1), reply, 20_000);
            assertThatThrownBy(() -> reply.result().get(30, TimeUnit.SECONDS)).hasMessageContaining("lost");
            assertThat(rpc.stats().connectionsMade()).isZero();
            accepting.join(20_000);
        }
    }

    @Test
    void a_network_that_swallows_packets_is_noticed_by_its_silence() throws Exception {
        RpcConfig watchful = CONFIG.withTimes(new RpcTimes(500, 10, 100, 400));
        try (ServerSocket relay = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                RaftRpc rpc = RaftRpc.open(watchful)) {
            List<Socket> sockets = new CopyOnWriteArrayList<>();
            AtomicBoolean swallow = new AtomicBoolean();
            Thread.ofPlatform().daemon().start(() -> relay(relay, port, sockets, swallow));
            Endpoint endpoint = new Endpoint("127.0.0.1", relay.getLocalPort());
            var client = rpc.client();
            client.checkConnection(endpoint, true);
            await().until(() -> client.checkConnection(endpoint));
            swallow.set(true);
            var reply = new RpcPair.Reply(new CompletableFuture<>());
            client.invokeAsync(endpoint, RpcPair.append(1, 1), reply, 30_000);
            assertThatThrownBy(() -> reply.result().get(30, TimeUnit.SECONDS)).hasMessageContaining("lost");
            swallow.set(false);
            await().until(() -> client.checkConnection(endpoint));
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static void relay(
            ServerSocket relay, int target, List<Socket> sockets, AtomicBoolean swallow) {
        try {
            while (true) {
                Socket near = relay.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                Thread.ofPlatform().daemon().start(() -> pump(near, far, swallow));
                Thread.ofPlatform().daemon().start(() -> pump(far, near, swallow));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private static void pump(Socket from, Socket to, AtomicBoolean swallow) {
        byte[] buffer = new byte[8192];
        try {
            for (int n = from.getInputStream().read(buffer); n >= 0; n = from.getInputStream().read(buffer)) {
                if (!swallow.get()) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
            to.close();
        } catch (IOException e) {
            // one end has gone
        }
    }
}
