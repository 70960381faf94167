package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.error.RemotingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RaftTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final RpcConfig PLAIN =
            RpcConfig.defaults("test").withSecret("secret").withTimes(new RpcTimes(20_000, 10, 100, 20_000));

    @TempDir
    private static Path directory;

    private static RaftTls node1;
    private static RaftTls node2;
    private static RaftTls stranger;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority("ca");
        authority("other-ca");
        node1 = certificate("node1", "ca", "ca");
        node2 = certificate("node2", "ca", "ca");
        // Signed by another authority, but trusting ours: it would talk to us, we must not talk to it.
        stranger = certificate("stranger", "other-ca", "ca");
    }

    private static void authority(String name) throws Exception {
        genkeypair(name, "-ext", "bc:c");
        pem(directory.resolve(name + ".crt"), "CERTIFICATE", load(name).getCertificate(name).getEncoded());
    }

    private static void genkeypair(String name, String... more) throws Exception {
        Stream<String> base = Stream.of(
                "-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-keystore", store(name));
        keytool(Stream.concat(base, Arrays.stream(more)).toArray(String[]::new));
    }

    private static RaftTls certificate(String name, String authority, String trusted) throws Exception {
        genkeypair(name);
        String request = directory.resolve(name + ".csr").toString();
        String signed = directory.resolve(name + ".signed").toString();
        keytool("-certreq", "-alias", name, "-keystore", store(name), "-file", request);
        keytool("-gencert", "-alias", authority, "-keystore", store(authority), "-infile", request, "-outfile", signed,
                "-rfc", "-validity", "2");
        Path key = directory.resolve(name + ".key");
        PrivateKey secret = (PrivateKey) load(name).getKey(name, PASSWORD);
        pem(key, "PRIVATE KEY", secret.getEncoded());
        return PemTls.of(Path.of(signed), key, directory.resolve(trusted + ".crt"));
    }

    private static String store(String name) {
        return directory.resolve(name + ".p12").toString();
    }

    private static KeyStore load(String name) throws Exception {
        return KeyStore.getInstance(Path.of(store(name)).toFile(), PASSWORD);
    }

    private static void keytool(String... arguments) throws Exception {
        Stream<String> command = Stream.concat(
                Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
                Stream.concat(
                        Arrays.stream(arguments),
                        Stream.of("-J-XX:TieredStopAtLevel=1", "-storepass", new String(PASSWORD), "-noprompt")));
        Process process = new ProcessBuilder(command.toList()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    private static void pem(Path file, String what, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    }

    @Test
    void two_nodes_of_the_authority_talk() throws Exception {
        try (RpcPair pair = new RpcPair(PLAIN.withTls(node1), PLAIN.withTls(node2))) {
            for (int i = 0; i < 1_000; i++) {
                Object reply = pair.send(RpcPair.append(i, 5_000), 20_000).get(30, TimeUnit.SECONDS);
                assertThat(reply).isEqualTo(RpcPair.reply(i));
            }
            Object reply = pair.send(RpcPair.append(1, 5_000_000), 20_000).get(30, TimeUnit.SECONDS);
            assertThat(reply).isEqualTo(RpcPair.reply(1));
        }
    }

    @Test
    void a_client_without_a_certificate_of_the_authority_is_refused() throws Exception {
        assertRefused(PLAIN.withTls(node1), PLAIN.withTls(stranger));
    }

    @Test
    void a_server_without_a_certificate_of_the_authority_is_refused() throws Exception {
        assertRefused(PLAIN.withTls(stranger), PLAIN.withTls(node1));
    }

    @Test
    void a_plain_client_is_refused_by_a_tls_server() throws Exception {
        assertRefused(PLAIN.withTls(node1), PLAIN);
    }

    @Test
    void a_tls_client_does_not_talk_to_a_plain_server() throws Exception {
        assertRefused(PLAIN, PLAIN.withTls(node1));
    }

    @Test
    void a_right_certificate_does_not_replace_the_secret() throws Exception {
        assertRefused(PLAIN.withTls(node1), PLAIN.withTls(node2).withSecret("guess"));
    }

    private static void assertRefused(RpcConfig server, RpcConfig client) throws Exception {
        try (RpcPair pair = new RpcPair(server, client)) {
            for (int i = 0; i < 2; i++) {
                var reply = pair.send(RpcPair.append(1, 100), 20_000);
                assertThatThrownBy(() -> reply.get(30, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(RemotingException.class);
            }
            assertThat(pair.clientRpc.stats().connectionsMade()).isZero();
            assertThat(pair.serverRpc.stats().requestsHandled()).isZero();
        }
    }
}
