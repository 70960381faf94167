package dev.balsa.proxy.tls;

import dev.balsa.proxy.ConfigFile;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a process: certificates as the files have them. A file that changes is read again, and connections made from
 * then on get what it holds; those that are open stay. What cannot be used changes nothing and is logged.
 *
 * <p>Names of hosts are not compared: members of a cluster know each other by addresses that move. So the authority is
 * the cluster: it must sign nothing but its nodes, proxies and clients.
 *
 * <p>Thread-safe: what is in force is replaced as a whole. One thread looks at files and does the costly steps of
 * handshakes, which would hold up all clients of an event loop.
 */
public final class Tls implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Tls.class);
    private static final int CLOSE_NOTIFY_MILLIS = 1_000;

    /** What a listening port is for, and so who may connect. */
    public enum Port {
        /** Clients, as {@code tls-auth-clients} says. */
        CLIENTS,
        /** Cluster-aware clients, and links of other processes, which must show a certificate to pass for such. */
        CLUSTER,
        /** Raft: a certificate always. */
        REPLICAS
    }

    /** Makes what stands first in the pipeline of a connection that was accepted. Thread-safe. */
    @FunctionalInterface
    public interface Accepting {
        ChannelHandler handler(Channel channel);
    }

    /** What was read, from what. */
    private record State(TlsConfig config, boolean links, TlsContexts contexts, List<String> stamps) {}

    private @Nullable ScheduledExecutorService worker;
    private @Nullable ScheduledFuture<?> looking;
    private volatile @Nullable State state;
    private List<String> seen = List.of();

    /** Off until {@link #use}. */
    public Tls() {}

    /**
     * That of a process that starts: off if it has nothing to do.
     *
     * @param values of {@code tls-port} and {@link TlsConfig#DIRECTIVES}
     * @param links whether other processes of the cluster are spoken to by TLS
     * @throws ConfigFile.ConfigException if the files are no good
     */
    public static Tls start(UnaryOperator<String> values, boolean links) {
        Tls tls = new Tls();
        if (links || !values.apply("tls-port").equals("0")) {
            try {
                tls.use(TlsConfig.of(values), links);
            } catch (IOException e) {
                throw new ConfigFile.ConfigException("Failed to configure TLS: " + e.getMessage());
            }
        }
        return tls;
    }

    /**
     * Reads the files and has them used from now on.
     *
     * @param links whether other processes of the cluster are spoken to by TLS
     * @throws IOException what is wrong, in Redis' words where it has some; then all stays as it was
     */
    public synchronized void use(TlsConfig config, boolean links) throws IOException {
        List<String> stamps = TlsContexts.stamps(config);
        take(new State(config, links, TlsContexts.load(config, links), stamps));
        if (worker == null) {
            worker = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("balsa-tls").factory());
        }
        lookEvery(config.filesCheckMillis());
    }

    /** What puts back that which is in force now, without reading a file. */
    public synchronized Runnable undo() {
        State before = state;
        return () -> putBack(before);
    }

    private synchronized void putBack(@Nullable State before) {
        state = before;
        seen = before == null ? List.of() : before.stamps;
        lookEvery(before == null ? 0 : before.config.filesCheckMillis());
    }

    private synchronized void lookEvery(int millis) {
        if (looking != null) {
            looking.cancel(false);
            looking = null;
        }
        if (worker != null && millis > 0) {
            looking = worker.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void take(State newer) {
        state = newer;
        seen = newer.stamps;
        var certificate = newer.contexts.certificate();
        Instant until = certificate.getNotAfter().toInstant();
        if (until.isBefore(Instant.now())) {
            log.warn("TLS: the certificate in {} is no longer valid since {}", newer.config.server().certFile(), until);
        } else {
            log.info("TLS: certificate {}, serial number {}, valid until {}", certificate.getSubjectX500Principal(),
                    certificate.getSerialNumber().toString(16), until);
        }
    }

    /** Reads files again that have changed, when they stay as they are: a certificate and its key come one by one. */
    private synchronized void look() {
        State now = state;
        if (now == null) {
            return;
        }
        List<String> stamps = TlsContexts.stamps(now.config);
        boolean settled = stamps.equals(seen);
        seen = stamps;
        if (stamps.equals(now.stamps) || !settled) {
            return;
        }
        try {
            take(new State(now.config, now.links, TlsContexts.load(now.config, now.links), stamps));
        } catch (IOException | RuntimeException e) {
            log.warn("TLS: files have changed and cannot be used, so the certificates read before stay in use: {}",
                    e.getMessage());
            state = new State(now.config, now.links, now.contexts, stamps);
        }
    }

    /** Whether there are certificates. */
    public boolean isOn() {
        return state != null;
    }

    /** For connections that are accepted there. */
    public Accepting accepting(Port port) {
        return channel -> accept(channel, port);
    }

    private SslHandler accept(Channel channel, Port port) {
        State now = current();
        SslHandler handler = handler(channel, Objects.requireNonNull(now.contexts.accepting().get(port)));
        handler.setHandshakeTimeoutMillis(now.config.handshakeTimeoutMillis());
        return handler;
    }

    /** For a connection to another process of the cluster. */
    public SslHandler connect(Channel channel) {
        SslContext context = current().contexts.connecting();
        if (context == null) {
            throw new IllegalStateException("without tls-ca-cert-file nobody can be checked");
        }
        return handler(channel, context);
    }

    private SslHandler handler(Channel channel, SslContext context) {
        SslHandler handler = context.newHandler(channel.alloc(), Objects.requireNonNull(worker));
        // Who does not read is not waited for.
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
        return handler;
    }

    private State current() {
        State now = state;
        if (now == null) {
            throw new IllegalStateException("TLS is not configured");
        }
        return now;
    }

    /**
     * For tools that connect by sockets. They show a certificate if {@code config} names one.
     *
     * @param insecure any server is believed
     * @throws IOException if a file cannot be used
     */
    public static SSLContext forTools(TlsConfig config, boolean insecure) throws IOException {
        return TlsContexts.forTools(config, insecure);
    }

    @Override
    public synchronized void close() {
        if (worker != null) {
            worker.shutdownNow();
        }
    }
}
