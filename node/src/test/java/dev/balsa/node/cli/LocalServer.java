package dev.balsa.node.cli;

import dev.balsa.node.NodeMain;
import dev.balsa.node.config.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Servers on this machine's loopback address: Balsa in this process, or redis-server beside it. Stateless. */
public final class LocalServer {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 20_000;

    private LocalServer() {}

    /** One that nobody listens to. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Runs a node until it ends; its exit code. */
    public static int running(NodeConfig config) {
        try {
            return NodeMain.run(config);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A connection, as soon as a server answers there. */
    static RespClient connect(int port) {
        return Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            RespClient client = new RespClient("127.0.0.1", port, TIMEOUT_MILLIS);
            client.ask("PING");
            return client;
        }, client -> true);
    }

    /** The reply as text; an error begins with a minus sign. */
    static String ask(RespClient client, String... words) throws IOException {
        try {
            return client.ask(words).toString();
        } catch (UserError refused) {
            return "-" + refused.getMessage();
        }
    }
}
