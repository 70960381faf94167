package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.NamedThreadFactory;
import com.alipay.sofa.jraft.util.concurrent.DefaultFixedThreadsExecutorGroupFactory;
import com.alipay.sofa.jraft.util.concurrent.FixedThreadsExecutorGroup;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftGroup;
import dev.balsa.raft.RaftHost;
import dev.balsa.raft.RaftStartException;
import dev.balsa.raft.StateMachine;
import dev.balsa.raft.jraft.rpc.RpcConfig;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of one process on JRaft: one RPC server, bound to one address, and a few threads that all groups share
 * (the
 * transport's loop and lanes, one clock, work that may block).
 *
 * <p>Thread-safe.
 */
public final class JRaftHost implements RaftHost {
    private static final Logger LOG = LoggerFactory.getLogger(JRaftHost.class);
    static final int TICK_MILLIS = 100;
    private static final int SENDER_THREADS = 1;
    private static final int SENDER_TASKS_MAX = 1 << 15;
    private static final int IDLE_SECONDS = 10;

    static {
        JRaftOptions.setProperties();
    }

    /** Where the replicas of other processes reach this one. Immutable. */
    public record Listen(String host, int port) {}

    private final ThreadPoolExecutor workers;
    private final FixedThreadsExecutorGroup senders;
    private final ScheduledThreadPoolExecutor clock;
    private final RpcPort port;
    private final List<JRaftGroup> groups = new CopyOnWriteArrayList<>();
    private boolean closed;

    /**
     * In the clear and without a secret, for a network that only replicas can reach.
     *
     * @throws RaftStartException if the address cannot be bound
     */
    public JRaftHost(Listen listen) {
        this(listen, RpcConfig.defaults("balsa"));
    }

    /** @throws RaftStartException if the address cannot be bound */
    public JRaftHost(Listen listen, RpcConfig config) {
        this(listen, config, null);
    }

    /**
     * @param readLoops loops that read barriers are mostly asked for on: their rounds then start and end there
     * without a
     *     hand-over. The caller closes them. Null for none
     * @throws RaftStartException if the address cannot be bound
     */
    public JRaftHost(Listen listen, RpcConfig config, @Nullable EventLoopGroup readLoops) {
        String name = "raft-" + listen.port();
        workers = pool(name + "-workers-", 2);
        senders = DefaultFixedThreadsExecutorGroupFactory.INSTANCE.newExecutorGroup(
                SENDER_THREADS, name + "-send", SENDER_TASKS_MAX, true);
        clock = new ScheduledThreadPoolExecutor(1, new NamedThreadFactory(name + "-clock-", true));
        clock.setRemoveOnCancelPolicy(true);
        port = RpcPort.open(listen, config, readLoops, new FoundingProcessor(this), new AdmissionProcessor(this),
                new FullDiskProcessor(this), new AppliedProcessor(this));
        port.witness(this::isTerm);
        var _ = clock.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        var pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreadFactory(name, true));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public synchronized RaftGroup start(RaftConfig config, StateMachine machine) {
        if (closed) {
            throw new RaftStartException("the host of group " + config.group() + " is closed");
        }
        NodeManager.getInstance().addAddress(endpoint(config.self()));
        var group = new JRaftGroup(this, config, machine);
        group.start();
        groups.add(group);
        return group;
    }

    static Endpoint endpoint(String address) {
        int colon = address.lastIndexOf(':');
        try {
            return new Endpoint(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new RaftStartException("'" + address + "' is no Raft address: it must be host:port", e);
        }
    }

    FixedThreadsExecutorGroup senders() {
        return senders;
    }

    RpcPort port() {
        return port;
    }

    @Nullable JRaftGroup group(String name) {
        for (JRaftGroup group : groups) {
            if (group.name().equals(name)) {
                return group;
            }
        }
        return null;
    }

    private boolean isTerm(String name, long term) {
        JRaftGroup group = group(name);
        return group != null && group.isTerm(term);
    }

    /** Runs what may block on a thread that nobody waits for. */
    void work(Runnable task) {
        workers.execute(task);
    }

    void closed(JRaftGroup group) {
        groups.remove(group);
    }

    private void tick() {
        for (JRaftGroup group : groups) {
            try {
                group.tick();
            } catch (Throwable t) {
                // The clock must go on for the other groups.
                LOG.error("group {}: its housekeeping failed", group.name(), t);
            }
        }
    }

    @Override
    public void close() {
        List<JRaftGroup> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(groups);
        }
        for (JRaftGroup group : open) {
            group.close();
            NodeManager.getInstance().removeAddress(endpoint(group.self()));
        }
        port.close();
        clock.shutdownNow();
        workers.shutdown();
        try {
            senders.shutdownGracefully(1, TimeUnit.SECONDS);
        } catch (RuntimeException e) {
            LOG.warn("the senders did not end", e);
        }
    }
}
