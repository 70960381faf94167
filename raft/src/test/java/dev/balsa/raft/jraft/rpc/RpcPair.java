package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.balsa.raft.ReservedPorts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client and a server in two transports, as in two processes. The server echoes an AppendEntries' previous index as
 * its term.
 */
final class RpcPair implements AutoCloseable {
    private final ReservedPorts ports = new ReservedPorts();
    final RaftRpc serverRpc;
    final RaftRpc clientRpc;
    final RpcClient client;
    NettyRpcServer server;
    Endpoint endpoint;

    RpcPair(RpcConfig config) {
        this(config, config);
    }

    RpcPair(RpcConfig serverConfig, RpcConfig clientConfig) {
        serverRpc = RaftRpc.open(serverConfig);
        clientRpc = RaftRpc.open(clientConfig);
        client = clientRpc.client();
        server = (NettyRpcServer) serverRpc.server(new Endpoint("127.0.0.1", ports.next()));
        on(AppendEntriesRequest.class, (context, request) -> context.sendResponse(reply(request.getPrevLogIndex())));
        server.init(null);
        endpoint = new Endpoint("127.0.0.1", server.boundPort());
    }

    /** Starts a new server at the same address, after {@code server.shutdown()}. */
    void restartServer() {
        server = (NettyRpcServer) serverRpc.server(endpoint);
        on(AppendEntriesRequest.class, (context, request) -> context.sendResponse(reply(request.getPrevLogIndex())));
        server.init(null);
    }

    <T extends Message> void on(Class<T> requests, BiConsumer<RpcContext, T> handler) {
        server.registerProcessor(processor(requests, handler));
    }

    static <T extends Message> RpcProcessor<T> processor(Class<T> requests, BiConsumer<RpcContext, T> handler) {
        return new RpcProcessor<>() {
            @Override
            public void handleRequest(RpcContext context, T request) {
                handler.accept(context, request);
            }

            @Override
            public String interest() {
                return requests.getName();
            }
        };
    }

    static AppendEntriesRequest append(long number, int dataBytes) {
        return append(number, ByteString.copyFrom(new byte[dataBytes]));
    }

    static AppendEntriesRequest append(long number, ByteString data) {
        return AppendEntriesRequest.newBuilder()
                .setGroupId("group")
                .setServerId("127.0.0.1:1")
                .setPeerId("127.0.0.1:2")
                .setTerm(1)
                .setPrevLogTerm(1)
                .setPrevLogIndex(number)
                .setCommittedIndex(0)
                .setData(data)
                .build();
    }

    static AppendEntriesResponse reply(long number) {
        return AppendEntriesResponse.newBuilder().setTerm(number).setSuccess(true).build();
    }

    CompletableFuture<Object> send(Message request, long timeoutMillis) {
        Reply reply = new Reply(new CompletableFuture<>());
        try {
            client.invokeAsync(endpoint, request, reply, timeoutMillis);
        } catch (Exception e) {
            reply.result.completeExceptionally(e);
        }
        return reply.result;
    }

    @Override
    public void close() {
        clientRpc.close();
        serverRpc.close();
        ports.close();
    }

    /** Completes a future where the transport runs it. */
    record Reply(CompletableFuture<Object> result) implements InvokeCallback {
        @Override
        public void complete(@Nullable Object reply, @Nullable Throwable error) {
            if (error != null) {
                result.completeExceptionally(error);
            } else {
                result.complete(reply);
            }
        }

        @Override
        public @Nullable Executor executor() {
            return null;
        }
    }
}
