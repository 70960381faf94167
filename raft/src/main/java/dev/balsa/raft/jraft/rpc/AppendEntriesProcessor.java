package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.RaftServerService;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.impl.core.NodeRequestProcessor;
import com.google.protobuf.Message;

/**
 * A leader's entries and heartbeats, handled on the loop that read them. Stateless.
 *
 * <p>JRaft's own processor has a thread for each pair of peers, to take requests in order, and a queue for each, to
 * send replies in order. Here the connection's loop takes them in order. Replies need no order: the leader's
 * Replicator numbers its requests and holds back replies that come early. And the queue does harm: it survives a
 * connection, so that the reply to a request of the last one, coming late from the log, takes a number of the new
 * one, whose own reply then waits until there are maxReplicatorInflightMsgs more behind it.
 */
final class AppendEntriesProcessor extends NodeRequestProcessor<AppendEntriesRequest> {
    AppendEntriesProcessor() {
        super(null, AppendEntriesResponse.getDefaultInstance());
    }

    @Override
    protected Message processRequest0(RaftServerService node, AppendEntriesRequest request, RpcRequestClosure done) {
        return node.handleAppendEntriesRequest(request, done);
    }

    @Override
    protected String getPeerId(AppendEntriesRequest request) {
        return request.getPeerId();
    }

    @Override
    protected String getGroupId(AppendEntriesRequest request) {
        return request.getGroupId();
    }

    @Override
    public String interest() {
        return AppendEntriesRequest.class.getName();
    }
}
