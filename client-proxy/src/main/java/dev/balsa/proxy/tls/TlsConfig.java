package dev.balsa.proxy.tls;

import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What TLS is configured to, by Redis' directives. Immutable.
 *
 * @param server who this process is to those that connect
 * @param client who it is where it connects itself; without files: the same
 * @param caFile certificates of the authorities that others must be signed by; empty: none
 * @param caDirectory a directory of such files; empty: none
 * @param authClients whether clients must show a certificate
 * @param protocols such as {@code TLSv1.3}; never empty
 * @param handshakeTimeoutMillis a client that has not finished its handshake by then is cut
 * @param filesCheckMillis how often the files are looked at; 0: never
 */
public record TlsConfig(
        Identity server,
        Identity client,
        String caFile,
        String caDirectory,
        ClientAuth authClients,
        List<String> protocols,
        int handshakeTimeoutMillis,
        int filesCheckMillis) {
    /** Every directive that {@link #of} reads. */
    public static final List<String> DIRECTIVES = List.of(
            "tls-cert-file", "tls-key-file", "tls-key-file-pass", "tls-client-cert-file", "tls-client-key-file",
            "tls-client-key-file-pass", "tls-ca-cert-file", "tls-ca-cert-dir", "tls-auth-clients", "tls-protocols",
            "tls-handshake-timeout-millis", "tls-files-check-millis");
    /** What {@code tls-protocols ""} means. */
    public static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");
    /** {@code tls-handshake-timeout-millis} unless it is given. */
    public static final int HANDSHAKE_TIMEOUT_MILLIS = 10_000;
    /** {@code tls-files-check-millis} unless it is given. */
    public static final int FILES_CHECK_MILLIS = 1_000;

    /**
     * A certificate and its key, in PEM.
     *
     * @param certFile with intermediate certificates after it; empty: none
     * @param keyPassword empty: the key is not encrypted
     */
    public record Identity(String certFile, String keyFile, String keyPassword) {
        public static final Identity NONE = new Identity("", "", "");

        /** Whether nothing is configured. */
        public boolean isNone() {
            return certFile.isEmpty() && keyFile.isEmpty();
        }

        /** Without the password: records end up in logs. */
        @Override
        public String toString() {
            return "Identity[" + certFile + ", " + keyFile + "]";
        }
    }

    /** One identity for everything, one authority, and every client must show a certificate. */
    public static TlsConfig of(String certFile, String keyFile, String caFile) {
        return new TlsConfig(new Identity(certFile, keyFile, ""), Identity.NONE, caFile, "", ClientAuth.REQUIRE,
                PROTOCOLS, HANDSHAKE_TIMEOUT_MILLIS, FILES_CHECK_MILLIS);
    }

    /**
     * From the values of {@link #DIRECTIVES}.
     *
     * @throws IOException if they make no sense, in Redis' words
     */
    public static TlsConfig of(UnaryOperator<String> values) throws IOException {
        return new TlsConfig(
                new Identity(values.apply("tls-cert-file"), values.apply("tls-key-file"),
                        values.apply("tls-key-file-pass")),
                new Identity(values.apply("tls-client-cert-file"), values.apply("tls-client-key-file"),
                        values.apply("tls-client-key-file-pass")),
                values.apply("tls-ca-cert-file"),
                values.apply("tls-ca-cert-dir"),
                switch (values.apply("tls-auth-clients")) {
                    case "no" -> ClientAuth.NONE;
                    case "optional" -> ClientAuth.OPTIONAL;
                    default -> ClientAuth.REQUIRE;
                },
                protocols(values.apply("tls-protocols")),
                Integer.parseInt(values.apply("tls-handshake-timeout-millis")),
                Integer.parseInt(values.apply("tls-files-check-millis")));
    }

    private static List<String> protocols(String text) throws IOException {
        List<String> found = new ArrayList<>();
        for (String word : text.strip().split("\\s+", -1)) {
            switch (word.toUpperCase(Locale.ROOT)) {
                case "" -> {
                    // Nothing: the default.
                }
                case "TLSV1.2" -> found.add("TLSv1.2");
                case "TLSV1.3" -> found.add("TLSv1.3");
                default -> throw new IOException(
                        "Invalid tls-protocols specified. Use a combination of TLSv1.2 and TLSv1.3.");
            }
        }
        return found.isEmpty() ? PROTOCOLS : List.copyOf(found);
    }

    /** Who this process is where it connects. */
    Identity outgoing() {
        return client.isNone() ? server : client;
    }

    boolean hasAuthorities() {
        return !caFile.isEmpty() || !caDirectory.isEmpty();
    }
}
