package dev.balsa.proxy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proto.resp.RespLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node that answers as a test says: the script gets a request's words and returns the reply's text, or one of the
 * constants. PING of a link that has asked for changes is {@code PING OF TRACKING}.
 */
public final class ScriptedNode implements AutoCloseable {
    /** No reply, ever. */
    public static final String SILENCE = "silence";
    /** Close the connection instead of a reply. */
    public static final String CLOSE = "close";

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Socket> tracking = new CopyOnWriteArrayList<>();
    private final List<Socket> confirmed = new CopyOnWriteArrayList<>();
    private volatile Function<String, String> script;
    /** Everything that was asked, but for the greeting and PING. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    public ScriptedNode(Function<String, String> script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    public int port() {
        return server.getLocalPort();
    }

    public void script(Function<String, String> next) {
        script = next;
    }

    /** Closes all connections, and listens on. */
    public void dropConnections() throws IOException {
        // Others may be made meanwhile: those stay.
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
            forget(socket);
        }
    }

    private void forget(Socket socket) {
        sockets.remove(socket);
        tracking.remove(socket);
        confirmed.remove(socket);
    }

    /** Whether a link has asked for changes and has been answered since. */
    public boolean sendsChanges() {
        return !confirmed.isEmpty();
    }

    /** Tells the links that have asked for changes (BALSA TRACK) that a key has changed; null: whatever there is. */
    public void changed(@Nullable String key) throws IOException {
        String keys = key == null ? "_\r\n" : "*1\r\n$" + key.length() + "\r\n" + key + "\r\n";
        for (Socket socket : tracking) {
            write(socket, ">3\r\n$10\r\ninvalidate\r\n" + keys + ":0\r\n");
        }
    }

    private static void write(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // Closed by the test.
        }
    }

    private void serve(Socket socket) {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
        Args args = new Args();
        byte[] bytes = new byte[1 << 16];
        int to = 0;
        try (socket) {
            while (true) {
                int n = socket.getInputStream().read(bytes, to, bytes.length - to);
                if (n < 0) {
                    return;
                }
                to += n;
                int from = 0;
                int length = decoder.decode(bytes, from, to, args);
                while (length > 0) {
                    if (!answer(socket, args.toString())) {
                        return;
                    }
                    from += length;
                    length = from == to ? 0 : decoder.decode(bytes, from, to, args);
                }
                System.arraycopy(bytes, from, bytes, 0, to - from);
                to -= from;
                if (to == bytes.length) {
                    bytes = Arrays.copyOf(bytes, to * 2);
                }
            }
        } catch (IOException _) {
            // The other side, or the test, has closed it.
        } finally {
            forget(socket);
        }
    }

    private boolean answer(Socket socket, String request) throws IOException {
        boolean greeting = request.startsWith("PING") || request.startsWith("SELECT");
        if (request.startsWith("CLIENT SETINFO") || request.startsWith("HELLO") || request.startsWith("AUTH")) {
            // A front's introduction: no script is about it, but it may be noted.
            var _ = script.apply(request);
            write(socket, "+OK\r\n");
            return true;
        }
        if (!greeting) {
            asked.add(request);
        }
        if (request.startsWith("BALSA TRACK")) {
            tracking.add(socket);
        }
        String reply = script.apply(greeting && tracking.contains(socket) ? request + " OF TRACKING" : request);
        if (reply.equals(CLOSE)) {
            return false;
        }
        if (!reply.equals(SILENCE)) {
            write(socket, reply.isEmpty() && greeting ? "+OK\r\n" : reply);
            if (greeting && tracking.contains(socket)) {
                confirmed.add(socket);
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        dropConnections();
    }
}
