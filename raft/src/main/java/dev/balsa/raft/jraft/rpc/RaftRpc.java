package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.GetFileRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.ReadIndexRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.alipay.sofa.jraft.util.Endpoint;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the Raft transport of one process has once: event loops, timers, lanes for what blocks, and one connection to
 * each endpoint, which all groups share. Thread-safe: concurrent collections; what belongs to a connection is owned
 * by its loop.
 */
public final class RaftRpc implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final RpcConfig config;
    private final EventLoopGroup loops;
    private final boolean ownLoops;
    private final Lanes lanes;
    private final Connector connector;
    private final byte[] processId = Handshake.newProcessId();
    private final RpcStats stats = new RpcStats();
    private final Map<EventLoop, TimeoutWheel> wheels = new ConcurrentHashMap<>();
    private final Map<Endpoint, Peer> peers = new ConcurrentHashMap<>();
    private final List<NettyRpcClient> clients = new CopyOnWriteArrayList<>();
    private final List<NettyRpcServer> servers = new CopyOnWriteArrayList<>();
    private volatile TermWitness witness = (group, term) -> false;
    private volatile boolean closed;

    private RaftRpc(RpcConfig config, EventLoopGroup loops, boolean ownLoops, String name) {
        this.config = config;
        this.loops = loops;
        this.ownLoops = ownLoops;
        this.lanes = new Lanes(name, config.limits().installsMax());
        this.connector = new Connector(this);
    }

    /** With loops of its own. */
    public static RaftRpc open(RpcConfig config) {
        String name = "raft-rpc-" + COUNT.incrementAndGet();
        return new RaftRpc(config, Transports.newLoops(name, config.loopThreads()), true, name);
    }

    /**
     * On loops that the process has already and will close itself. They must not be ones that the state machine's
     * thread waits for; see {@link MessageType}.
     */
    public static RaftRpc open(RpcConfig config, EventLoopGroup loops) {
        return new RaftRpc(config, loops, false, "raft-rpc-" + COUNT.incrementAndGet());
    }

    /**
     * A server with the processors of a replica. JRaft's administration by RPC is not among them: membership is
     * changed by the process that leads.
     *
     * @param bind address to listen on; only this one. Starts with {@code init(null)}
     */
    public RpcServer server(Endpoint bind) {
        NettyRpcServer server = new NettyRpcServer(bind);
        server.use(this);
        server.registerProcessor(new AppendEntriesProcessor());
        server.registerProcessor(new RequestVoteRequestProcessor(null));
        server.registerProcessor(new TimeoutNowRequestProcessor(null));
        server.registerProcessor(new ReadIndexRequestProcessor(null));
        server.registerProcessor(new InstallSnapshotRequestProcessor(null));
        server.registerProcessor(new GetFileRequestProcessor(null));
        server.registerProcessor(new PingRequestProcessor(null));
        return server;
    }

    /** A client outside of any node. */
    public RpcClient client() {
        NettyRpcClient client = new NettyRpcClient();
        client.use(this);
        return client;
    }

    /** Options for a Raft node of this process; all else in them is JRaft's default. */
    public NodeOptions nodeOptions() {
        return new RaftNodeOptions(this);
    }

    /** Who answers the questions of leaders whether their term is still this process's. */
    public void witness(TermWitness newWitness) {
        witness = newWitness;
    }

    TermWitness witness() {
        return witness;
    }

    /**
     * Asks an endpoint whether its replica of a group is in that term at some moment after this call. The callback
     * gets a
     * Boolean or an error, on a loop; see {@link TermWitness} for what a yes proves.
     *
     * @param question made by {@link #question}
     * @throws RemotingException if there is no connection, or too much is outstanding; the callback does not run then
     */
    public void confirm(Endpoint endpoint, byte[] question, InvokeCallback callback, int timeoutMillis)
            throws RemotingException {
        Peer peer = peer(endpoint);
        if (!peer.isReady()) {
            var _ = peer.ask();
            throw new ConnectionFailureException("no connection to " + endpoint);
        }
        Call call = new Call(peer, "CONFIRM", true, callback,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
        call.carryBytes(Frames.CONFIRM, question);
        peer.send(call);
    }

    /** What {@link #confirm} sends: it can be sent to several endpoints and again. */
    public static byte[] question(String group, long term) {
        byte[] name = group.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + name.length).putLong(term).put(name).array();
    }

    /** A loop of this transport, for timers. */
    public EventLoop timer() {
        return loops.next();
    }

    /** Starts to connect to an endpoint, so that its first request finds a connection. Returns at once. */
    public void warm(Endpoint endpoint) {
        for (NettyRpcServer server : servers) {
            if (server.isAt(endpoint)) {
                return;
            }
        }
        var _ = peer(endpoint).ask();
    }

    public RpcStats stats() {
        return stats;
    }

    /** Closes servers and connections, fails what is pending, and ends every thread that this made. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        servers.forEach(NettyRpcServer::shutdown);
        peers.values().forEach(Peer::shutdown);
        if (ownLoops) {
            // The calls that were just failed may hand their callbacks to the lanes, so these go last.
            var _ = loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
        lanes.close();
    }

    /** @throws IllegalStateException if this is closed */
    Peer peer(Endpoint endpoint) {
        Peer known = peers.get(endpoint);
        if (known != null) {
            return known;
        }
        if (closed) {
            throw new IllegalStateException("the Raft transport is closed");
        }
        // JRaft's endpoints are mutable in theory; the key must not change.
        Endpoint copy = endpoint.copy();
        return peers.computeIfAbsent(copy, key -> new Peer(this, key, loops.next()));
    }

    /** Loop: tells the nodes of this process that an endpoint can be reached now. */
    void connected(Endpoint endpoint) {
        lanes.runControl(() -> clients.forEach(client -> client.onConnected(endpoint)));
    }

    void add(NettyRpcClient client) {
        clients.add(client);
    }

    void remove(NettyRpcClient client) {
        clients.remove(client);
    }

    void add(NettyRpcServer server) {
        servers.add(server);
    }

    RpcConfig config() {
        return config;
    }

    EventLoopGroup loops() {
        return loops;
    }

    Lanes lanes() {
        return lanes;
    }

    Connector connector() {
        return connector;
    }

    byte[] processId() {
        return processId;
    }

    TimeoutWheel wheelOf(EventLoop loop) {
        return wheels.computeIfAbsent(loop, TimeoutWheel::new);
    }
}
