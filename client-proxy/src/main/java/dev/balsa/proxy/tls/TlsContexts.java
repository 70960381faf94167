package dev.balsa.proxy.tls;

import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What one state of the files makes. Immutable.
 *
 * <p>Each kind of port has a context of its own, and so tickets of its own: a session that was begun where a
 * certificate may be left out cannot be resumed where it may not.
 *
 * @param accepting by kind of port
 * @param connecting null: without authorities nobody can be checked, so nothing is connected to
 */
record TlsContexts(Map<Tls.Port, SslContext> accepting, @Nullable SslContext connecting, X509Certificate certificate) {
    private static final int SESSIONS_MAX = 20_480;
    private static final int SESSION_SECONDS = 300;
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private record Loaded(List<X509Certificate> chain, PrivateKey key) {}

    /**
     * Reads all files.
     *
     * @param links whether other processes of the cluster are spoken to by TLS
     * @throws IOException with the file and what is wrong with it, in Redis' words where it has some
     */
    static TlsContexts load(TlsConfig config, boolean links) throws IOException {
        if (config.server().certFile().isEmpty()) {
            throw new IOException("No tls-cert-file configured!");
        }
        if (config.server().keyFile().isEmpty()) {
            throw new IOException("No tls-key-file configured!");
        }
        if (!config.hasAuthorities() && (links || config.authClients() != ClientAuth.NONE)) {
            throw new IOException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, "
                    + "tls-replication or tls-auth-clients are enabled!");
        }
        Loaded server = identity(config.server());
        List<X509Certificate> authorities = authorities(config);
        Map<Tls.Port, SslContext> accepting = new TreeMap<>();
        for (Tls.Port port : Tls.Port.values()) {
            accepting.put(port, accepting(config, server, authorities, port));
        }
        SslContext connecting = null;
        if (!authorities.isEmpty()) {
            Loaded client = identity(config.outgoing());
            connecting = build(SslContextBuilder.forClient()
                    .sslProvider(PROVIDER)
                    .keyManager(client.key, client.chain)
                    .trustManager(authorities)
                    .endpointIdentificationAlgorithm("")
                    .protocols(config.protocols()));
        }
        return new TlsContexts(accepting, connecting, server.chain.getFirst());
    }

    private static SslContext accepting(TlsConfig config, Loaded server, List<X509Certificate> authorities, Tls.Port port)
            throws IOException {
        SslContextBuilder builder = SslContextBuilder.forServer(server.key, server.chain)
                .sslProvider(PROVIDER)
                .clientAuth(switch (port) {
                    case CLIENTS -> config.authClients();
                    // A link must be able to show its certificate, whatever clients have to do.
                    case CLUSTER -> config.authClients() == ClientAuth.REQUIRE ? ClientAuth.REQUIRE
                            : !authorities.isEmpty() ? ClientAuth.OPTIONAL : ClientAuth.NONE;
                    case REPLICAS -> ClientAuth.REQUIRE;
                })
                .protocols(config.protocols())
                .sessionCacheSize(SESSIONS_MAX)
                .sessionTimeout(SESSION_SECONDS);
        return build(authorities.isEmpty() ? builder : builder.trustManager(authorities));
    }

    /**
     * For tools: the server must be signed by the authorities of {@code config}, or by those the JDK knows if it names
     * none; a certificate is shown if it names one.
     *
     * @param insecure any server is believed
     */
    static SSLContext forTools(TlsConfig config, boolean insecure) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK)
                .protocols(config.protocols());
        List<X509Certificate> authorities = authorities(config);
        if (insecure) {
            builder.trustManager(new Credulous());
        } else if (!authorities.isEmpty()) {
            builder.trustManager(authorities);
        }
        if (!config.outgoing().isNone()) {
            Loaded client = identity(config.outgoing());
            builder.keyManager(client.key, client.chain);
        }
        return ((JdkSslContext) build(builder)).context();
    }

    private static SslContext build(SslContextBuilder builder) throws IOException {
        try {
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("Failed to configure TLS: " + e.getMessage(), e);
        }
    }

    // -- files --------------------------------------------------------------------------------------------------

    private static Loaded identity(Identity files) throws IOException {
        List<X509Certificate> chain;
        try {
            chain = Pem.certificates(Path.of(files.certFile()));
        } catch (IOException e) {
            throw new IOException("Failed to load certificate: " + files.certFile() + ": " + e.getMessage(), e);
        }
        try {
            PrivateKey key = Pem.privateKey(Path.of(files.keyFile()), files.keyPassword());
            if (!belongs(key, chain.getFirst())) {
                throw new IOException("key values mismatch: it is not the key of " + files.certFile());
            }
            return new Loaded(chain, key);
        } catch (IOException e) {
            throw new IOException("Failed to load private key: " + files.keyFile() + ": " + e.getMessage(), e);
        }
    }

    /** Signs something with the one and verifies it with the other: neither library compares them by itself. */
    private static boolean belongs(PrivateKey key, X509Certificate certificate) throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return true;
        }
        byte[] something = new byte[32];
        new SecureRandom().nextBytes(something);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IOException("key values mismatch: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> authorities(TlsConfig config) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        for (Path file : authorityFiles(config)) {
            try {
                all.addAll(Pem.certificates(file));
            } catch (IOException e) {
                throw new IOException("Failed to configure CA certificate(s) file/directory: " + file + ": "
                        + e.getMessage(), e);
            }
        }
        return all;
    }

    private static List<Path> authorityFiles(TlsConfig config) throws IOException {
        List<Path> files = new ArrayList<>();
        if (!config.caFile().isEmpty()) {
            files.add(Path.of(config.caFile()));
        }
        if (!config.caDirectory().isEmpty()) {
            Path directory = Path.of(config.caDirectory());
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isRegularFile)) {
                entries.forEach(files::add);
            } catch (IOException e) {
                throw new IOException("Failed to configure CA certificate(s) file/directory: " + directory + ": "
                        + e.getMessage(), e);
            }
        }
        return files;
    }

    /** When the files were changed and how long they are; something that is not there has no such line. */
    static List<String> stamps(TlsConfig config) {
        List<Path> files = new ArrayList<>();
        for (Identity identity : List.of(config.server(), config.client())) {
            for (String file : List.of(identity.certFile(), identity.keyFile())) {
                if (!file.isEmpty()) {
                    files.add(Path.of(file));
                }
            }
        }
        List<String> stamps = new ArrayList<>();
        try {
            files.addAll(authorityFiles(config));
        } catch (IOException e) {
            stamps.add(String.valueOf(e.getMessage()));
        }
        for (Path file : files) {
            try {
                Map<String, Object> state = Files.readAttributes(file, "lastModifiedTime,size,fileKey");
                stamps.add(file + " " + new TreeMap<>(state));
            } catch (IOException e) {
                stamps.add(file + " is missing");
            }
        }
        stamps.sort(null);
        return stamps;
    }
}
