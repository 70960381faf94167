package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.CliRequests.TransferLeaderRequest;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequestProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import com.google.protobuf.Message;

/** Hears of members that have no room on their disks, see {@link DiskRoom}. Thread-safe. */
final class FullDiskProcessor extends RpcRequestProcessor<TransferLeaderRequest> {
    private final JRaftHost host;

    FullDiskProcessor(JRaftHost host) {
        // On the transport's control lane.
        super(null, ErrorResponse.getDefaultInstance());
        this.host = host;
    }

    @Override
    public Message processRequest(TransferLeaderRequest message, RpcRequestClosure done) {
        JRaftGroup group = host.group(message.getGroupId());
        if (group != null) {
            group.peerIsFull(message.getLeaderId());
        }
        return RpcFactoryHelper.responseFactory().newResponse(defaultResp(), RaftError.SUCCESS, "heard");
    }

    @Override
    public String interest() {
        return TransferLeaderRequest.class.getName();
    }
}
