package dev.balsa.proxy;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.front.Listeners;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsLinks;
import dev.balsa.proxy.upstream.ChannelLinks;
import dev.balsa.proxy.upstream.UpstreamSettings;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A front for plain clients that owns no data: every command goes to the node that leads its slot. Thread-safe. */
public final class Proxy implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Proxy.class);
    private static final int RETRY_MILLIS = 200;
    private static final int COMMANDS_REFRESH_SECONDS = 30;
    private static final int USERS_REFRESH_MILLIS = 1_000;

    private final Topology topology;
    private final Front front;
    private final Listeners listeners;
    private final ChannelLinks channelLinks;
    private volatile @Nullable Future<?> refreshingCommands;
    private volatile @Nullable Future<?> refreshingUsers;

    private Proxy(Topology topology, Front front, UpstreamSettings settings, Listeners listeners) {
        this.topology = topology;
        this.front = front;
        this.listeners = listeners;
        this.channelLinks = new ChannelLinks(
                front.channels(), front.invalidations(), settings, topology.loop(), topology::addresses);
    }

    /**
     * Learns the cluster and listens. Blocks until both are done; not to be called on an event loop.
     *
     * @param loops for clients and nodes; closed by the caller
     * @param shutdown called when a client says SHUTDOWN, on an event loop
     * @throws IOException if no node answers in time, or an address cannot be bound
     * @throws ConfigFile.ConfigException if a certificate cannot be used
     */
    public static Proxy start(ProxyConfig config, EventLoopGroup loops, Runnable shutdown) throws IOException {
        Settings settings = config.settings();
        Tls tls = Tls.start(settings::value, config.tlsLinks());
        UpstreamSettings links = UpstreamSettings.DEFAULT.withSecret(config.masterauth())
                .withTls(TlsLinks.of(settings.value("tls-cluster"), tls));
        Topology topology = new Topology(config.seeds(), links, loops.next());
        List<CommandSpec> commands;
        try {
            commands = learn(topology, config);
        } catch (IOException e) {
            topology.stop();
            tls.close();
            throw e;
        }
        Front[] made = new Front[1];
        ProxySettings own = new ProxySettings(settings, config.file());
        ProxyAdmin admin = new ProxyAdmin(topology, own, shutdown, () -> made[0].stats().reset());
        Front front = new Front(config.front(), commands, topology, admin);
        made[0] = front;
        Proxy proxy = new Proxy(topology, front, links, new Listeners(config.bind(), front, loops, tls));
        proxy.awaitUsers(config.startTimeoutSeconds());
        try {
            proxy.listeners.open(config.port(), Mode.PLAIN, null);
            proxy.listeners.follow(settings, config.tlsLinks());
        } catch (IOException e) {
            proxy.close();
            throw e;
        }
        topology.start();
        proxy.refreshingCommands = topology.loop().scheduleWithFixedDelay(
                proxy::refreshCommands, COMMANDS_REFRESH_SECONDS, COMMANDS_REFRESH_SECONDS, TimeUnit.SECONDS);
        proxy.refreshingUsers = topology.loop().scheduleWithFixedDelay(() -> {
            var _ = proxy.refreshUsers();
        }, USERS_REFRESH_MILLIS, USERS_REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        return proxy;
    }

    private static List<CommandSpec> learn(Topology topology, ProxyConfig config) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(config.startTimeoutSeconds());
        String problem = "nothing was tried";
        while (System.nanoTime() - deadline < 0) {
            try {
                topology.refresh().get(config.startTimeoutSeconds(), TimeUnit.SECONDS);
                if (topology.slots().count() > 0) {
                    byte[] reply = topology.askAny(Args.of("COMMAND"))
                            .get(config.startTimeoutSeconds(), TimeUnit.SECONDS);
                    return SpecReply.read(reply);
                }
                problem = "none of " + config.seeds() + " answers BALSA MAP";
            } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
                problem = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the cluster was being asked", e);
            }
            pause();
        }
        throw new IOException("the cluster did not answer within " + config.startTimeoutSeconds() + " s: " + problem);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster was being asked", e);
        }
    }

    private void refreshCommands() {
        var _ = topology.askAny(Args.of("COMMAND")).handle((bytes, failure) -> {
            if (failure == null) {
                try {
                    front.updateCommands(SpecReply.read(bytes));
                } catch (IllegalArgumentException e) {
                    log.warn("a node's command table cannot be read: {}", e.getMessage());
                }
            }
            return bytes;
        });
    }

    /** No client is served by rules that a node could have replaced. */
    private void awaitUsers(int seconds) throws IOException {
        try {
            var _ = refreshUsers().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException("no node tells its users: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster was being asked", e);
        }
    }

    private CompletableFuture<?> refreshUsers() {
        long known = front.users().version();
        return topology.askAny(Args.of("BALSA", "USERS", Long.toString(known))).thenAccept(bytes -> {
            try {
                front.takeUsers(RespReply.parse(bytes));
            } catch (IllegalArgumentException e) {
                log.warn("a node's users cannot be read: {}", e.getMessage());
            }
        });
    }

    /** Where it listens, of the first address. */
    public int port() {
        return listeners.port();
    }

    public Front front() {
        return front;
    }

    /** Listens no more and closes all connections. */
    @Override
    public void close() {
        listeners.close();
        front.clients().closeAll();
        channelLinks.close();
        topology.stop();
        Future<?> refreshing = refreshingCommands;
        if (refreshing != null) {
            refreshing.cancel(false);
        }
        Future<?> users = refreshingUsers;
        if (users != null) {
            users.cancel(false);
        }
    }
}
