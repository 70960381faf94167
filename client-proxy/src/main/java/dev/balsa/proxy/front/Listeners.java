package dev.balsa.proxy.front;

import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of a node or proxy that clients connect to: in the clear, by TLS, and for cluster-aware clients. The one
 * for TLS is opened and closed by CONFIG SET, too. Thread-safe by its lock.
 */
public final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<String> bind;
    private final Front front;
    private final EventLoopGroup loops;
    private final Tls tls;
    private final List<RespServer> always = new ArrayList<>();
    private List<RespServer> encrypted = List.of();
    private int tlsPort;

    /**
     * @param bind addresses; {@code *} is every one; a leading minus: leave it out if it is not there
     * @param tls the certificates; closed with the ports
     */
    public Listeners(List<String> bind, Front front, EventLoopGroup loops, Tls tls) {
        this.bind = List.copyOf(bind);
        this.front = front;
        this.loops = loops;
        this.tls = tls;
    }

    /**
     * Opens a port that stays.
     *
     * @param port 0: any free one; negative: none
     * @param by null: in the clear
     */
    public synchronized void open(int port, Mode mode, Tls.@Nullable Accepting by) throws IOException {
        if (port >= 0) {
            always.addAll(listen(port, mode, by));
        }
    }

    /**
     * Opens {@code tls-port}, if there is one, and from then on does what CONFIG SET says of TLS.
     *
     * @param links whether other processes of the cluster are spoken to by TLS
     */
    public synchronized void follow(Settings settings, boolean links) throws IOException {
        tlsPort = Integer.parseInt(settings.value("tls-port"));
        encrypted = listenByTls(tlsPort);
        List<String> names = new ArrayList<>(TlsConfig.DIRECTIVES);
        names.add("tls-port");
        settings.onAnyChange(names, values -> change(values, links));
    }

    private synchronized @Nullable String change(UnaryOperator<String> values, boolean links) {
        int port = Integer.parseInt(values.apply("tls-port"));
        if (port == 0 && !links) {
            close(encrypted);
            encrypted = List.of();
            tlsPort = 0;
            return null;
        }
        Runnable undo = tls.undo();
        try {
            tls.use(TlsConfig.of(values), links);
        } catch (IOException e) {
            LOG.warn("TLS: {}", e.getMessage());
            return "Unable to update TLS configuration. Check server logs.";
        }
        if (port == tlsPort) {
            return null;
        }
        try {
            List<RespServer> opened = listenByTls(port);
            close(encrypted);
            encrypted = opened;
            tlsPort = port;
            return null;
        } catch (IOException e) {
            undo.run();
            LOG.warn("{}", e.getMessage());
            return "Unable to listen on this port. Check server logs.";
        }
    }

    private List<RespServer> listenByTls(int port) throws IOException {
        return port == 0 ? List.of() : listen(port, Mode.PLAIN, tls.accepting(Tls.Port.CLIENTS));
    }

    private List<RespServer> listen(int port, Mode mode, Tls.@Nullable Accepting by) throws IOException {
        List<RespServer> opened = new ArrayList<>();
        for (String name : bind) {
            boolean optional = name.startsWith("-");
            String address = optional ? name.substring(1) : name;
            try {
                InetSocketAddress at = new InetSocketAddress(address.equals("*") ? "0.0.0.0" : address, port);
                opened.add(RespServer.listen(front, mode, at, loops, by));
            } catch (IOException e) {
                if (!optional) {
                    close(opened);
                    throw e;
                }
                LOG.debug("not listening on {} port {}: {}", address, port, e.getMessage());
            }
        }
        return opened;
    }

    /** The first port that was opened. */
    public synchronized int port() {
        return (always.isEmpty() ? encrypted : always).getFirst().port();
    }

    private static void close(List<RespServer> servers) {
        servers.forEach(RespServer::close);
    }

    @Override
    public synchronized void close() {
        close(always);
        close(encrypted);
        tls.close();
    }
}
