package dev.balsa.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.tls.CertificateAuthority;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** CONFIG of TLS at a proxy before a node that has settings of its own, with clients on the JDK's TLS. */
@Timeout(60)
class ProxyTlsTest {
    private static final String REFUSED = " - Unable to update TLS configuration. Check server logs.";

    @TempDir
    private Path files;

    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final CertificateAuthority authority = new CertificateAuthority("ca", Duration.ofDays(1));
    private final List<RawClient> clients = new ArrayList<>();
    private final ScriptedNode node;
    private Proxy proxy;
    private RawClient plain;
    private int tlsPort;

    ProxyTlsTest() throws IOException {
        node = new ScriptedNode(request -> "");
        node.script(this::answer);
    }

    @BeforeEach
    void start() throws IOException {
        Files.writeString(files.resolve("ca.crt"), authority.certificate());
        authority.issue(files, "node", List.of("localhost"));
        authority.issue(files, "other", List.of("localhost"));
        Files.writeString(files.resolve("hello"), "hello");
        Files.write(file("proxy.conf"), List.of("# mine", "port 0", "tls-files-check-millis 20",
                "seeds " + node.address()));
        proxy = Proxy.start(ProxyConfig.read(List.of(file("proxy.conf").toString())), loops, () -> {});
        plain = new RawClient(proxy.port());
        clients.add(plain);
        tlsPort = freePort();
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        proxy.close();
        node.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private Path file(String name) {
        return files.resolve(name);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private String answer(String request) {
        String[] words = request.split(" ", -1);
        return switch (words[0]) {
            case "COMMAND" -> commands();
            case "CLUSTER" -> "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:" + node.port()
                    + "\r\n$2\r\nid\r\n";
            case "BALSA" -> words[1].equals("MAP") ? map() : ":0\r\n";
            case "CONFIG" -> switch (words[1]) {
                case "GET" -> settings();
                case "SET" -> request.contains("maxkeys") ? "-ERR not here\r\n" : "+OK\r\n";
                default -> "+OK\r\n";
            };
            default -> "";
        };
    }

    private static String settings() {
        RespWriter out = new RespWriter(128);
        out.map(3);
        List.of("maxkeys", "7", "tls-port", "9", "tls-replication", "yes").forEach(out::bulk);
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    private String map() {
        byte[] bytes = ClusterMapCodec.encode(new ClusterMap(1,
                List.of(new ClusterMap.Node("n", "127.0.0.1", 0, node.port(), 1)),
                List.of(new ClusterMap.Group(0, List.of(new SlotRange(0, 16383)), List.of("n")))));
        return "$" + bytes.length + "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n";
    }

    private static String commands() {
        RespWriter out = new RespWriter(1024);
        List<CommandSpec> specs = TestCommands.specs();
        out.array(specs.size());
        specs.forEach(spec -> SpecReply.write(spec, out));
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    private String turnOn() throws IOException {
        return set("tls-port " + tlsPort + " tls-cert-file " + file("node.crt") + " tls-key-file " + file("node.key")
                + " tls-ca-cert-file " + file("ca.crt"));
    }

    private String set(String changes) throws IOException {
        return plain.call("CONFIG SET " + changes);
    }

    private String value(String name) throws IOException {
        String[] reply = plain.call("CONFIG GET " + name).split(" ", -1);
        return reply[reply.length - 1];
    }

    /** @param identity whose certificate is shown; empty: none */
    private RawClient connect(String identity) throws IOException {
        Identity shown = identity.isEmpty() ? Identity.NONE
                : new Identity(file(identity + ".crt").toString(), file(identity + ".key").toString(), "");
        var context = Tls.forTools(new TlsConfig(shown, Identity.NONE, file("ca.crt").toString(), "", ClientAuth.NONE,
                TlsConfig.PROTOCOLS, 0, 0), false);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), tlsPort);
        RawClient client = new RawClient(socket);
        clients.add(client);
        socket.startHandshake();
        return client;
    }

    private BigInteger serial() throws IOException {
        SSLSocket socket = (SSLSocket) connect("other").socket();
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }

    @Test
    void tls_is_turned_on_and_off_and_the_nodes_hear_nothing_of_it() throws IOException {
        assertThat(set("tls-port " + tlsPort))
                .isEqualTo("-ERR CONFIG SET failed (possibly related to argument 'tls-port')" + REFUSED);
        assertThat(value("tls-port")).isEqualTo("0");
        assertThat(turnOn()).isEqualTo("+OK");
        assertThat(connect("other").call("CONFIG GET tls-port")).isEqualTo("*2 $8 tls-port $5 " + tlsPort);
        assertThatThrownBy(() -> connect("").call("PING")).isInstanceOf(IOException.class);
        RawClient before = connect("other");
        assertThat(set("tls-port 0")).isEqualTo("+OK");
        assertThatThrownBy(() -> connect("other")).isInstanceOf(IOException.class);
        assertThat(before.call("PING")).isEqualTo("+PONG");
        assertThat(node.asked).noneMatch(asked -> asked.contains("tls-"));
    }

    @Test
    void another_certificate_is_for_new_connections_and_those_that_are_open_stay() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        RawClient before = connect("other");
        BigInteger first = serial();
        assertThat(set("tls-cert-file " + file("other.crt") + " tls-key-file " + file("other.key"))).isEqualTo("+OK");
        BigInteger second = serial();
        assertThat(second).isNotEqualTo(first);
        assertThat(before.call("PING")).isEqualTo("+PONG");
        // Files are looked at as before: of those that are in force now.
        authority.issue(files, "other", List.of());
        Awaitility.await().until(() -> !serial().equals(second));
        assertThat(set("tls-auth-clients no")).isEqualTo("+OK");
        assertThat(connect("").call("PING")).isEqualTo("+PONG");
    }

    @Test
    void what_cannot_be_used_is_refused_in_redis_words_and_changes_nothing() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        BigInteger first = serial();
        for (String bad : List.of("tls-cert-file " + file("hello"), "tls-cert-file /none",
                "tls-key-file " + file("other.key"), "tls-ca-cert-file " + file("hello"))) {
            assertThat(set(bad)).startsWith("-ERR CONFIG SET failed (possibly related to argument 'tls-")
                    .endsWith(REFUSED);
        }
        assertThat(set("tls-protocols SSLv2")).endsWith(REFUSED);
        assertThat(set("tls-auth-clients maybe")).isEqualTo("-ERR CONFIG SET failed (possibly related to argument "
                + "'tls-auth-clients') - argument(s) must be one of the following: no, yes, optional");
        assertThat(set("tls-cluster yes")).isEqualTo(
                "-ERR CONFIG SET failed (possibly related to argument 'tls-cluster') - can't set immutable config");
        assertThat(set("tls-port 0 tls-port 1")).endsWith("'tls-port') - duplicate parameter");
        assertThat(value("tls-cert-file")).isEqualTo(file("node.crt").toString());
        assertThat(value("tls-protocols")).isEmpty();
        assertThat(serial()).isEqualTo(first);
    }

    @Test
    void a_port_that_is_taken_leaves_the_old_certificate_too() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        BigInteger first = serial();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(set("tls-port " + taken.getLocalPort() + " tls-cert-file " + file("other.crt") + " tls-key-file "
                    + file("other.key"))).endsWith(" - Unable to listen on this port. Check server logs.");
        }
        assertThat(serial()).isEqualTo(first);
        assertThat(value("tls-port")).isEqualTo(Integer.toString(tlsPort));
    }

    @Test
    void what_is_the_nodes_is_set_together_with_it_or_not_at_all() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        assertThat(set("tls-auth-clients no maxkeys 1")).isEqualTo("-ERR not here");
        assertThat(value("tls-auth-clients")).isEqualTo("yes");
        assertThatThrownBy(() -> connect("").call("PING")).isInstanceOf(IOException.class);
        assertThat(set("tls-auth-clients no timeout 7")).isEqualTo("+OK");
        assertThat(connect("").call("PING")).isEqualTo("+PONG");
        assertThat(node.asked).contains("CONFIG SET maxkeys 1", "CONFIG SET timeout 7");
        assertThat(set("tls-auth-clients hello timeout 8")).contains("'tls-auth-clients') - argument(s) must be");
        assertThat(node.asked).doesNotContain("CONFIG SET timeout 8");
    }

    @Test
    void config_get_shows_what_is_in_force_here_among_the_settings_of_the_nodes() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        String all = plain.call("CONFIG GET *");
        assertThat(all).startsWith("*")
                .contains("$7 maxkeys $1 7 $8 tls-port $5 " + tlsPort + " $15 tls-replication $3 yes")
                .contains("$13 tls-cert-file $" + file("node.crt").toString().length() + " " + file("node.crt"));
        plain.send("HELLO", "3");
        assertThat(plain.reply()).startsWith("%");
        assertThat(plain.call("CONFIG GET tls-p*")).startsWith("%")
                .contains("tls-port $5 " + tlsPort, "tls-protocols $0");
    }

    @Test
    void config_rewrite_writes_the_proxys_file() throws IOException {
        assertThat(turnOn()).isEqualTo("+OK");
        assertThat(plain.call("CONFIG REWRITE")).isEqualTo("+OK");
        assertThat(Files.readAllLines(file("proxy.conf"))).startsWith("# mine", "port 0", "tls-files-check-millis 20")
                .contains("tls-port " + tlsPort, "tls-cert-file " + file("node.crt"))
                .noneMatch(line -> line.startsWith("tls-cluster") || line.startsWith("tls-ciphers"));
        assertThat(node.asked).contains("CONFIG REWRITE");
    }
}
