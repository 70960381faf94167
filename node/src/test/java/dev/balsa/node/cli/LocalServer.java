package dev.balsa.node.cli;

import dev.balsa.node.NodeMain;
import dev.balsa.node.config.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;

/** Servers on this machine's loopback address: Balsa in this process, or redis-server beside it. Stateless. */
public final class LocalServer {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LocalServer() {}

    /** One that nobody listens to, and that nobody was told before: whoever was may not have bound it yet. */
    public static int freePort() throws IOException {
        while (true) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(probe.getLocalPort())) {
                    return probe.getLocalPort();
                }
            }
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

    /** A connection, as soon as a server answers there that has a leader. */
    static RespClient connect(int port) {
        return Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            RespClient client = new RespClient("127.0.0.1", port, TIMEOUT_MILLIS);
            // Not PING, which a node answers that nobody leads yet: its writes would wait, and be refused in the end.
            client.ask("DBSIZE");
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
