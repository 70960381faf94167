package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request and what becomes of it. Made by any thread, then owned by its peer's loop; its callback runs exactly
 * once, and never inside the caller's own stack (the caller may hold locks that the callback takes).
 */
final class Call extends Outgoing {
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    final long deadlineNanos;
    /** Links and place in the {@link TimeoutWheel}; -1 while in none. */
    @Nullable Call earlier;

    @Nullable Call later;
    int bucket = -1;

    private final Peer peer;
    private final Object what;
    private final boolean callbackOnLoop;
    private final InvokeCallback callback;
    private boolean done;

    /**
     * @param what names the request in errors
     * @param callbackOnLoop whether the callback runs on the peer's loop, whatever executor it names
     */
    Call(Peer peer, Object what, boolean callbackOnLoop, InvokeCallback callback, long deadlineNanos) {
        this.peer = peer;
        this.what = what;
        this.callbackOnLoop = callbackOnLoop;
        this.callback = callback;
        this.deadlineNanos = deadlineNanos;
    }

    boolean isDone() {
        return done;
    }

    void timeOut() {
        peer.forget(this);
        complete(null, new InvokeTimeoutException(what + " to " + peer.endpoint() + ": no reply in time"));
    }

    /** Runs the callback, here if the request's type says so, else where the callback asks for. On the loop only. */
    void complete(@Nullable Object result, @Nullable Throwable error) {
        if (done) {
            return;
        }
        done = true;
        forgetBody();
        Executor executor = callback.executor();
        if (callbackOnLoop || executor == null) {
            run(result, error);
            return;
        }
        try {
            executor.execute(() -> run(result, error));
        } catch (RejectedExecutionException e) {
            // JRaft stops a node's executor before all its calls have come back, and a full one must not lose a
            // callback.
            peer.lanes().runControl(() -> run(result, error));
        }
    }

    private void run(@Nullable Object result, @Nullable Throwable error) {
        try {
            callback.complete(result, error);
        } catch (Throwable e) {
            LOG.error("callback of {} to {} failed", what, peer.endpoint(), e);
        }
    }
}
