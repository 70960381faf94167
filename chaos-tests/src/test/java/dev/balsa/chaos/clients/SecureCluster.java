package dev.balsa.chaos.clients;

import dev.balsa.chaos.cluster.JavaCommand;
import dev.balsa.proxy.tls.CertificateAuthority;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What {@code balsa up --tls} starts, three nodes and a front, with certificates of the test's own. Owned by the test's
 * thread.
 */
final class SecureCluster implements AutoCloseable {
    static final int NODES = 3;
    private static final int CLUSTER_DISTANCE = 100;
    private static final int RAFT_DISTANCE = 10_000;
    private static final int START_SECONDS_MAX = 90;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Path directory;
    private final CertificateAuthority authority = new CertificateAuthority("test", Duration.ofDays(1));
    private final Process process;
    private final int port;

    SecureCluster(Path directory) throws IOException {
        this.directory = directory;
        Path files = Files.createDirectories(tls());
        Files.writeString(files.resolve("ca.crt"), authority.certificate());
        renewCertificate();
        authority.issue(files, "client", List.of());
        CertificateAuthority strangers = new CertificateAuthority("test", Duration.ofDays(1));
        Files.writeString(files.resolve("strangers.crt"), strangers.certificate());
        strangers.issue(files, "stranger", List.of());
        port = freePorts();
        process = balsa("up", "--tls", "--port", String.valueOf(port), "--dir", directory.resolve("up").toString());
        try {
            Awaitility.await().atMost(START_SECONDS_MAX, TimeUnit.SECONDS).until(this::isReady);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A process of Balsa, which writes into {@code log}. */
    private Process balsa(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(JavaCommand.balsa(List.of()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(arguments[0]).toFile())
                .start();
    }

    private Path log(String subcommand) {
        return directory.resolve(subcommand + ".log");
    }

    private boolean isReady() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(Files.readString(log("up")));
        }
        return Files.readString(log("up")).contains("ready 127.0.0.1");
    }

    private Path tls() {
        return directory.resolve("up/tls");
    }

    String file(String name) {
        return tls().resolve(name).toString();
    }

    /** Another certificate and key for all nodes and the front. */
    void renewCertificate() throws IOException {
        authority.issue(tls(), "node", List.of("localhost", "127.0.0.1"));
    }

    // -- ports --------------------------------------------------------------------------------------------------

    int front() {
        return port;
    }

    /** Of node {@code i}, from 1 on, for plain clients. */
    int plain(int i) {
        return port + i;
    }

    int cluster(int i) {
        return port + CLUSTER_DISTANCE + i;
    }

    int raft(int i) {
        return port + RAFT_DISTANCE + i;
    }

    /** All of them. */
    Set<Integer> ports() {
        Set<Integer> all = new TreeSet<>(Set.of(front()));
        for (int i = 1; i <= NODES; i++) {
            all.addAll(List.of(plain(i), cluster(i), raft(i)));
        }
        return all;
    }

    /** What the processes listen on, as the system says. */
    Set<Integer> listening() throws IOException {
        Set<String> sockets = new TreeSet<>();
        for (ProcessHandle one : Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList()) {
            try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + one.pid() + "/fd"))) {
                for (Path descriptor : open) {
                    sockets.add(linked(descriptor));
                }
            }
        }
        Set<Integer> found = new TreeSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9 && fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
                    found.add(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
                }
            }
        }
        return found;
    }

    private static String linked(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    // -- clients ------------------------------------------------------------------------------------------------

    /** @param identity the certificate shown, {@code client} say; null: none */
    SSLContext context(@Nullable String identity) throws IOException {
        Identity shown = identity == null ? Identity.NONE
                : new Identity(file(identity + ".crt"), file(identity + ".key"), "");
        return Tls.forTools(new TlsConfig(shown, Identity.NONE, file("ca.crt"), "", ClientAuth.NONE,
                TlsConfig.PROTOCOLS, 0, 0), false);
    }

    Socket inTheClear(int to) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), to);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    SSLSocket connect(int to, @Nullable String identity) throws IOException {
        SSLSocket socket = (SSLSocket) context(identity).getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), to);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** The command line's exit status; what it printed is in {@link #said}. */
    int run(String... arguments) throws Exception {
        Process tool = balsa(arguments);
        if (!tool.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
            tool.destroyForcibly();
        }
        return tool.waitFor();
    }

    String said(String subcommand) throws IOException {
        return Files.readString(log(subcommand));
    }

    private static int freePorts() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 20_000);
            boolean free = isFree(port);
            for (int i = 1; i <= NODES; i++) {
                free &= isFree(port + i) && isFree(port + CLUSTER_DISTANCE + i) && isFree(port + RAFT_DISTANCE + i);
            }
            if (free) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, START_SECONDS_MAX, TimeUnit.SECONDS).join();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
