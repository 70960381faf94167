package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** A cluster with requirepass: clients need the password, and the nodes use it among themselves. */
class ClientsAuthTest {
    private static final String PASSWORD = "correct-horse";

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path directory;

    private static ClientCluster cluster;

    @BeforeAll
    static void three_nodes_serve() throws IOException {
        cluster = ClientCluster.start(directory, PASSWORD);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void without_the_password_nothing_is_answered_on_either_port() throws IOException {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            NodeProcess.Ports ports = cluster.ports(number);
            for (int port : new int[] {ports.plain(), ports.cluster()}) {
                try (RespSocket socket = RespSocket.connect(ports.host(), port, 10_000)) {
                    assertThat(socket.call("GET", "a")).isEqualTo("-NOAUTH Authentication required.");
                    assertThat(socket.call("CLUSTER", "SLOTS")).isEqualTo("-NOAUTH Authentication required.");
                    assertThat(socket.call("BALSA", "STATUS")).isEqualTo("-NOAUTH Authentication required.");
                    assertThat(socket.call("AUTH", "wrong"))
                            .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
                    assertThat(socket.call("GET", "a")).isEqualTo("-NOAUTH Authentication required.");
                    assertThat(socket.call("AUTH", PASSWORD)).isEqualTo("+OK");
                    assertThat(socket.call("PING")).isEqualTo("+PONG");
                }
            }
        }
    }

    @Test
    void a_plain_client_with_the_password_is_forwarded_between_the_nodes() {
        for (int number = 1; number <= ClientCluster.NODES; number++) {
            try (RedisClient jedis = jedis(number, PASSWORD)) {
                assertThat(jedis.mset("a", "1", "b", "2", "c", "3")).isEqualTo("OK");
                assertThat(jedis.mget("a", "b", "c")).containsExactly("1", "2", "3");
            }
        }
    }

    @Test
    void jedis_tells_of_a_wrong_password() {
        assertThatThrownBy(() -> {
            try (RedisClient jedis = jedis(1, "wrong")) {
                jedis.get("a");
            }
        }).isInstanceOf(JedisAccessControlException.class).hasMessageStartingWith("WRONGPASS");
    }

    @Test
    void the_cluster_client_of_jedis_authenticates_with_every_leader() {
        HostAndPort first = new HostAndPort(cluster.ports(1).host(), cluster.ports(1).cluster());
        try (RedisClusterClient jedis =
                RedisClusterClient.builder().nodes(Set.of(first)).clientConfig(config(PASSWORD)).build()) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(jedis.set(key, "by jedis")).isEqualTo("OK");
                assertThat(jedis.get(key)).isEqualTo("by jedis");
            }
        }
    }

    @Test
    void both_clients_of_lettuce_authenticate() {
        System.setProperty("io.lettuce.core.iouring", "false");
        NodeProcess.Ports ports = cluster.ports(2);
        var plain = io.lettuce.core.RedisClient.create(uri(ports.host(), ports.plain()));
        var aware = io.lettuce.core.cluster.RedisClusterClient.create(uri(ports.host(), ports.cluster()));
        try (var plainConnection = plain.connect();
                StatefulRedisClusterConnection<String, String> awareConnection = aware.connect()) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(plainConnection.sync().set(key, "by lettuce")).isEqualTo("OK");
                assertThat(awareConnection.sync().get(key)).isEqualTo("by lettuce");
            }
        } finally {
            plain.shutdown();
            aware.shutdown();
        }
    }

    private static RedisClient jedis(int number, String password) {
        NodeProcess.Ports ports = cluster.ports(number);
        return RedisClient.builder()
                .hostAndPort(ports.host(), ports.plain())
                .clientConfig(config(password))
                .build();
    }

    private static JedisClientConfig config(String password) {
        return DefaultJedisClientConfig.builder().password(password).timeoutMillis(10_000).build();
    }

    private static RedisURI uri(String host, int port) {
        return RedisURI.builder().withHost(host).withPort(port).withPassword(PASSWORD.toCharArray()).build();
    }
}
