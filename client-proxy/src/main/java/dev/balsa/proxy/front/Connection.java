package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.buffer.ByteQueue;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.FrontWords;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.SlotMap;
import dev.balsa.proxy.route.Split;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: requests in, replies out in the order of the requests.
 *
 * <p>Every complete request of a read is executed; what has to wait stays undecoded in the {@link ByteQueue} and
 * nothing more is read until it can go on. Requests without a reply stand in the {@link ReplyRing}; the first one's
 * reply goes straight to the {@link OutputBuffer}, which is flushed once per turn of the loop. Refused requests are
 * submitted again, in order, when nothing of this connection is in flight.
 *
 * <p>Owned by its event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter implements ReplySink {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    /** Channel, pipeline and the objects here, when nothing is in flight. */
    private static final long FIXED_BYTES = 4 << 10;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Front front;
    private final LoopState loop;
    private final Router router;
    private final Session session;
    private final RespDecoder decoder;
    private final Peer peer;
    private final ByteQueue input = new ByteQueue();
    private final OutputBuffer output;
    private final ReplyFlow flow;
    private final ReplyRing ring = new ReplyRing();
    private final Submissions submissions;
    private final Transactions transactions;

    private @Nullable Pending exclusive;
    private CommandEntry lastEntry;
    private long lastActiveNanos;
    private long closingSinceNanos;
    private int placeInLoop;
    private boolean blocked;
    private boolean dirty;
    private boolean closing;
    private boolean closed;
    private boolean endOfInput;

    Connection(Front front, Mode mode, LoopState loop, Peer peer) {
        this.front = front;
        this.loop = loop;
        this.peer = peer;
        this.router = loop.router(mode);
        this.session = new Session(mode, peer.isLocal(), front.settings().requirepass().isEmpty());
        this.decoder = new RespDecoder(front.settings().requestLimits());
        this.submissions = new Submissions(router, session, loop.loop(), ring);
        this.transactions = new Transactions(this, router);
        decoder.authenticated(session.authenticated());
        this.output = new OutputBuffer(peer.channel(), front.settings(), loop.stats());
        this.flow = new ReplyFlow(front, loop, peer, output);
        this.lastActiveNanos = peer.openedNanos();
        this.lastEntry = Rejections.NOTHING;
    }

    // -- bytes in -----------------------------------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        loop.opened(this);
        front.clients().add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            received(bytes);
        } finally {
            bytes.release();
        }
    }

    private void received(ByteBuf bytes) {
        int length = bytes.readableBytes();
        loop.stats().netInputBytes += length;
        lastActiveNanos = loop.turnNanos();
        if (closing || closed) {
            return;
        }
        if (input.isEmpty() && !stopped()) {
            byte[] scratch = loop.scratch(length);
            bytes.readBytes(scratch, 0, length);
            int done = execute(scratch, 0, length);
            if (done < length && !closing) {
                input.append(scratch, done, length - done);
            }
        } else {
            input.append(bytes);
            goOn();
        }
        read();
    }

    /** Executes what waits in the input, as far as that is possible now. */
    private void goOn() {
        blocked = false;
        if (!input.isEmpty() && !stopped()) {
            int from = input.from();
            input.consumed(execute(input.array(), from, input.to()) - from);
        }
        if (closing) {
            input.clear();
        }
    }

    /** Reads on, or not, as the state of the connection says. */
    private void read() {
        boolean wanted = !closing && !blocked && !stopped();
        if (!closed && peer.channel().isActive() && peer.channel().config().isAutoRead() != wanted) {
            peer.channel().config().setAutoRead(wanted);
        }
    }

    private boolean stopped() {
        return closing || submissions.anyRefused() || exclusive != null || transactions.waits() || ring.size() >= front.settings().unansweredMax()
                || flow.isFull(ring.size());
    }

    /** Executes complete requests; returns the position of the first byte that is not done with. */
    private int execute(byte[] array, int from, int to) {
        Args args = loop.args();
        int at = from;
        while (at < to && !stopped()) {
            int length = decoder.decode(array, at, to, args);
            if (length == 0) {
                return at;
            }
            if (length == RespDecoder.ERROR) {
                loop.stats().protocolErrors++;
                answerError(Rejections.NOTHING, decoder.error());
                closeWhenAnswered();
                return to;
            }
            if (args.count() > 0 && !execute(args)) {
                blocked = true;
                return at;
            }
            at += length;
        }
        return at;
    }

    // -- one request --------------------------------------------------------------------------------------------

    /** False: it has to wait, and is decoded again later. */
    private boolean execute(Args args) {
        CommandEntry entry = front.commands().find(args);
        String refusal = Rejections.check(entry, args, front.commands(), session, front.settings());
        if (refusal != null || entry == null) {
            reject(entry, transactions.rejected(args, refusal == null ? "" : refusal));
            return true;
        }
        if (transactions.takes(entry)) {
            return transactions.execute(entry, args);
        }
        if (pauses(entry)) {
            return false;
        }
        if (entry.kind() == CommandEntry.Kind.SESSION) {
            sessionCommand(entry, args);
            return true;
        }
        if (session.mode() == Mode.CLUSTER && GroupEnvelope.isOne(args)) {
            return envelope(args);
        }
        int target = router.groupOf(entry, args);
        return target >= 0 ? toGroup(entry, args, target, router.slot(), this) : wide(entry, args, target);
    }

    /** Whether CLIENT PAUSE holds the command up; then the connection goes on by itself. */
    boolean pauses(CommandEntry entry) {
        long paused = front.pausedMillis(entry);
        if (paused > 0) {
            var _ = loop.loop().schedule(this::markDirty, Math.min(paused, 100), TimeUnit.MILLISECONDS);
        }
        return paused > 0;
    }

    private void reject(@Nullable CommandEntry entry, String line) {
        if (entry != null) {
            loop.stats().rejected(entry.index());
        }
        answerError(Rejections.NOTHING, line);
        session.commandDone();
    }

    private void sessionCommand(CommandEntry entry, Args args) {
        Pending pending = take(entry);
        ring.add(pending);
        submissions.began(pending);
        SessionCommands.run(this, entry, args, pending);
    }

    private boolean envelope(Args args) {
        Args inner = GroupEnvelope.inner(args);
        CommandEntry entry = front.commands().find(inner);
        int group = GroupEnvelope.group(args);
        String refusal = group < 0 ? "ERR invalid group id"
                : Rejections.check(entry, inner, front.commands(), session, front.settings());
        if (refusal != null || entry == null) {
            reject(entry, refusal == null ? "" : refusal);
            return true;
        }
        return toGroup(entry, inner, group, SlotMap.NONE, this);
    }

    /** False: it has to wait for others of this connection. */
    boolean toGroup(CommandEntry entry, Args args, int group, int slot, ReplySink sink) {
        if (submissions.mustWait(entry, group)) {
            return false;
        }
        Pending pending = take(entry, sink).target(group, slot);
        ring.add(pending);
        submissions.submit(pending, args);
        session.commandDone();
        return true;
    }

    private boolean wide(CommandEntry entry, Args args, int target) {
        if (router.isSplit(entry, target)) {
            return split(entry, args);
        }
        if (!ring.isEmpty()) {
            return false;
        }
        Pending pending = take(entry);
        ring.add(pending);
        submissions.began(pending);
        exclusive = pending;
        session.commandDone();
        router.submitWide(pending, target, args);
        return true;
    }

    private boolean split(CommandEntry entry, Args args) {
        String problem = router.splitProblem(entry, args);
        if (!problem.isEmpty()) {
            answerError(entry, problem);
            session.commandDone();
            return true;
        }
        Split split = router.split(entry, args);
        if (submissions.mustWait(entry, split)) {
            return false;
        }
        Pending whole = take(entry).split(split);
        ring.add(whole);
        submissions.submit(split, whole);
        session.commandDone();
        return true;
    }

    private Pending take(CommandEntry entry) {
        return take(entry, this);
    }

    private Pending take(CommandEntry entry, ReplySink sink) {
        lastEntry = entry;
        Pending pending = loop.take().begin(sink, loop.loop(), entry);
        pending.session(session.database(), session.protocol(), peer.id());
        pending.silent(session.silent());
        pending.startedNanos(loop.turnNanos());
        return pending;
    }

    /** Answers by itself. */
    void answer(CommandEntry entry, Consumer<RespWriter> write) {
        Pending pending = take(entry);
        ring.add(pending);
        submissions.began(pending);
        RespWriter reply = loop.writer(session.protocol());
        write.accept(reply);
        pending.reply(reply.array(), 0, reply.length());
        session.commandDone();
    }

    private void answerError(CommandEntry entry, String line) {
        Pending pending = take(entry);
        ring.add(pending);
        submissions.began(pending);
        router.fail(pending, line);
    }

    // -- answers ------------------------------------------------------------------------------------------------

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        boolean error = length > 0 && bytes[offset] == '-';
        if (pending.entry().index() != Rejections.NO_INDEX) {
            loop.stats().called(pending.entry().index(), loop.turnNanos() - pending.startedNanos(), error);
        }
        if (error) {
            front.stats().error(bytes, offset, length);
        }
        if (!answered(pending)) {
            return;
        }
        if (ring.at(ring.head()) == pending) {
            flow.append(bytes, offset, pending.silent() ? 0 : length);
            loop.recycle(ring.remove());
            release();
        } else {
            pending.keepReply(bytes, offset, pending.silent() ? 0 : length);
            output.waiting(pending.keptLength());
        }
        if (output.isLarge()) {
            flow.check();
        }
    }

    /** Books an answer; false if nobody waits for it any more. */
    private boolean answered(Pending pending) {
        submissions.answered(pending);
        if (pending == exclusive) {
            exclusive = null;
        }
        if (closed) {
            loop.recycle(pending);
            return false;
        }
        markDirty();
        return true;
    }

    /** Sends replies that were waiting for the one before them. */
    private void release() {
        while (!ring.isEmpty()) {
            Pending first = ring.at(ring.head());
            switch (first.state()) {
                case REPLIED -> {
                    output.waiting(-first.keptLength());
                    flow.append(first.keptBytes(), 0, first.keptLength());
                    loop.recycle(ring.remove());
                }
                case UNKNOWN -> {
                    closeNow();
                    return;
                }
                case FREE, SUBMITTED, REFUSED -> {
                    return;
                }
            }
        }
    }

    @Override
    public void refused(Pending pending, Refusal why, Args args) {
        if (closed || !router.refused(pending, why, args)) {
            if (answered(pending)) {
                submissions.keep(pending, why, args);
            }
        }
    }

    @Override
    public void unknown(Pending pending, String reason) {
        if (session.isFront() && !closed) {
            // Behind a front are many clients: it closes the connection of the one whose command it was.
            router.fail(pending, FrontWords.UNKNOWN);
            return;
        }
        if (!answered(pending)) {
            return;
        }
        log.info("client {} is closed: the outcome of its {} is unknown: {}", peer, pending.entry().name(), reason);
        pending.keepUnknown();
        stopReading();
        if (ring.at(ring.head()) == pending) {
            closeNow();
        }
    }

    // -- the end of a turn --------------------------------------------------------------------------------------

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            loop.dirty(this);
        }
    }

    /** The client has read: what was held up goes on. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!closed && peer.channel().isWritable()) {
            markDirty();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        output.flush();
    }

    void endTurn() {
        dirty = false;
        if (closed) {
            return;
        }
        submissions.scheduleRetry();
        if (blocked || !input.isEmpty()) {
            goOn();
        }
        read();
        output.flush();
        boolean done = closing || (endOfInput && !blocked && !flow.isFull(ring.size()));
        if (done && ring.isEmpty()) {
            closeNow();
        } else {
            flow.check();
        }
    }

    /** Looks after what time alone brings: idle clients, slow readers, memory of those that have become quiet. */
    void sweep(long nowNanos) {
        int timeoutSeconds = front.settings().timeoutSeconds();
        boolean quiet = ring.isEmpty() && nowNanos - lastActiveNanos > TimeUnit.SECONDS.toNanos(2);
        if (quiet) {
            input.trim();
            ring.trim();
            submissions.trim();
        }
        boolean idle = timeoutSeconds > 0 && nowNanos - lastActiveNanos > TimeUnit.SECONDS.toNanos(timeoutSeconds);
        if (idle && ring.isEmpty()) {
            log.debug("closing idle client {}", peer);
            var _ = peer.channel().close();
        } else if (closing && nowNanos - closingSinceNanos > LINGER_NANOS) {
            var _ = peer.channel().close();
        } else {
            flow.check();
        }
    }

    // -- closing ------------------------------------------------------------------------------------------------

    /** Nothing more is read; the connection closes when everything before is answered. */
    void closeWhenAnswered() {
        stopReading();
        markDirty();
    }

    private void stopReading() {
        if (!closing) {
            closing = true;
            closingSinceNanos = System.nanoTime();
        }
    }

    private void closeNow() {
        stopReading();
        output.flushAndClose();
    }

    /** Closes the connection from any thread. */
    void kill() {
        var _ = peer.channel().close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // The client has said everything, but may still read the answers.
        if (event instanceof ChannelInputShutdownEvent && !closed) {
            endOfInput = true;
            markDirty();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (closed) {
            return;
        }
        closed = true;
        transactions.close();
        submissions.close();
        loop.closed(this);
        front.clients().remove(this);
        front.clients().leave();
        flow.close();
        input.clear();
        while (!ring.isEmpty()) {
            Pending pending = ring.remove();
            // Those in flight come back by themselves.
            if (pending.state() != Pending.State.SUBMITTED) {
                loop.recycle(pending);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("client {} is gone: {}", peer, cause.getMessage());
        } else {
            log.error("client {} is closed because of a bug", peer, cause);
        }
        var _ = ctx.close();
    }

    // -- for session commands and CLIENT LIST -------------------------------------------------------------------

    Front front() {
        return front;
    }

    Transactions transactions() {
        return transactions;
    }

    LoopState loop() {
        return loop;
    }

    Session session() {
        return session;
    }

    Peer peer() {
        return peer;
    }

    long id() {
        return peer.id();
    }

    boolean closing() {
        return closing;
    }

    /** The narrower limits before authentication end or begin. */
    void authenticated(boolean value) {
        session.authenticated(value);
        decoder.authenticated(value);
    }

    long lastActiveNanos() {
        return lastActiveNanos;
    }

    ByteQueue input() {
        return input;
    }

    ReplyFlow flow() {
        return flow;
    }

    OutputBuffer output() {
        return output;
    }

    int unanswered() {
        return ring.size();
    }

    /** About what this connection costs. */
    long memoryBytes() {
        return FIXED_BYTES + input.capacity() + output.bytes();
    }

    String lastCommand() {
        return lastEntry.name();
    }

    int placeInLoop() {
        return placeInLoop;
    }

    void placeInLoop(int place) {
        placeInLoop = place;
    }
}
