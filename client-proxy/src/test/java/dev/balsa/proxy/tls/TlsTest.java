package dev.balsa.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ports that speak TLS, with clients on JDK's own. */
@Timeout(120)
class TlsTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path files;

    private final CertificateAuthority authority = new CertificateAuthority("ca", DAY);
    private final List<RawClient> clients = new ArrayList<>();
    private final FakeCluster cluster = new FakeCluster(1, null);
    private final Tls tls = new Tls();
    /** Long: the first handshake of a process takes its time. */
    private int handshakeMillis = 20_000;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(files.resolve("ca.crt"), authority.certificate());
        authority.issue(files, "node", List.of("localhost"));
        authority.issue(files, "client", List.of());
        Path strangers = Files.createDirectory(files.resolve("strangers"));
        CertificateAuthority other = new CertificateAuthority("ca", DAY);
        Files.writeString(strangers.resolve("ca.crt"), other.certificate());
        other.issue(strangers, "node", List.of());
        other.issue(strangers, "client", List.of());
    }

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        cluster.close();
        tls.close();
    }

    private String file(String name) {
        return files.resolve(name).toString();
    }

    private TlsConfig config(ClientAuth auth) {
        return new TlsConfig(new Identity(file("node.crt"), file("node.key"), ""), Identity.NONE, file("ca.crt"), "",
                auth, TlsConfig.PROTOCOLS, handshakeMillis, 20);
    }

    private int listen(Mode mode, ClientAuth auth) throws IOException {
        tls.use(config(auth), mode == Mode.CLUSTER);
        return cluster.listen(mode, tls);
    }

    /** @param identity where its certificate is, {@code strangers/client} say; null: it shows none */
    private RawClient connect(int port, @Nullable String identity, String trusted) throws IOException {
        Identity shown = identity == null ? Identity.NONE
                : new Identity(file(identity + ".crt"), file(identity + ".key"), "");
        SSLContext context = Tls.forTools(new TlsConfig(shown, Identity.NONE, file(trusted), "", ClientAuth.NONE,
                TlsConfig.PROTOCOLS, 0, 0), false);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        RawClient client = new RawClient(socket);
        clients.add(client);
        socket.startHandshake();
        return client;
    }

    private RawClient connect(int port) throws IOException {
        return connect(port, "client", "ca.crt");
    }

    private void assertRefused(int port, @Nullable String identity) {
        // By TLSv1.3 a client takes the handshake for done before the server has seen its certificate.
        assertThatThrownBy(() -> connect(port, identity, "ca.crt").call("PING")).isInstanceOf(IOException.class);
    }

    private static BigInteger serialOf(RawClient client) throws IOException {
        var certificates = ((SSLSocket) client.socket()).getSession().getPeerCertificates();
        return ((X509Certificate) certificates[0]).getSerialNumber();
    }

    @Test
    void a_client_with_a_certificate_is_served_and_large_values_pass() throws IOException {
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        RawClient client = connect(port);
        String large = "x".repeat(3_000_000);
        assertThat(client.call("SET a " + large)).isEqualTo("+OK");
        assertThat(client.call("GET a")).isEqualTo("$3000000 " + large);
        assertThat(client.call("CLIENT LIST")).contains("laddr=127.0.0.1:" + port);
    }

    @Test
    void pipelines_are_answered_in_order() throws IOException {
        RawClient client = connect(listen(Mode.PLAIN, ClientAuth.REQUIRE));
        StringBuilder pipeline = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            pipeline.append("ECHO ").append(i).append("\r\n");
        }
        client.send(pipeline.toString().getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 5_000; i++) {
            assertThat(client.reply()).endsWith(" " + i);
        }
    }

    @Test
    void a_client_without_certificate_is_refused_unless_that_is_allowed() throws IOException {
        assertRefused(listen(Mode.PLAIN, ClientAuth.REQUIRE), null);
        assertThat(connect(listen(Mode.PLAIN, ClientAuth.OPTIONAL), null, "ca.crt").call("PING")).isEqualTo("+PONG");
        assertThat(connect(listen(Mode.PLAIN, ClientAuth.NONE), null, "ca.crt").call("PING")).isEqualTo("+PONG");
        Awaitility.await().until(() -> cluster.front.clients().count() == 2);
    }

    @Test
    void a_certificate_of_another_authority_is_refused_also_where_none_is_needed() throws IOException {
        assertRefused(listen(Mode.PLAIN, ClientAuth.REQUIRE), "strangers/client");
        assertRefused(listen(Mode.PLAIN, ClientAuth.OPTIONAL), "strangers/client");
    }

    @Test
    void a_server_of_another_authority_is_not_believed() throws IOException {
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        assertThatThrownBy(() -> connect(port, "client", "strangers/ca.crt")).isInstanceOf(IOException.class);
    }

    @Test
    void plain_text_gets_no_answer() throws IOException {
        int port = listen(Mode.PLAIN, ClientAuth.NONE);
        for (String text : List.of("PING\r\n", "*1\r\n$4\r\nPING\r\n", "GET / HTTP/1.1\r\n\r\n")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                // At most an alert of TLS.
                byte[] answer = socket.getInputStream().readAllBytes();
                assertThat(answer.length).isLessThan(16);
                assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("PONG", "ERR", "HTTP");
            }
        }
    }

    @Test
    void a_client_that_does_not_finish_its_handshake_is_cut() throws IOException {
        handshakeMillis = 300;
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
            silent.setSoTimeout(10_000);
            slow.setSoTimeout(10_000);
            slow.getOutputStream().write(new byte[] {0x16, 0x03, 0x01, 0x40, 0x00, 0x01});
            assertThat(silent.getInputStream().readAllBytes().length).isLessThan(16);
            assertThat(slow.getInputStream().readAllBytes().length).isLessThan(16);
        }
        Awaitility.await().until(() -> cluster.front.clients().count() == 0);
    }

    @Test
    void maxclients_counts_clients_before_their_handshake_is_over() throws IOException {
        cluster.settings.maxclients(1);
        int port = listen(Mode.PLAIN, ClientAuth.NONE);
        assertThat(connect(port, null, "ca.crt").call("PING")).isEqualTo("+PONG");
        assertThatThrownBy(() -> connect(port, null, "ca.crt")).isInstanceOf(IOException.class);
        assertThat(cluster.front.stats().connectionsRejected()).isEqualTo(1);
    }

    @Test
    void only_who_shows_a_certificate_may_pass_for_another_process_of_the_cluster() throws IOException {
        int port = listen(Mode.CLUSTER, ClientAuth.NONE);
        String proof = new String(LinkSecret.proof(""), StandardCharsets.US_ASCII);
        RawClient link = connect(port);
        link.send("AUTH", LinkSecret.USER, proof);
        assertThat(link.reply()).isEqualTo("+OK");
        RawClient client = connect(port, null, "ca.crt");
        client.send("AUTH", LinkSecret.USER, proof);
        assertThat(client.reply()).startsWith("-WRONGPASS");
        assertThat(client.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void new_files_are_for_new_connections_and_those_that_are_open_stay() throws IOException {
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        RawClient before = connect(port);
        BigInteger first = serialOf(before);
        authority.issue(files, "node", List.of("localhost"));
        Awaitility.await().until(() -> !serialOf(connect(port)).equals(first));
        assertThat(before.call("PING")).isEqualTo("+PONG");
        // As a volume of Kubernetes does it: another directory behind the same name.
        BigInteger second = serialOf(connect(port));
        Path next = Files.createDirectory(files.resolve("next"));
        authority.issue(next, "node", List.of("localhost"));
        Files.move(next.resolve("node.key"), files.resolve("node.key"), StandardCopyOption.ATOMIC_MOVE);
        Files.move(next.resolve("node.crt"), files.resolve("node.crt"), StandardCopyOption.ATOMIC_MOVE);
        Awaitility.await().until(() -> !serialOf(connect(port)).equals(second));
        assertThat(before.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void another_authority_counts_from_the_next_connection_on() throws IOException {
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        RawClient before = connect(port);
        Files.copy(files.resolve("strangers/ca.crt"), files.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(files.resolve("old.crt"), authority.certificate());
        Awaitility.await().ignoreExceptions()
                .until(() -> connect(port, "strangers/client", "old.crt").call("PING").equals("+PONG"));
        assertThatThrownBy(() -> connect(port, "client", "old.crt").call("PING")).isInstanceOf(IOException.class);
        assertThat(before.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void files_that_cannot_be_used_change_nothing_until_they_are_mended() throws Exception {
        int port = listen(Mode.PLAIN, ClientAuth.REQUIRE);
        BigInteger first = serialOf(connect(port));
        String key = Files.readString(files.resolve("node.key"));
        for (String broken : List.of("hello", Files.readString(files.resolve("client.key")))) {
            Files.writeString(files.resolve("node.key"), broken);
            long changed = System.nanoTime();
            // Longer than the files are looked at twice.
            Awaitility.await().until(() -> System.nanoTime() - changed > 200_000_000L);
            assertThat(serialOf(connect(port))).isEqualTo(first);
        }
        Files.writeString(files.resolve("node.key"), key);
        Files.delete(files.resolve("node.crt"));
        assertThat(serialOf(connect(port))).isEqualTo(first);
        authority.issue(files, "node", List.of());
        Awaitility.await().until(() -> !serialOf(connect(port)).equals(first));
    }
}
