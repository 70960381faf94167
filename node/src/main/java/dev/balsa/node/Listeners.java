package dev.balsa.node;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.observe.Settings;
import dev.balsa.proxy.ConfigFile;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.front.RespServer;
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
 * The ports of a node that clients connect to: in the clear, by TLS, and for cluster-aware clients. The one for TLS is
 * opened and closed by CONFIG SET, too. Thread-safe by its lock.
 */
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final NodeConfig config;
    private final Front front;
    private final EventLoopGroup loops;
    private final Tls tls;
    private final List<RespServer> always = new ArrayList<>();
    private List<RespServer> encrypted = List.of();
    private int tlsPort;

    Listeners(NodeConfig config, Front front, EventLoopGroup loops, Tls tls) {
        this.config = config;
        this.front = front;
        this.loops = loops;
        this.tls = tls;
    }

    /** The certificates of a node that uses TLS; else off. @throws ConfigFile.ConfigException if they are no good */
    static Tls tls(NodeConfig config) {
        Tls tls = new Tls();
        if (config.tlsPort() != 0 || config.tlsCluster() || config.tlsReplication()) {
            try {
                tls.use(TlsConfig.of(config::value), config.tlsCluster() || config.tlsReplication());
            } catch (IOException e) {
                throw new ConfigFile.ConfigException("Failed to configure TLS: " + e.getMessage());
            }
        }
        return tls;
    }

    /** Opens all ports, and follows CONFIG SET from then on. */
    synchronized void open(Settings settings) throws IOException {
        always.addAll(listen(config.port(), Mode.PLAIN, null));
        encrypted = listen(config.tlsPort(), Mode.PLAIN, tls);
        tlsPort = config.tlsPort();
        always.addAll(listen(config.clusterPort(), Mode.CLUSTER, config.tlsCluster() ? tls : null));
        List<String> names = new ArrayList<>(TlsConfig.DIRECTIVES);
        names.add("tls-port");
        settings.onAnyChange(names, this::change);
    }

    private synchronized @Nullable String change(UnaryOperator<String> values) {
        int port = Integer.parseInt(values.apply("tls-port"));
        boolean links = config.tlsCluster() || config.tlsReplication();
        if (port == 0 && !links) {
            close(encrypted);
            encrypted = List.of();
            tlsPort = 0;
            return null;
        }
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
            List<RespServer> opened = listen(port, Mode.PLAIN, tls);
            close(encrypted);
            encrypted = opened;
            tlsPort = port;
            return null;
        } catch (IOException e) {
            LOG.warn("{}", e.getMessage());
            return "Unable to listen on this port. Check server logs.";
        }
    }

    private List<RespServer> listen(int port, Mode mode, @Nullable Tls by) throws IOException {
        List<RespServer> opened = new ArrayList<>();
        for (String bind : port == 0 ? List.<String>of() : config.bind()) {
            boolean optional = bind.startsWith("-");
            String address = optional ? bind.substring(1) : bind;
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
