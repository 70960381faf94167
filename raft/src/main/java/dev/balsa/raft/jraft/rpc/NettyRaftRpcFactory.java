package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/**
 * What JRaft's service loader finds instead of Bolt. Stateless: a client gets its process's {@link RaftRpc} from the
 * options of its node, through JRaft's own helper for configuring clients.
 */
@SPI(name = "balsa-netty", priority = 100)
public final class NettyRaftRpcFactory implements RaftRpcFactory {
    /** Does nothing: messages are numbered in {@link MessageType}. */
    @Override
    public void registerProtobufSerializer(String className, Object... args) {}

    @Override
    public @Nullable ConfigHelper<RpcClient> defaultJRaftClientConfigHelper(RpcOptions options) {
        return options instanceof RaftNodeOptions own ? client -> ((NettyRpcClient) client).use(own.rpc()) : null;
    }

    /**
     * A client without helper has no configuration, and says so when it is used: nothing is sent in the clear by
     * mistake.
     */
    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        NettyRpcClient client = new NettyRpcClient();
        if (helper != null) {
            helper.config(client);
        }
        return client;
    }

    /** A server without helper has no configuration, and says so in {@code init}. */
    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        NettyRpcServer server = new NettyRpcServer(endpoint);
        if (helper != null) {
            helper.config(server);
        }
        return server;
    }
}
