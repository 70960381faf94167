package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerRequest;
import com.alipay.sofa.jraft.rpc.CliRequests.AddPeerResponse;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequestProcessor;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import com.google.protobuf.Message;

/**
 * Takes the word of a leader that is about to add this replica: a new replica opens its log then. The message is
 * JRaft's
 * AddPeerRequest, which has no other use here. Thread-safe.
 */
final class AdmissionProcessor extends RpcRequestProcessor<AddPeerRequest> {
    private final JRaftHost host;

    AdmissionProcessor(JRaftHost host) {
        // On the transport's control lane, which may block.
        super(null, AddPeerResponse.getDefaultInstance());
        this.host = host;
    }

    @Override
    public Message processRequest(AddPeerRequest request, RpcRequestClosure done) {
        JRaftGroup group = host.group(request.getGroupId());
        String problem = group == null || !group.self().equals(request.getPeerId())
                ? "group " + request.getGroupId() + " is not open at " + request.getPeerId()
                : group.admit();
        return problem == null
                ? AddPeerResponse.newBuilder().addNewPeers(request.getPeerId()).build()
                : RpcFactoryHelper.responseFactory().newResponse(defaultResp(), RaftError.EINVAL, "%s", problem);
    }

    @Override
    public String interest() {
        return AddPeerRequest.class.getName();
    }
}
