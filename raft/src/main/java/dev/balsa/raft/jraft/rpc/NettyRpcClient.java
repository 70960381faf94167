package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Raft node's view of the process's connections. Thread-safe: it only passes on to {@link Peer}. Shutting it down
 * leaves the connections to the other nodes of the process.
 */
public final class NettyRpcClient implements RpcClient {
    private static final Logger LOG = LoggerFactory.getLogger(NettyRpcClient.class);
    private static final ErrorResponse OK =
            ErrorResponse.newBuilder().setErrorCode(0).build();
    private static final ErrorResponse NOT_CONNECTED = ErrorResponse.newBuilder()
            .setErrorCode(RaftError.EHOSTDOWN.getNumber())
            .setErrorMsg("no connection")
            .build();
    /** What a synchronous call waits beyond its timeout for the wheel to say so. */
    private static final int GRACE_MILLIS = 1000;

    private volatile @Nullable RaftRpc rpc;
    private volatile @Nullable ReplicatorGroup replicators;
    private volatile boolean closed;

    NettyRpcClient() {}

    void use(RaftRpc owner) {
        rpc = owner;
    }

    private RaftRpc rpc() {
        RaftRpc owner = rpc;
        if (owner == null) {
            throw new IllegalStateException("this client has no configuration: give its node RaftRpc.nodeOptions()");
        }
        return owner;
    }

    /**
     * Starts to connect to the peers that the node's first configuration names, so that an election finds
     * connections.
     */
    @Override
    public boolean init(RpcOptions options) {
        rpc().add(this);
        if (options instanceof NodeOptions node && node.getInitialConf() != null) {
            node.getInitialConf().listPeers().forEach(peer -> rpc().warm(peer.getEndpoint()));
            node.getInitialConf().listLearners().forEach(peer -> rpc().warm(peer.getEndpoint()));
        }
        return true;
    }

    @Override
    public void shutdown() {
        closed = true;
        RaftRpc owner = rpc;
        if (owner != null) {
            owner.remove(this);
        }
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        return rpc().peer(endpoint).isReady();
    }

    /**
     * Whether a request is worth sending; see {@link Peer#ask}. Also true while the first attempt to connect is under
     * way: JRaft asks under NodeImpl's write lock and must not be made to wait, and a false here costs an election
     * round.
     */
    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        Peer peer = rpc().peer(endpoint);
        return createIfAbsent ? peer.ask() : peer.isReady();
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        rpc().peer(endpoint).disconnect();
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup group) {
        replicators = group;
    }

    /** On a lane that may block: a connection has come up, so replicators that could not start may start now. */
    void onConnected(Endpoint endpoint) {
        ReplicatorGroup group = replicators;
        if (group == null || closed) {
            return;
        }
        try {
            group.checkReplicator(new PeerId(endpoint, 0), true);
        } catch (RuntimeException e) {
            // A node that is still being set up has no replicators to check.
            LOG.debug("checking the replicator to {} failed", endpoint, e);
        }
    }

    /**
     * Sends a request and waits for the reply.
     *
     * <p>One caller may not be made to wait: JRaft's {@code connect}, which sends a ping to a peer without connection
     * while it holds NodeImpl's write lock. It gets its answer at once: OK if an attempt to connect is under way.
     *
     * @throws RemotingException also if called on the peer's own loop, which would wait for itself
     */
    @Override
    public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMillis)
            throws InterruptedException, RemotingException {
        Peer peer = rpc().peer(endpoint);
        if (request instanceof PingRequest && !peer.isReady()) {
            return peer.ask() ? OK : NOT_CONNECTED;
        }
        if (peer.loop().inEventLoop()) {
            throw new RemotingException("a synchronous call on the event loop would never end");
        }
        CompletableFuture<Object> result = new CompletableFuture<>();
        invokeAsync(endpoint, request, context, new Waiting(result), timeoutMillis);
        try {
            return result.get(timeoutMillis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RemotingException remote ? remote : new RemotingException(e.getCause());
        } catch (TimeoutException e) {
            throw new InvokeTimeoutException("no reply from " + endpoint, e);
        }
    }

    /**
     * Sends a request. The callback runs exactly once and never in this call's stack, unless this throws; then it
     * does not run.
     *
     * @param context not used: JRaft asks in it for checksums, which log entries and snapshot files here have of
     *     their own
     *
     * @throws RemotingException if the request was refused: closed, too large, or too much outstanding
     */
    @Override
    public void invokeAsync(
            Endpoint endpoint,
            Object request,
            @Nullable InvokeContext context,
            InvokeCallback callback,
            long timeoutMillis)
            throws RemotingException {
        MessageType type = MessageType.of(request);
        if (type == null) {
            throw new RemotingException("no number for messages of class " + request.getClass().getName());
        }
        if (closed) {
            throw new ConnectionFailureException("client is shut down");
        }
        Peer peer = rpc().peer(endpoint);
        Call call = new Call(peer, type, type.repliesOnLoop(), callback,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
        call.carry(Frames.REQUEST, type, (Message) request);
        peer.send(call);
    }

    /** Completes on the loop whatever the request's type: only a future waits for it. */
    private record Waiting(CompletableFuture<Object> result) implements InvokeCallback {
        @Override
        public void complete(@Nullable Object reply, @Nullable Throwable error) {
            if (error != null) {
                result.completeExceptionally(error);
            } else {
                result.complete(reply);
            }
        }
    }
}
