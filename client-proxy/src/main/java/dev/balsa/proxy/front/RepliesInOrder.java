package dev.balsa.proxy.front;

import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Request;

/**
 * Sends replies in the order of the requests. A reply that comes before its turn waits with its request; one that comes
 * in parts is asked for its next part when it is the first and the client takes what was sent. What is pushed waits for
 * the end of a reply of which a part was sent. Owned by the connection's loop.
 */
final class RepliesInOrder {
    private final Peer peer;
    private final LoopState loop;
    private final ReplyRing ring;
    private final OutputBuffer output;
    private final ReplyFlow flow;
    private final Runnable onSent;
    /** Pushed since the first reply began. */
    private RespWriter pushed = new RespWriter(0);

    /** @param onSent called after each reply, before the next one */
    RepliesInOrder(
            Peer peer, LoopState loop, ReplyRing ring, OutputBuffer output, ReplyFlow flow, Runnable onSent) {
        this.peer = peer;
        this.loop = loop;
        this.ring = ring;
        this.output = output;
        this.flow = flow;
        this.onSent = onSent;
    }

    /** A reply, or its last part; false when it is now the turn of one of which nobody knows what became. */
    boolean replied(Pending pending, byte[] bytes, int offset, int length) {
        int sent = pending.silent() ? 0 : length;
        if (!isFirst(pending)) {
            pending.keepReply(bytes, offset, sent);
            output.waiting(sent);
            return true;
        }
        sendKept(pending);
        flow.append(bytes, offset, sent);
        complete();
        return release();
    }

    /** A part of a reply. */
    void part(Pending pending, byte[] bytes, int offset, int length, Request.Rest rest) {
        int sent = pending.silent() ? 0 : length;
        pending.rest(rest);
        if (isFirst(pending)) {
            flow.append(bytes, offset, sent);
            goOn();
        } else {
            pending.keepPart(bytes, offset, sent);
            output.waiting(sent);
        }
    }

    /** Sends what is no reply, not within one. */
    void push(byte[] bytes, int offset, int length) {
        if (isUnderWay()) {
            pushed.raw(bytes, offset, length);
            output.waiting(length);
        } else {
            flow.push(bytes, offset, length);
        }
    }

    private boolean isUnderWay() {
        if (ring.isEmpty()) {
            return false;
        }
        Pending first = ring.at(ring.head());
        return first.hasBegun() && !first.silent();
    }

    /** The first reply was sent. */
    private void complete() {
        loop.recycle(ring.remove());
        if (pushed.length() > 0) {
            RespWriter now = pushed;
            pushed = new RespWriter(0);
            output.waiting(-now.length());
            flow.push(now.array(), 0, now.length());
        }
        onSent.run();
    }

    /** Sends replies that were waiting for the one before them; false at one of which nobody knows what became. */
    private boolean release() {
        while (!ring.isEmpty()) {
            Pending first = ring.at(ring.head());
            switch (first.state()) {
                case REPLIED -> {
                    sendKept(first);
                    complete();
                }
                case UNKNOWN -> {
                    return false;
                }
                case FREE, SUBMITTED, REFUSED -> {
                    sendKept(first);
                    goOn();
                    return true;
                }
            }
        }
        return true;
    }

    /** Asks for the next part of the first reply, if that waits for it and the client takes more. */
    void goOn() {
        if (ring.isEmpty() || !peer.channel().isWritable()) {
            return;
        }
        Pending first = ring.at(ring.head());
        Request.Rest rest = first.rest();
        if (rest != null) {
            first.rest(null);
            rest.next();
        }
    }

    /** The connection is closed: nobody wants an answer any more. */
    void close() {
        pushed = new RespWriter(0);
        while (!ring.isEmpty()) {
            Pending pending = ring.remove();
            Request.Rest rest = pending.rest();
            if (rest != null) {
                // Not recycled: an answer may be on its way.
                pending.rest(null);
                rest.cancel();
            } else if (pending.state() != Pending.State.SUBMITTED) {
                // Those in flight come back by themselves.
                loop.recycle(pending);
            }
        }
    }

    private void sendKept(Pending first) {
        if (first.keptLength() > 0) {
            output.waiting(-first.keptLength());
            flow.append(first.keptBytes(), 0, first.keptLength());
            first.sent();
        }
    }

    private boolean isFirst(Pending pending) {
        return ring.at(ring.head()) == pending;
    }
}
