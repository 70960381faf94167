package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request.Refusal;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Requests to several groups that answer one request of a client: submits them, tries refused ones again, and calls
 * {@link
 * #complete} when all are answered. A part whose outcome is unknown makes the whole unknown. Owned by an event loop.
 */
abstract class Parts implements ReplySink {
    private final Router router;
    private final Pending whole;
    private byte[][] replies = {};
    private Pending[] parts = {};
    private int unanswered;
    private boolean failed;

    Parts(Router router, Pending whole) {
        this.router = router;
        this.whole = whole;
    }

    final Router router() {
        return router;
    }

    final Pending whole() {
        return whole;
    }

    /** Submits {@code requests[i]} to {@code groups[i]}; at least one. */
    final void submit(CommandEntry entry, int[] groups, Args[] requests) {
        replies = new byte[groups.length][];
        parts = new Pending[groups.length];
        unanswered = groups.length;
        for (int i = 0; i < groups.length; i++) {
            Pending part = new Pending().begin(this, whole.loop(), entry);
            part.session(whole.database(), whole.protocol(), whole.clientId()).target(groups[i], SlotMap.NONE);
            parts[i] = part;
        }
        // All parts must exist before the first one is answered, which may happen at once.
        Pending[] submitted = parts;
        for (int i = 0; i < submitted.length; i++) {
            submit(submitted[i], requests[i]);
        }
    }

    private void submit(Pending part, Args args) {
        Backend backend = router.backendOf(part.group());
        if (backend == null) {
            part.notExecuted(new Refusal.NotLeader(""), args);
        } else {
            backend.submit(part, args);
        }
    }

    @Override
    public final void replied(Pending part, byte[] bytes, int offset, int length) {
        part.keepReply(bytes, offset, 0);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == part) {
                replies[i] = Arrays.copyOfRange(bytes, offset, offset + length);
            }
        }
        oneLess();
    }

    private void oneLess() {
        if (--unanswered > 0) {
            return;
        }
        if (failed) {
            whole.outcomeUnknown("a part of " + whole.entry().name() + " has no known outcome");
            return;
        }
        for (byte[] reply : replies) {
            if (isFailure(reply)) {
                whole.reply(reply, 0, reply.length);
                return;
            }
        }
        complete(replies);
    }

    @Override
    public final void refused(Pending part, Refusal refusal, Args args) {
        long delay = refusal instanceof Refusal.Unavailable ? -1 : router.retry().delayMillis(part, refusal);
        if (delay < 0) {
            router.fail(part, Retry.errorLine(refusal));
            return;
        }
        part.keepRefused(refusal, args);
        var _ = whole.loop().schedule(() -> submit(part, part.resubmit()), delay, TimeUnit.MILLISECONDS);
    }

    @Override
    public final void unknown(Pending part, String reason) {
        part.keepUnknown();
        failed = true;
        oneLess();
    }

    /** Whether a part's reply is the reply of the whole, whatever the others are. */
    boolean isFailure(byte[] reply) {
        return reply[0] == '-';
    }

    /** All parts are answered, none with a failure; answers the whole. */
    abstract void complete(byte[][] replies);
}
