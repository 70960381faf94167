package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.ask;
import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proxy.ConfigFile.ConfigException;
import dev.balsa.proxy.transport.IoTransport;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node serves whichever way it asks the system about its sockets. */
class IoTransportTest {
    private static final int PIPELINED = 20_000;

    @TempDir
    private Path root;

    @ParameterizedTest
    @EnumSource(IoTransport.class)
    void a_node_serves_short_and_long_requests(IoTransport transport) throws Exception {
        assumeTrue(isHere(transport), transport + " is not available on this machine");
        int port = freePort();
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + port, "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1", "--io-transport", transport.toString()));
        CompletableFuture<Integer> node = CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        String value = "0123456789".repeat(300_000);
        try (RespClient client = connect(port)) {
            assertThat(ask(client, "INFO", "server")).contains("multiplexing_api:" + transport + "\\r\\n");
            assertThat(ask(client, "SET", "long", value)).isEqualTo("OK");
            assertThat(ask(client, "GET", "long")).isEqualTo(quoted(value));
            pipelined(port);
            assertThat(ask(client, "GET", "count")).isEqualTo(quoted(Integer.toString(PIPELINED)));
        }
        connect(port).send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
        assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static boolean isHere(IoTransport transport) {
        try {
            return IoTransport.named(transport.toString()) == transport;
        } catch (ConfigException absent) {
            assertThatThrownBy(() -> IoTransport.named(transport.toString())).hasMessageContaining("use auto");
            return false;
        }
    }

    /** All in one write, all replies in order. */
    private static void pipelined(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("INCR count\r\n".repeat(PIPELINED).getBytes(StandardCharsets.US_ASCII));
            StringBuilder expected = new StringBuilder();
            for (int i = 1; i <= PIPELINED; i++) {
                expected.append(':').append(i).append("\r\n");
            }
            byte[] replies = new byte[expected.length()];
            new DataInputStream(socket.getInputStream()).readFully(replies);
            assertThat(new String(replies, StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
        }
    }
}
