package dev.balsa.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files may hold, and what is said of those that cannot be used. */
class TlsConfigTest {
    private static final Path OPENSSL = Path.of("/usr/bin/openssl");

    @TempDir
    private Path files;

    private final CertificateAuthority authority = new CertificateAuthority("ca", Duration.ofDays(1));

    @BeforeEach
    void write() throws IOException {
        Files.writeString(files.resolve("ca.crt"), authority.certificate());
        authority.issue(files, "node", List.of("localhost", "10.0.0.1"));
        authority.issue(files, "other", List.of());
    }

    private String file(String name) {
        return name.isEmpty() ? "" : files.resolve(name).toString();
    }

    private void use(String certificate, String key, String password, String authorities) throws IOException {
        try (Tls tls = new Tls()) {
            tls.use(new TlsConfig(new Identity(file(certificate), file(key), password), Identity.NONE,
                    file(authorities), "", ClientAuth.REQUIRE, TlsConfig.PROTOCOLS, 1_000, 0), false);
        }
    }

    private void assertSays(String message, String certificate, String key, String authorities) {
        assertThatThrownBy(() -> use(certificate, key, "", authorities)).isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void what_is_missing_is_told_as_redis_tells_it() {
        assertSays("No tls-cert-file configured!", "", "node.key", "ca.crt");
        assertSays("No tls-key-file configured!", "node.crt", "", "ca.crt");
        assertSays("Either tls-ca-cert-file or tls-ca-cert-dir must be specified", "node.crt", "node.key", "");
    }

    @Test
    void a_file_that_cannot_be_used_is_named_with_the_reason() throws IOException {
        Files.writeString(files.resolve("hello"), "hello");
        assertSays("Failed to load certificate: " + file("none") + ": No such file", "none", "node.key", "ca.crt");
        assertSays("Failed to load certificate: " + file("hello") + ": no certificate", "hello", "node.key", "ca.crt");
        assertSays("Failed to load private key: " + file("hello"), "node.crt", "hello", "ca.crt");
        assertSays("key values mismatch", "node.crt", "other.key", "ca.crt");
        assertSays("Failed to configure CA certificate(s) file/directory: " + file("hello"), "node.crt", "node.key",
                "hello");
    }

    @Test
    void a_directory_of_authorities_will_do() throws IOException {
        Path directory = Files.createDirectory(files.resolve("authorities"));
        Files.move(files.resolve("ca.crt"), directory.resolve("one.pem"));
        try (Tls tls = new Tls()) {
            tls.use(new TlsConfig(new Identity(file("node.crt"), file("node.key"), ""), Identity.NONE, "",
                    directory.toString(), ClientAuth.REQUIRE, TlsConfig.PROTOCOLS, 1_000, 0), true);
            assertThat(tls.isOn()).isTrue();
        }
    }

    @Test
    void old_protocols_are_refused() throws IOException {
        Map<String, String> values = new TreeMap<>();
        TlsConfig.DIRECTIVES.forEach(name -> values.put(name, name.endsWith("millis") ? "1" : ""));
        assertThat(TlsConfig.of(name -> values.getOrDefault(name, "")).protocols()).containsExactly("TLSv1.2", "TLSv1.3");
        values.put("tls-protocols", "tlsv1.3");
        assertThat(TlsConfig.of(name -> values.getOrDefault(name, "")).protocols()).containsExactly("TLSv1.3");
        values.put("tls-protocols", "TLSv1.1 TLSv1.2");
        assertThatThrownBy(() -> TlsConfig.of(name -> values.getOrDefault(name, "")))
                .hasMessage("Invalid tls-protocols specified. Use a combination of TLSv1.2 and TLSv1.3.");
    }

    @Test
    void keys_are_read_in_every_form_that_openssl_writes() throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL));
        // The first form is written on request only by those that have another.
        assumeTrue(openssl(List.of("version")).startsWith("OpenSSL 3"));
        for (List<String> key : List.of(
                List.of("genrsa", "-traditional", "2048"),
                List.of("genrsa", "2048"),
                List.of("ecparam", "-genkey", "-name", "prime256v1"),
                List.of("ecparam", "-genkey", "-noout", "-name", "secp384r1"),
                List.of("genpkey", "-algorithm", "ed25519"))) {
            Files.writeString(files.resolve("own.key"), openssl(key));
            Files.writeString(files.resolve("own.crt"), openssl(List.of("req", "-x509", "-new", "-key", file("own.key"),
                    "-subj", "/CN=own", "-days", "2")));
            assertThatCode(() -> use("own.crt", "own.key", "", "ca.crt")).as(String.valueOf(key))
                    .doesNotThrowAnyException();
            assertSays("key values mismatch", "node.crt", "own.key", "ca.crt");
        }
    }

    @Test
    void an_encrypted_key_needs_its_password() throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL));
        Files.writeString(files.resolve("hidden.key"), openssl(List.of("pkcs8", "-topk8", "-in", file("node.key"),
                "-passout", "pass:secret")));
        use("node.crt", "hidden.key", "secret", "ca.crt");
        assertThatThrownBy(() -> use("node.crt", "hidden.key", "guess", "ca.crt")).hasMessageContaining("is the password right?");
        assertSays("tls-key-file-pass is missing", "node.crt", "hidden.key", "ca.crt");
    }

    @Test
    void certificates_of_the_throwaway_authority_please_a_strict_verifier() throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL));
        String said = openssl(List.of("verify", "-x509_strict", "-CAfile", file("ca.crt"), "-verify_ip", "10.0.0.1",
                file("node.crt")));
        assertThat(said).contains("node.crt: OK");
    }

    private static String openssl(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(OPENSSL.toString()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
