package dev.balsa.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports of this machine for servers that start later, stop and start again. Until this is closed the system gives them
 * to nobody who asks for any port, neither to listen nor to connect from. Owned by one thread.
 */
public final class ReservedPorts implements AutoCloseable {
    /** Where a socket that neither listens nor connects keeps no server from its port, if both may reuse addresses. */
    private static final boolean HELD = System.getProperty("os.name", "").equals("Linux");

    private final List<Socket> sockets = new ArrayList<>();

    /** A port of 127.0.0.1 that was not given before. */
    public int next() {
        Socket socket = new Socket();
        sockets.add(socket);
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = socket.getLocalPort();
            if (!HELD) {
                socket.close();
            }
            return port;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
