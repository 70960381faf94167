package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private final FakeCluster cluster = new FakeCluster(1, null);

    @AfterEach
    void stop() {
        cluster.close();
    }

    private RawClient connect() throws IOException {
        return new RawClient(cluster.listen(Mode.PLAIN));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void one_client_too_many_is_told_so() throws IOException {
        cluster.settings.maxclients(2);
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient first = new RawClient(port); RawClient second = new RawClient(port)) {
            first.call("PING");
            second.call("PING");
            try (RawClient third = new RawClient(port)) {
                assertThat(third.reply()).isEqualTo("-ERR max number of clients reached");
                assertThat(third.isClosedByServer()).isTrue();
            }
            assertThat(first.call("PING")).isEqualTo("+PONG");
            assertThat(cluster.front.stats().connectionsRejected()).isEqualTo(1);
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.front.clients().count() == 0);
        try (RawClient again = new RawClient(port)) {
            assertThat(again.call("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void when_all_take_too_much_memory_the_largest_is_closed_and_not_one_that_asked_to_stay() throws IOException {
        // A buffer may be twice as large as what is in it: the one that stays is not too much, both are.
        cluster.settings.clientsMaxBytes(1_900_000);
        int port = cluster.listen(Mode.PLAIN);
        String begun = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5000000\r\n";
        try (RawClient staying = new RawClient(port); RawClient large = new RawClient(port);
                RawClient small = new RawClient(port)) {
            assertThat(staying.call("CLIENT NO-EVICT ON")).isEqualTo("+OK");
            assertThat(small.call("PING")).isEqualTo("+PONG");
            staying.send(bytes(begun + "x".repeat(600_000)));
            try {
                large.send(bytes(begun + "x".repeat(1_400_000)));
            } catch (SocketException e) {
                // Closed before all had come.
            }
            assertThat(large.isClosedByServer()).isTrue();
            assertThat(small.call("PING")).isEqualTo("+PONG");
            assertThat(cluster.front.stats().evictedClients()).isEqualTo(1);
            assertThat(small.call("CLIENT LIST").lines().filter(line -> line.contains("flags=e"))).hasSize(1);
        }
    }

    @Test
    void a_protocol_error_comes_after_the_replies_before_it_and_closes() throws IOException {
        try (RawClient client = connect()) {
            client.send(bytes("PING\r\n*1\r\n$x\r\nPING\r\n"));
            assertThat(client.replies(2)).containsExactly("+PONG", "-ERR Protocol error: invalid bulk length");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(cluster.front.stats().protocolErrors()).isEqualTo(1);
        }
    }

    @Test
    void a_request_larger_than_the_query_buffer_limit_is_refused() throws IOException {
        cluster.settings.requestLimits(new RespLimits(1 << 20, 1 << 20, 64 << 10, 1 << 20, 10, 16 << 10));
        try (RawClient client = connect()) {
            client.send(bytes("*3\r\n$3\r\nSET\r\n$600000\r\n" + "x".repeat(600_000) + "\r\n$600000\r\n"));
            assertThat(client.reply()).startsWith("-ERR Protocol error");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_large_value_comes_in_pieces_and_goes_out_whole() throws IOException {
        try (RawClient client = connect()) {
            String value = "v".repeat(3_000_000);
            assertThat(client.call("SET big " + value)).isEqualTo("+OK");
            assertThat(client.call("GET big")).isEqualTo("$3000000 " + value);
        }
    }

    @Test
    void an_idle_client_is_closed_and_a_busy_one_is_not() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        cluster.groups.getFirst().refuse = (_, _) -> {
            asked.countDown();
            return true;
        };
        try (RawClient idle = connect(); RawClient busy = connect()) {
            idle.call("PING");
            busy.send("GET", "a");
            asked.await();
            cluster.settings.timeoutSeconds(1);
            assertThat(idle.isClosedByServer()).isTrue();
            busy.socket().setSoTimeout(300);
            assertThatThrownBy(busy::reply).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void a_reader_that_never_reads_is_cut_and_the_others_are_unhurt() throws IOException {
        cluster.settings.outputLimit(8 << 20, 0, 0);
        try (RawClient good = connect(); RawClient bad = connect()) {
            good.call("SET big " + "v".repeat(1 << 20));
            ByteArrayOutputStream gets = new ByteArrayOutputStream();
            for (int i = 0; i < 100; i++) {
                gets.writeBytes(RawClient.frame("GET", "big"));
            }
            bad.send(gets.toByteArray());
            await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.front.stats().outputLimitDisconnections() == 1);
            assertThat(good.call("PING")).isEqualTo("+PONG");
            await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.front.clients().count() == 1);
        }
    }

    @Test
    void the_soft_limit_cuts_after_its_time() throws IOException {
        cluster.settings.outputLimit(0, 1 << 20, 1);
        try (RawClient bad = connect()) {
            bad.call("SET big " + "v".repeat(1 << 20));
            ByteArrayOutputStream gets = new ByteArrayOutputStream();
            for (int i = 0; i < 16; i++) {
                gets.writeBytes(RawClient.frame("GET", "big"));
            }
            bad.send(gets.toByteArray());
            await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.front.stats().outputLimitDisconnections() == 1);
        }
    }

    @Test
    void no_more_requests_are_taken_than_may_be_unanswered() throws IOException {
        cluster.settings.unansweredMax(10);
        List<Request> taken = Collections.synchronizedList(new ArrayList<>());
        cluster.groups.getFirst().refuse = (request, _) -> taken.add(request);
        try (RawClient client = connect()) {
            for (int i = 0; i < 25; i++) {
                client.send("SET", "a", "" + i);
            }
            await().atMost(20, TimeUnit.SECONDS).until(() -> taken.size() == 10);
            byte[] ok = bytes("+OK\r\n");
            for (int i = 0; i < 25; i++) {
                int at = i;
                await().atMost(20, TimeUnit.SECONDS).until(() -> taken.size() > at);
                assertThat(taken.size()).isLessThanOrEqualTo(at + 10);
                taken.get(at).reply(ok, 0, ok.length);
            }
            assertThat(client.replies(25)).containsOnly("+OK");
        }
    }

    @Test
    void two_thousand_idle_connections_cost_little() throws IOException {
        assumeThat(ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class).getMaxFileDescriptorCount())
                .as("files that this process may open").isGreaterThan(5_000);
        int port = cluster.listen(Mode.PLAIN);
        List<RawClient> clients = new ArrayList<>();
        try {
            long before = used();
            for (int i = 0; i < 2000; i++) {
                RawClient client = new RawClient(port, 64);
                clients.add(client);
                assertThat(client.call("SET k" + i + " v")).isEqualTo("+OK");
            }
            assertThat(cluster.front.clients().count()).isEqualTo(2000);
            long each = (used() - before) / 2000;
            System.out.println("bytes of heap per connection, the test's own client included: " + each);
            assertThat(each).isLessThan(16 << 10);
            for (RawClient client : clients) {
                assertThat(client.call("PING")).isEqualTo("+PONG");
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.front.clients().count() == 0);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void a_client_that_has_said_everything_still_gets_its_replies() throws IOException {
        try (RawClient client = connect()) {
            client.send(bytes("SET a 1\r\nDBSIZE\r\nGET a\r\n"));
            client.socket().shutdownOutput();
            assertThat(client.replies(3)).containsExactly("+OK", ":1", "$1 1");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }
}
