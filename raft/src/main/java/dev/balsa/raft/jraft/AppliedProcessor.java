package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.CliRequests.GetLeaderRequest;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequestProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import com.google.protobuf.Message;

/**
 * Tells a leader that wants to hand over up to where this replica knows the log to be committed, and whether it has applied
 * all of that. The question is JRaft's GetLeaderRequest, which has no other use here. Thread-safe.
 */
final class AppliedProcessor extends RpcRequestProcessor<GetLeaderRequest> {
    private final JRaftHost host;

    AppliedProcessor(JRaftHost host) {
        // On the transport's control lane.
        super(null, ReadIndexResponse.getDefaultInstance());
        this.host = host;
    }

    @Override
    public Message processRequest(GetLeaderRequest request, RpcRequestClosure done) {
        JRaftGroup group = host.group(request.getGroupId());
        return group == null
                ? RpcFactoryHelper.responseFactory().newResponse(defaultResp(), RaftError.ENOENT, "group %s is not open",
                        request.getGroupId())
                : group.applied();
    }

    @Override
    public String interest() {
        return GetLeaderRequest.class.getName();
    }
}
