package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import dev.balsa.raft.RaftStartException;
import dev.balsa.raft.jraft.rpc.RaftRpc;
import dev.balsa.raft.jraft.rpc.RpcConfig;
import dev.balsa.raft.jraft.rpc.TermWitness;
import io.netty.channel.EventLoopGroup;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The port on which a process answers other replicas, and its way to ask them. JRaft's command line service is left
 * out: it would let
 * anyone on the network change the members.
 *
 * <p>Thread-safe.
 */
final class RpcPort implements AutoCloseable {
    private final RaftRpc rpc;
    private final @Nullable RaftRpc ownReadRpc;
    private final RpcClient client;

    private RpcPort(RaftRpc rpc, @Nullable RaftRpc ownReadRpc, RpcClient client) {
        this.rpc = rpc;
        this.ownReadRpc = ownReadRpc;
        this.client = client;
    }

    /** @throws RaftStartException if the address cannot be bound */
    static RpcPort open(
            JRaftHost.Listen listen, RpcConfig config, @Nullable EventLoopGroup readLoops, RpcProcessor<?>... more) {
        RaftRpc rpc = null;
        try {
            rpc = RaftRpc.open(config);
            RpcServer server = rpc.server(new Endpoint(listen.host(), listen.port()));
            for (RpcProcessor<?> processor : more) {
                server.registerProcessor(processor);
            }
            server.init(null);
            RpcClient client = rpc.client();
            client.init(new RpcOptions());
            return new RpcPort(rpc, readLoops == null ? null : RaftRpc.open(config, readLoops), client);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            if (rpc != null) {
                rpc.close();
            }
            throw new RaftStartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Where questions for confirmation leave: on the loops that ask them, if there are such. */
    RaftRpc readRpc() {
        RaftRpc own = ownReadRpc;
        return own == null ? rpc : own;
    }

    /** Who answers such questions of other processes. */
    void witness(TermWitness witness) {
        rpc.witness(witness);
    }

    /** Empty options for a node that talks through this port. */
    NodeOptions nodeOptions() {
        return rpc.nodeOptions();
    }

    /** Asks another process and waits for its answer: for a thread that may block. */
    Object ask(Endpoint endpoint, Message request, int timeoutMillis) throws RemotingException, InterruptedException {
        return client.invokeSync(endpoint, request, timeoutMillis);
    }

    @Override
    public void close() {
        client.shutdown();
        if (ownReadRpc != null) {
            ownReadRpc.close();
        }
        rpc.close();
    }
}
