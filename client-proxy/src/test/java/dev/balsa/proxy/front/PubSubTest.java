package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Channels on one process. {@link PubSubDifferentialTest} compares replies with Redis; here is what it cannot. */
class PubSubTest {
    private final FakeCluster cluster = new FakeCluster(3, null);

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void a_client_that_does_not_read_its_messages_is_cut_off_and_others_go_on() throws IOException {
        cluster.settings.messagesLimit(new FrontSettings.OutputLimit(1 << 20, 0, 0));
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient slow = new RawClient(port); RawClient quick = new RawClient(port);
                RawClient publisher = new RawClient(port)) {
            slow.call("SUBSCRIBE c");
            quick.call("SUBSCRIBE c");
            String message = "x".repeat(100_000);
            int sent = 0;
            while (!publisher.call("PUBSUB NUMSUB c").endsWith(":1")) {
                assertThat(sent++).as("messages until the limit of 1 MB counts").isLessThan(1_000);
                publisher.call("PUBLISH c " + message);
                assertThat(quick.reply()).endsWith(message);
            }
            assertThat(cluster.front.stats().outputLimitDisconnections()).isEqualTo(1);
            assertThat(publisher.call("PUBLISH c again")).isEqualTo(":1");
            assertThat(quick.reply()).endsWith("again");
        }
    }

    @Test
    void a_client_gets_its_own_message_after_the_reply() throws IOException {
        try (RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            client.call("HELLO 3");
            assertThat(client.call("SUBSCRIBE c")).isEqualTo(">3 $9 subscribe $1 c :1");
            assertThat(client.call("PUBLISH c m")).isEqualTo(":1");
            assertThat(client.reply()).isEqualTo(">3 $7 message $1 c $1 m");
        }
    }

    @Test
    void a_message_waits_for_the_write_before_it() throws Exception {
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient listener = new RawClient(port); RawClient publisher = new RawClient(port);
                RawClient reader = new RawClient(port)) {
            listener.call("SUBSCRIBE c");
            BlockingQueue<Request> written = new LinkedBlockingQueue<>();
            cluster.groups.forEach(group -> group.refuse = (request, _) -> written.add(request));
            publisher.send("SET", "k", "v");
            publisher.send("PUBLISH", "c", "k has changed");
            assertThat(reader.call("PUBSUB NUMSUB c")).endsWith(":1");
            assertThat(publisher.socket().getInputStream().available()).isZero();
            assertThat(listener.socket().getInputStream().available()).isZero();
            written.take().reply("+OK\r\n".getBytes(StandardCharsets.US_ASCII), 0, 5);
            assertThat(publisher.replies(2)).containsExactly("+OK", ":1");
            assertThat(listener.reply()).endsWith("k has changed");
        }
    }

    @Test
    void nobody_is_left_in_the_tables_when_clients_are_gone() throws IOException {
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient asks = new RawClient(port)) {
            try (RawClient client = new RawClient(port)) {
                client.call("SUBSCRIBE c");
                client.call("PSUBSCRIBE p*");
                client.call("SSUBSCRIBE s");
                assertThat(asks.call("CLIENT LIST TYPE pubsub")).contains("flags=P", "sub=1 psub=1 ssub=1");
            }
            Awaitility.await().until(() -> asks.call("CLIENT LIST TYPE pubsub").equals("$0 "));
            assertThat(asks.call("PUBSUB CHANNELS")).isEqualTo("*0");
            assertThat(asks.call("PUBSUB SHARDCHANNELS")).isEqualTo("*0");
            assertThat(asks.call("PUBSUB NUMPAT")).isEqualTo(":0");
        }
    }

    @Test
    void a_client_has_at_most_as_many_subscriptions_as_are_allowed() throws IOException {
        cluster.settings.subscriptionsMax(2);
        try (RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            assertThat(client.call("SUBSCRIBE a b c"))
                    .isEqualTo("-ERR a client may have 2 subscriptions (client-subscriptions-max)");
            client.send("SUBSCRIBE", "a", "b", "a");
            assertThat(client.replies(3)).last().isEqualTo("*3 $9 subscribe $1 a :2");
            assertThat(client.call("PSUBSCRIBE p")).startsWith("-ERR a client may have");
        }
    }

    @Test
    void shard_channels_belong_to_the_leader_of_their_slot_on_the_cluster_port() throws IOException {
        cluster.leaders.set(0, "other:7001");
        try (RawClient client = new RawClient(cluster.listen(Mode.CLUSTER))) {
            // Slots: b 3300 (group 1), a 15495, foo 12182 (group 3).
            assertThat(client.call("SSUBSCRIBE b")).isEqualTo("-MOVED 3300 other:7001");
            assertThat(client.call("SPUBLISH b m")).isEqualTo("-MOVED 3300 other:7001");
            assertThat(client.call("SSUBSCRIBE a foo")).startsWith("-CROSSSLOT");
            assertThat(client.call("SSUBSCRIBE a")).isEqualTo("*3 $10 ssubscribe $1 a :1");
        }
    }
}
