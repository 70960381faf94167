package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.rpc.ProtobufMsgFactory;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.BoltRaftRpcFactory;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcServer;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.GetFileRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.ReadIndexRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import dev.balsa.raft.RaftStartException;
import java.util.concurrent.Executor;

/** Opens the port on which other replicas are answered. Stateless. */
final class RpcListener {
    private RpcListener() {}

    static RpcServer listen(JRaftHost.Listen listen, Executor requests) {
        ProtobufMsgFactory.load();
        RpcServer server = create(listen);
        var append = new AppendEntriesRequestProcessor(requests);
        server.registerConnectionClosedEventListener(append);
        server.registerProcessor(append);
        server.registerProcessor(new GetFileRequestProcessor(requests));
        server.registerProcessor(new InstallSnapshotRequestProcessor(requests));
        server.registerProcessor(new RequestVoteRequestProcessor(requests));
        server.registerProcessor(new PingRequestProcessor(requests));
        server.registerProcessor(new TimeoutNowRequestProcessor(requests));
        server.registerProcessor(new ReadIndexRequestProcessor(requests));
        // JRaft's command line service is left out: it would let anyone on the network change the members.
        boolean bound;
        try {
            bound = server.init(null);
        } catch (RuntimeException e) {
            throw new RaftStartException("cannot listen on " + listen.host() + ":" + listen.port(), e);
        }
        if (!bound) {
            throw new RaftStartException("cannot listen on " + listen.host() + ":" + listen.port());
        }
        return server;
    }

    private static RpcServer create(JRaftHost.Listen listen) {
        RaftRpcFactory factory = RpcFactoryHelper.rpcFactory();
        if (factory instanceof BoltRaftRpcFactory) {
            // Its own createRpcServer would listen on all addresses of the machine.
            return new BoltRpcServer(new com.alipay.remoting.rpc.RpcServer(listen.host(), listen.port(), true));
        }
        return factory.createRpcServer(new Endpoint(listen.host(), listen.port()));
    }
}
