package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.rpc.CliRequests.GetPeersRequest;
import com.alipay.sofa.jraft.rpc.CliRequests.GetPeersResponse;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequestProcessor;
import com.google.protobuf.Message;

/** Answers new replicas that ask whether their group exists. Thread-safe. */
final class FoundingProcessor extends RpcRequestProcessor<GetPeersRequest> {
    private final JRaftHost host;

    FoundingProcessor(JRaftHost host) {
        // On the transport's control lane, which may block.
        super(null, GetPeersResponse.getDefaultInstance());
        this.host = host;
    }

    @Override
    public Message processRequest(GetPeersRequest question, RpcRequestClosure done) {
        String from = question.getLeaderId();
        int slash = from.indexOf('/');
        JRaftGroup group = host.group(question.getGroupId());
        if (group == null || slash < 0) {
            return Founding.answer(null, "", "");
        }
        return group.answerNew(from.substring(0, slash), from.substring(slash + 1));
    }

    @Override
    public String interest() {
        return GetPeersRequest.class.getName();
    }
}
