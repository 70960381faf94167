package dev.balsa.node.replication;

import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.raft.RaftFailure;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells every request of a batch that it was not executed, or that nobody knows. The requests get their arguments back, so that the front can route them anew.
 *
 * @param data the entry made of the batch's writes; null if it has none
 */
record BatchRefusal(Batch batch, @Nullable ByteBuffer data, Refusal refusal, RaftFailure failure) {
    void tellAll() {
        EntryReader entry = new EntryReader();
        Args args = new Args();
        if (data != null) {
            entry.wrap(data);
        }
        int readAt = 0;
        for (int i = 0; i < batch.size(); i++) {
            Request request = batch.request(i);
            if (batch.isRead(i)) {
                // A read changed nothing: it may always run again.
                readAt = batch.readFrom(readAt, i, args);
                request.notExecuted(refusal, args);
            } else if (!entry.next(args)) {
                throw new IllegalStateException("the entry has fewer commands than its batch");
            } else if (failure instanceof RaftFailure.OutcomeUnknown(String reason)) {
                request.outcomeUnknown(reason);
            } else {
                request.notExecuted(refusal, args);
            }
        }
    }
}
