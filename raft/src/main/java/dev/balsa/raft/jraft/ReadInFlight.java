package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One read barrier on its way. Ends exactly once. Thread-safe by compare-and-set. */
final class ReadInFlight extends ReadIndexClosure {
    private final JRaftGroup group;
    private final RaftGroup.ReadDone done;
    private final AtomicBoolean ended = new AtomicBoolean();
    final long sinceTick;

    ReadInFlight(JRaftGroup group, RaftGroup.ReadDone done, long sinceTick) {
        // No timer of JRaft for each read: the group looks after those that take too long.
        super(-1);
        this.group = group;
        this.done = done;
        this.sinceTick = sinceTick;
    }

    boolean hasEnded() {
        return ended.get();
    }

    @Override
    public void run(Status status, long index, byte @Nullable [] context) {
        if (status.isOk()) {
            ready(index);
        } else {
            fail(Failures.ofRead(status, group.leadership().leader()));
        }
    }

    void ready(long index) {
        if (ended.compareAndSet(false, true)) {
            group.ended(this);
            done.ready(index);
        }
    }

    void fail(RaftFailure failure) {
        if (ended.compareAndSet(false, true)) {
            group.ended(this);
            done.failed(failure);
        }
    }
}
