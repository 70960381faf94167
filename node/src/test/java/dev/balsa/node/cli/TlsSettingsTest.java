package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.NodeMain;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.proxy.ConfigFile;
import dev.balsa.proxy.tls.CertificateAuthority;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS turned on, changed and turned off by CONFIG SET, in a node and in a redis-server: every reply is the same. */
class TlsSettingsTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");

    @TempDir
    private Path root;

    private @Nullable Process redis;

    @BeforeEach
    void certificates() throws IOException {
        CertificateAuthority authority = new CertificateAuthority("test", Duration.ofDays(1));
        Files.writeString(root.resolve("ca.crt"), authority.certificate());
        authority.issue(root, "node", List.of());
        authority.issue(root, "other", List.of());
    }

    @AfterEach
    void stop() throws Exception {
        if (redis != null) {
            redis.destroyForcibly();
            redis.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private String file(String name) {
        return root.resolve(name).toString();
    }

    @Test
    void config_set_turns_tls_on_and_off_with_the_replies_of_redis() throws Exception {
        assumeTrue(Files.isExecutable(REDIS));
        int[] theirs = {freePort(), freePort(), freePort()};
        redis = new ProcessBuilder(REDIS.toString(), "--port", "" + theirs[0], "--save", "", "--bind", "127.0.0.1", "--dir",
                root.toString()).redirectErrorStream(true).redirectOutput(root.resolve("redis.log").toFile()).start();
        int[] ours = {freePort(), freePort(), freePort()};
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + ours[0], "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1"));
        CompletableFuture<Integer> node =
                CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        assertThat(play(ours)).isEqualTo(play(theirs));
        connect(ours[0]).send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
        assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
    }

    /** @param ports the plain one, and two free ones */
    private List<String> play(int[] ports) throws IOException {
        String first = Integer.toString(ports[1]);
        String second = Integer.toString(ports[2]);
        try (RespClient client = connect(ports[0])) {
            return List.of(
                    ask(client, "CONFIG", "SET", "tls-port", first),
                    ask(client, "CONFIG", "SET", "tls-cert-file", file("node.crt")),
                    ask(client, "CONFIG", "SET", "tls-port", first),
                    ask(client, "CONFIG", "GET", "tls-port"),
                    ask(client, "CONFIG", "SET", "tls-port", first, "tls-key-file", file("node.key"), "tls-ca-cert-file",
                            file("ca.crt")),
                    served(ports[1]),
                    ask(client, "CONFIG", "SET", "tls-key-file", file("other.key")),
                    ask(client, "CONFIG", "GET", "tls-key-file").replace(file(""), ""),
                    served(ports[1]),
                    ask(client, "CONFIG", "SET", "tls-cert-file", file("other.crt"), "tls-key-file", file("other.key")),
                    served(ports[1]),
                    ask(client, "CONFIG", "SET", "tls-auth-clients", "maybe"),
                    ask(client, "CONFIG", "SET", "tls-protocols", "SSLv2"),
                    ask(client, "CONFIG", "SET", "tls-auth-clients", "no"),
                    served(ports[1]),
                    ask(client, "CONFIG", "SET", "tls-port", second),
                    served(ports[1]),
                    served(ports[2]),
                    ask(client, "CONFIG", "SET", "tls-port", "0"),
                    served(ports[2]),
                    ask(client, "PING"));
        }
    }

    /** Whether a client with a certificate is served, and one without. */
    private String served(int port) throws IOException {
        return answers(port, TlsConfig.of(file("other.crt"), file("other.key"), file("ca.crt"))) + " "
                + answers(port, TlsConfig.of("", "", file("ca.crt")));
    }

    private static String answers(int port, TlsConfig shown) throws IOException {
        Access access = new Access("", "", Tls.forTools(shown, false));
        try (RespClient client = RespClient.open("127.0.0.1:" + port, access, 20_000)) {
            return client.ask("PING").toString();
        } catch (IOException refused) {
            return "refused";
        }
    }

    private static String ask(RespClient client, String... words) throws IOException {
        try {
            return client.ask(words).toString();
        } catch (UserError refused) {
            return "-" + refused.getMessage();
        }
    }

    @Test
    void a_node_whose_certificates_cannot_be_used_does_not_start_and_says_why() {
        for (List<String> wrong : List.of(
                List.of("tls-port", "No tls-cert-file configured!"),
                List.of("tls-cluster", "No tls-cert-file configured!"))) {
            NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--" + wrong.getFirst(),
                    wrong.getFirst().equals("tls-port") ? "1234" : "yes"));
            assertThatThrownBy(() -> NodeMain.run(config)).isInstanceOf(ConfigFile.ConfigException.class)
                    .hasMessage("Failed to configure TLS: " + wrong.getLast());
        }
    }
}
