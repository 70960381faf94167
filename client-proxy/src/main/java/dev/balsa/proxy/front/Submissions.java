package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.Split;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of a connection's requests to their groups. Requests of different groups overlap, and so do the parts of a
 * request that was split; within a group they take effect in their order. What a group refused is submitted again, in
 * order, when nothing of this connection is in flight. Owned by the connection's loop.
 */
final class Submissions implements Split.Owner {
    private final Router router;
    private final Session session;
    private final EventLoop loop;
    private final ReplyRing ring;
    private final GroupOrder order = new GroupOrder();
    private int refused;
    private boolean retryScheduled;
    private boolean closed;

    /** @param ring of all requests without a reply; the connection fills and empties it */
    Submissions(Router router, Session session, EventLoop loop, ReplyRing ring) {
        this.router = router;
        this.session = session;
        this.loop = loop;
        this.ring = ring;
    }

    /** Whether requests wait to be submitted again; until then no others may be. */
    boolean anyRefused() {
        return refused > 0;
    }

    /** Whether the command must wait until others of this connection are answered. */
    boolean mustWait(CommandEntry entry, int group) {
        return order.mustWait(entry, group);
    }

    /** As {@link #mustWait(CommandEntry, int)}, for every part. */
    boolean mustWait(CommandEntry entry, Split split) {
        for (int i = 0; i < split.size(); i++) {
            if (order.mustWait(entry, split.group(i))) {
                return true;
            }
        }
        return false;
    }

    /** A request goes elsewhere than to a group; {@link #answered} ends it. */
    void began(Pending pending) {
        order.submitted(pending);
    }

    void submit(Pending pending, Args args) {
        boolean followerMayServe = session.readOnly() && !pending.entry().writes();
        pending.ordering(followerMayServe, order.hasWrites(pending.group()));
        order.submitted(pending);
        router.submit(pending, args);
    }

    /** Submits the parts; they answer {@code whole}. */
    void submit(Split split, Pending whole) {
        split.begin(whole, this);
        for (int i = 0; i < split.size(); i++) {
            submit(split.part(i), split.request(i));
        }
    }

    /** A request of a group, a part or anything else that {@link #began} has come to its end. */
    @Override
    public void answered(Pending pending) {
        order.answered(pending);
        // A part ends no turn of the connection, which would look after refused ones.
        scheduleRetry();
    }

    // -- refused ones -------------------------------------------------------------------------------------------

    /** A part of a split request was refused. */
    @Override
    public void refused(Pending part, Refusal why, Args args) {
        if (!router.refused(part, why, args)) {
            order.answered(part);
            keep(part, why, args);
        }
    }

    /** Keeps a refused request, which was {@link #answered}, to submit it again. */
    void keep(Pending pending, Refusal why, Args args) {
        if (!closed) {
            pending.keepRefused(why, args);
            refused++;
            scheduleRetry();
        }
    }

    /** Has refused requests submitted again when nothing is in flight any more. */
    void scheduleRetry() {
        if (retryScheduled || refused == 0 || order.inFlight() > 0 || closed) {
            return;
        }
        for (long i = ring.head(); i < ring.tail(); i++) {
            Pending pending = firstRefused(ring.at(i));
            if (pending != null) {
                retryScheduled = true;
                long delay = Math.max(0, router.delayMillis(pending, pending.refusal()));
                var _ = loop.schedule(this::retryAll, delay, TimeUnit.MILLISECONDS);
                return;
            }
        }
    }

    private static @Nullable Pending firstRefused(Pending pending) {
        Split split = pending.split();
        if (split != null) {
            return split.firstRefused();
        }
        return pending.state() == Pending.State.REFUSED ? pending : null;
    }

    /** Submits refused requests again, in their order; those for which it is too late are answered with an error. */
    private void retryAll() {
        retryScheduled = false;
        for (long i = ring.head(); i < ring.tail() && !closed; i++) {
            if (i >= ring.head() && !retry(i)) {
                return;
            }
        }
    }

    /** Those at a place of the ring; false: the later ones must wait. */
    private boolean retry(long place) {
        Pending at = ring.at(place);
        Split split = at.split();
        if (split == null) {
            return at.state() != Pending.State.REFUSED || retry(at, place);
        }
        for (int i = 0; i < split.size(); i++) {
            Pending part = split.part(i);
            if (part.state() == Pending.State.REFUSED && !retry(part, place)) {
                return false;
            }
        }
        return true;
    }

    private boolean retry(Pending pending, long place) {
        Refusal why = pending.refusal();
        boolean late = router.delayMillis(pending, why) < 0;
        if (!late && order.mustWait(pending.entry(), pending.group())) {
            return false;
        }
        boolean overtaken = ring.isOvertaken(place, pending);
        Args args = pending.resubmit();
        refused--;
        if (late || overtaken) {
            order.submitted(pending);
            router.giveUp(pending, overtaken ? Rejections.OVERTAKEN : why);
        } else {
            submit(pending, args);
        }
        return pending.state() != Pending.State.REFUSED;
    }

    // -- the end ------------------------------------------------------------------------------------------------

    /** Gives room back, if nothing is in flight. */
    void trim() {
        order.trim();
    }

    /** Nothing is submitted any more. */
    void close() {
        closed = true;
    }
}
