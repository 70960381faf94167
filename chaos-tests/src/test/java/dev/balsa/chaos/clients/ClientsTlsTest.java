package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.io.File;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A cluster that speaks TLS on every port, and users of its ACL. */
class ClientsTlsTest {
    private static final List<String> PLAIN_TEXTS =
            List.of("PING\r\n", "*1\r\n$4\r\nPING\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    @TempDir
    static Path directory;

    private static SecureCluster cluster;

    @BeforeAll
    static void three_nodes_and_a_front_serve() throws IOException {
        cluster = new SecureCluster(directory);
        try (Jedis jedis = new Jedis("127.0.0.1", cluster.front(), config("client").build())) {
            jedis.aclSetUser("alice", "on", ">wonder", "~app:*", "&news*", "+@all", "-@dangerous", "+info");
            jedis.aclSetUser("ops", "on", ">land", "allkeys", "allchannels", "+@all");
        }
        for (int node = 1; node <= SecureCluster.NODES; node++) {
            // A cluster-aware client is told when a leader moves, and Jedis does not try again.
            try (Jedis jedis = new Jedis("127.0.0.1", cluster.plain(node), config("client").build())) {
                jedis.configSet("spread-leaders-after-millis", "0");
            }
        }
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            for (int node = 1; node <= SecureCluster.NODES; node++) {
                try (RedisClient jedis = alice(cluster.plain(node))) {
                    assertThat(jedis.ping()).isEqualTo("PONG");
                }
            }
        });
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @SuppressWarnings("deprecation") // what replaces ssl() wants key stores
    private static DefaultJedisClientConfig.Builder config(@Nullable String identity) throws IOException {
        return DefaultJedisClientConfig.builder().ssl(true).timeoutMillis(20_000)
                .sslSocketFactory(cluster.context(identity).getSocketFactory());
    }

    private static RedisClient alice(int port) throws IOException {
        JedisClientConfig alice = config("client").user("alice").password("wonder").build();
        return RedisClient.builder().hostAndPort("127.0.0.1", port).clientConfig(alice).build();
    }

    // -- who is refused -----------------------------------------------------------------------------------------

    @Test
    void the_processes_listen_on_the_ports_that_the_readme_names_and_on_no_other() throws IOException {
        assertThat(cluster.listening()).isEqualTo(cluster.ports());
    }

    @Test
    void plain_text_is_answered_by_no_port() throws IOException {
        for (int port : cluster.listening()) {
            for (String text : PLAIN_TEXTS) {
                try (Socket socket = cluster.inTheClear(port)) {
                    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                    assertThat(rest(socket)).as("%s to %d", text, port).doesNotContain("PONG", "ERR", "HTTP");
                }
            }
        }
    }

    @Test
    void who_shows_no_certificate_or_one_of_another_authority_is_answered_by_no_port() throws IOException {
        for (int port : cluster.listening()) {
            for (String identity : new String[] {null, "stranger"}) {
                for (String text : PLAIN_TEXTS) {
                    assertThat(answer(port, identity, text)).as("%s to %d as %s", text, port, identity).isEmpty();
                }
            }
        }
    }

    /** What the server says, read to the end; nothing if it ends the connection. */
    private static String answer(int port, @Nullable String identity, String text) {
        try (SSLSocket socket = cluster.connect(port, identity)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException refused) {
            return "";
        }
    }

    private static String rest(Socket socket) {
        try {
            // At most an alert of TLS.
            byte[] bytes = socket.getInputStream().readAllBytes();
            assertThat(bytes.length).isLessThan(64);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return "";
        }
    }

    @Test
    void a_certificate_alone_does_not_open_the_raft_port() throws IOException {
        for (int node = 1; node <= SecureCluster.NODES; node++) {
            assertThat(answer(cluster.raft(node), "client", "PING\r\n")).isEmpty();
        }
    }

    @Test
    void jedis_without_a_certificate_is_refused_by_front_and_nodes() {
        for (int port : List.of(cluster.front(), cluster.plain(1), cluster.cluster(1))) {
            assertThatThrownBy(() -> {
                try (RedisClient jedis = RedisClient.builder().hostAndPort("127.0.0.1", port)
                        .clientConfig(config(null).build()).build()) {
                    jedis.ping();
                }
            }).isInstanceOf(JedisConnectionException.class);
        }
    }

    // -- who is served ------------------------------------------------------------------------------------------

    @Test
    void jedis_serves_a_user_through_the_front_and_by_every_node() throws IOException {
        for (int port : List.of(cluster.front(), cluster.plain(1), cluster.plain(2), cluster.plain(3))) {
            try (RedisClient jedis = alice(port)) {
                assertThat(jedis.mset("app:a", "1", "app:b", "2", "app:c", "3")).isEqualTo("OK");
                assertThat(jedis.mget("app:a", "app:b", "app:c")).containsExactly("1", "2", "3");
                assertThatThrownBy(() -> jedis.get("other")).isInstanceOf(JedisAccessControlException.class)
                        .hasMessageStartingWith("NOPERM");
                assertThatThrownBy(jedis::flushAll).isInstanceOf(JedisAccessControlException.class);
            }
        }
        assertThatThrownBy(() -> {
            JedisClientConfig wrong = config("client").user("alice").password("guess").build();
            try (RedisClient jedis = RedisClient.builder().hostAndPort("127.0.0.1", cluster.front())
                    .clientConfig(wrong).build()) {
                jedis.ping();
            }
        }).isInstanceOf(JedisAccessControlException.class).hasMessageStartingWith("WRONGPASS");
    }

    @Test
    void the_cluster_client_of_jedis_follows_the_map_by_tls() throws IOException {
        JedisClientConfig alice = config("client").user("alice").password("wonder").build();
        try (RedisClusterClient jedis = RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", cluster.cluster(1)))).clientConfig(alice).build()) {
            for (int i = 0; i < 100; i++) {
                assertThat(jedis.set("app:" + i, "value " + i)).isEqualTo("OK");
            }
            for (int i = 0; i < 100; i++) {
                assertThat(jedis.get("app:" + i)).isEqualTo("value " + i);
            }
        }
    }

    @Test
    void lettuce_serves_a_user_with_messages_and_as_a_cluster_client() throws Exception {
        System.setProperty("io.lettuce.core.iouring", "false");
        SslOptions ssl = SslOptions.builder().jdkSslProvider()
                .keyManager(new File(cluster.file("client.crt")), new File(cluster.file("client.key")), new char[0])
                .trustManager(new File(cluster.file("ca.crt")))
                .build();
        var plain = io.lettuce.core.RedisClient.create(uri(cluster.front()));
        plain.setOptions(ClientOptions.builder().sslOptions(ssl).build());
        var aware = io.lettuce.core.cluster.RedisClusterClient.create(uri(cluster.cluster(2)));
        aware.setOptions(ClusterClientOptions.builder().sslOptions(ssl).build());
        try (var connection = plain.connect();
                var listening = plain.connectPubSub();
                var awareConnection = aware.connect()) {
            var messages = new LinkedBlockingQueue<String>();
            listening.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    messages.add(message);
                }
            });
            listening.sync().subscribe("news");
            connection.sync().publish("news", "today");
            assertThat(messages.poll(20, TimeUnit.SECONDS)).isEqualTo("today");
            String large = "x".repeat(1 << 20);
            connection.sync().set("app:large", large);
            for (int i = 0; i < 30; i++) {
                awareConnection.sync().set("app:" + i, "by lettuce");
                assertThat(connection.sync().get("app:" + i)).isEqualTo("by lettuce");
            }
            assertThat(awareConnection.sync().get("app:large")).isEqualTo(large);
            assertThatThrownBy(() -> connection.sync().get("other"))
                    .isInstanceOf(RedisCommandExecutionException.class).hasMessageStartingWith("NOPERM");
        } finally {
            plain.shutdown();
            aware.shutdown();
        }
    }

    private static RedisURI uri(int port) {
        return RedisURI.builder().withHost("127.0.0.1").withPort(port).withSsl(true)
                .withAuthentication("alice", "wonder".toCharArray()).build();
    }

    @Test
    void the_tools_take_what_redis_cli_takes() throws Exception {
        String front = "127.0.0.1:" + cluster.front();
        assertThat(cluster.run("status", "--addr", front, "--tls", "--cacert", cluster.file("ca.crt"), "--cert",
                cluster.file("client.crt"), "--key", cluster.file("client.key"), "--user", "ops", "--pass", "land"))
                .as(cluster.said("status")).isZero();
        assertThat(cluster.said("status")).contains("GROUP", "node 1");
        assertThat(cluster.run("status", "--addr", front, "--tls", "--cacert", cluster.file("ca.crt"))).isNotZero();
        assertThat(cluster.run("status", "--addr", front, "--tls", "--cacert", cluster.file("strangers.crt"), "--cert",
                cluster.file("client.crt"), "--key", cluster.file("client.key"))).isNotZero();
        assertThat(cluster.run("status", "--addr", front)).isNotZero();
        assertThat(cluster.run("status", "--addr", front, "--tls", "--cacert", cluster.file("ca.crt"), "--cert",
                cluster.file("client.crt"), "--key", cluster.file("client.key"), "--user", "ops", "--pass", "guess"))
                .isNotZero();
        assertThat(cluster.said("status")).contains("WRONGPASS");
    }

    // -- certificates that change -------------------------------------------------------------------------------

    @Test
    void a_new_certificate_is_shown_by_every_port_and_open_connections_stay() throws IOException {
        try (RedisClient open = alice(cluster.front())) {
            open.set("app:before", "1");
            BigInteger before = serial(cluster.front());
            cluster.renewCertificate();
            for (int port : cluster.ports()) {
                await().atMost(Duration.ofSeconds(20)).until(() -> !serial(port).equals(before));
            }
            assertThat(open.get("app:before")).isEqualTo("1");
            assertThat(open.set("app:before", "2")).isEqualTo("OK");
        }
    }

    private static BigInteger serial(int port) throws IOException {
        try (SSLSocket socket = cluster.connect(port, "client")) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }
}
