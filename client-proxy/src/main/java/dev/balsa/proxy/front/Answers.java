package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.FrontWords;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Request.Unblock;
import dev.balsa.proxy.route.Router;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes back to a client: replies in the order of the requests, and between them what nobody asked for
 * ({@link #push}). Requests without a reply stand in the {@link ReplyRing}; {@link RepliesInOrder} keeps the order.
 * Owned by the connection's loop.
 */
final class Answers implements ReplySink {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private final Connection client;
    private final Front front;
    private final LoopState loop;
    private final Router router;
    private final OutputBuffer output;
    private final ReplyFlow flow;
    private final ReplyRing ring = new ReplyRing();
    private final RepliesInOrder replies;
    private final Submissions submissions;
    private @Nullable Pending exclusive;
    /** Where the last request stands that is no PUBLISH. */
    private long othersTo;
    private @Nullable RespWriter held;
    private @Nullable Pending waiting;
    private Consumer<Boolean> onUnblocked = _ -> {};

    Answers(Connection client, Router router, OutputBuffer output) {
        this.client = client;
        this.front = client.front();
        this.loop = client.loop();
        this.router = router;
        this.output = output;
        this.flow = new ReplyFlow(front, loop, client.peer(), output);
        this.replies = new RepliesInOrder(client.peer(), loop, ring, output, flow, this::sent);
        this.submissions = new Submissions(router, client.session(), loop.loop(), ring);
    }

    /** A request that will be answered. */
    void await(Pending pending) {
        ring.add(pending);
        if (pending.entry().kind() != CommandEntry.Kind.PUBSUB) {
            othersTo = ring.tail();
        }
    }

    /** A request that will be answered by something else than a group. */
    void awaitOwn(Pending pending) {
        await(pending);
        submissions.began(pending);
    }

    /** As {@link #awaitOwn}; until it is answered nothing else is executed. */
    void awaitAlone(Pending pending) {
        awaitOwn(pending);
        exclusive = pending;
    }

    /**
     * From now on nothing else is executed until a request that is awaited already is answered. Within a transaction it
     * is EXEC that is awaited.
     */
    void alone(Pending pending) {
        if (!client.isWithinTransaction()) {
            exclusive = pending;
        }
    }

    /** A request that may wait for other clients; until it is answered nothing else is executed. */
    void mayWait(Pending pending) {
        exclusive = pending;
        waiting = pending;
        front.clients().blocked(1);
    }

    /** Whether the client waits in a blocking command, as far as is known here. Any thread. */
    boolean isBlocked() {
        return waiting != null;
    }

    /**
     * Ends the waiting of a blocking command, if there is one.
     *
     * @param heard hears whether that, and nothing else, ended it
     */
    void unblock(Unblock how, Consumer<Boolean> heard) {
        Pending pending = waiting;
        if (pending == null || pending.unblocked() != null) {
            heard.accept(false);
            return;
        }
        onUnblocked = heard;
        if (!pending.unblock(how)) {
            onUnblocked = _ -> {};
            heard.accept(false);
        }
    }

    private void waitedFor(Pending pending, boolean unblocked) {
        if (pending == waiting) {
            waiting = null;
            front.clients().blocked(-1);
            Consumer<Boolean> heard = onUnblocked;
            onUnblocked = _ -> {};
            heard.accept(unblocked);
        }
    }

    /** Whether a reply is the one that {@link Pending#unblock} asked for. */
    private static boolean isUnblocked(Pending pending, byte[] bytes, int offset, int length) {
        if (pending.unblocked() == null || pending.entry().kind() == CommandEntry.Kind.ADMIN) {
            return pending.unblocked() != null;
        }
        boolean nil = bytes[offset] == '_' || length > 1 && bytes[offset + 1] == '-';
        return nil || bytes[offset] == '-' && bytes[offset + 1] == 'U';
    }

    /** Requests without a reply. */
    int unanswered() {
        return ring.size();
    }

    /** Where the oldest request without a reply stands; places count up for ever. */
    long firstPlace() {
        return ring.head();
    }

    /** Where the newest request stands, answered or not. */
    long lastPlace() {
        return ring.tail() - 1;
    }

    /** Whether all that is unanswered are messages to channels, which do not wait for each other. */
    boolean onlyMessagesAwaited() {
        return ring.head() >= othersTo;
    }

    Submissions submissions() {
        return submissions;
    }

    ReplyFlow flow() {
        return flow;
    }

    OutputBuffer output() {
        return output;
    }

    /** Whether nothing more may be executed before something was answered or read. */
    boolean full() {
        return submissions.anyRefused() || exclusive != null || ring.size() >= front.settings().unansweredMax()
                || flow.isFull(ring.size());
    }

    // -- replies ------------------------------------------------------------------------------------------------

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        boolean error = length > 0 && bytes[offset] == '-' && !pending.hasBegun();
        if (pending.entry().index() != Rejections.NO_INDEX) {
            long nanos = pending.waited() ? 0 : loop.turnNanos() - pending.startedNanos();
            loop.stats().called(pending.entry().index(), nanos, error);
        }
        if (pending == waiting) {
            waitedFor(pending, isUnblocked(pending, bytes, offset, length));
        }
        if (error) {
            front.stats().error(bytes, offset, length);
            if (pending.script() != KnownScripts.NONE && bytes[offset + 1] == 'N') {
                // NOSCRIPT, as a rule.
                loop.scripts().forget(pending.script());
            }
        }
        if (!answered(pending)) {
            return;
        }
        if (!replies.replied(pending, bytes, offset, length)) {
            client.closeNow();
        }
        if (output.isLarge()) {
            flow.check();
        }
    }

    private void sent() {
        Tracking tracking = client.trackingOrNull();
        if (tracking != null) {
            tracking.answered();
        }
    }

    @Override
    public long readNanos() {
        return loop.readNanos();
    }

    @Override
    public boolean takesParts() {
        return true;
    }

    @Override
    public void part(Pending pending, byte[] bytes, int offset, int length, Request.Rest rest) {
        if (client.closed()) {
            // Not recycled: an answer may be on its way.
            rest.cancel();
            return;
        }
        client.markDirty();
        replies.part(pending, bytes, offset, length, rest);
        if (output.isLarge()) {
            flow.check();
        }
    }

    /** The client may have taken what was sent: then it gets more of a long reply. */
    void goOn() {
        replies.goOn();
    }

    /** Books an answer; false if nobody waits for it any more. */
    private boolean answered(Pending pending) {
        submissions.answered(pending);
        if (pending == exclusive) {
            exclusive = null;
        }
        if (client.closed()) {
            loop.recycle(pending);
            return false;
        }
        client.markDirty();
        return true;
    }

    @Override
    public void refused(Pending pending, Refusal why, Args args) {
        if (client.closed() || !router.refused(pending, why, args)) {
            if (answered(pending)) {
                submissions.keep(pending, why, args);
            }
        }
    }

    @Override
    public void unknown(Pending pending, String reason) {
        waitedFor(pending, false);
        if (client.session().isFront() && !client.closed() && !pending.hasBegun()) {
            // Behind a front are many clients: it closes the connection of the one whose command it was.
            router.fail(pending, FrontWords.UNKNOWN);
            return;
        }
        if (!answered(pending)) {
            return;
        }
        log.info("client {} is closed: the outcome of its {} is unknown: {}", client.peer(), pending.entry().name(),
                reason);
        pending.keepUnknown();
        client.stopReading();
        if (ring.at(ring.head()) == pending) {
            client.closeNow();
        }
    }

    // -- what nobody asked for ----------------------------------------------------------------------------------

    /**
     * Sends something that is no reply, such as a message of a channel: after the replies that are complete or have begun,
     * with this turn's flush or when the reply that has begun is complete. {@code bytes} are copied. CLIENT REPLY OFF does not hold it back.
     */
    void push(byte[] bytes, int offset, int length) {
        if (client.closed()) {
            return;
        }
        RespWriter later = held;
        if (later != null) {
            later.raw(bytes, offset, length);
            return;
        }
        replies.push(bytes, offset, length);
        client.markDirty();
        if (output.isLarge()) {
            flow.check();
        }
    }

    /** What is pushed from now on waits for {@link #releasePushes}: a client's own message comes after its reply. */
    void holdPushes() {
        held = new RespWriter(0);
    }

    void releasePushes() {
        RespWriter later = held;
        held = null;
        if (later != null && later.length() > 0) {
            push(later.array(), 0, later.length());
        }
    }

    /** As {@link #push}, from any thread; the bytes must not change any more. */
    void handOver(byte[] bytes) {
        if (loop.loop().inEventLoop()) {
            push(bytes, 0, bytes.length);
        } else {
            loop.loop().execute(() -> push(bytes, 0, bytes.length));
        }
    }

    // -- the end ------------------------------------------------------------------------------------------------

    /** Gives room back, if nothing is awaited. */
    void trim() {
        ring.trim();
        submissions.trim();
    }

    /** The connection is closed: nobody waits any more. */
    void close() {
        Pending left = waiting;
        if (left != null) {
            left.unblock(Unblock.GONE);
            waitedFor(left, false);
        }
        submissions.close();
        flow.close();
        replies.close();
    }
}
