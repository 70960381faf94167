package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proxy.buffer.ByteQueue;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request.Unblock;
import dev.balsa.proxy.route.Router;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: requests in, replies out in the order of the requests.
 *
 * <p>Here are its bytes and its life. {@link Execution} takes every complete request of a read; what has to wait stays
 * undecoded in the {@link ByteQueue} and nothing more is read until it can go on. {@link Answers} is the way back,
 * flushed once per turn of the loop.
 *
 * <p>Owned by its event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    /** Channel, pipeline and the objects here, when nothing is in flight. */
    private static final long FIXED_BYTES = 4 << 10;
    /** What TLS keeps for a connection, about. */
    private static final long TLS_BYTES = 16 << 10;
    /** The books are as exact as this. */
    private static final long BOOKED_STEP_BYTES = 16 << 10;
    /** So much is read ahead of a blocking command. */
    private static final int READ_AHEAD_BYTES = 64 << 10;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Front front;
    private final LoopState loop;
    private final Session session;
    private final RespDecoder decoder;
    private final Peer peer;
    private final boolean tls;
    private final ByteQueue input = new ByteQueue();
    private final Answers answers;
    private final Execution execution;

    private long lastActiveNanos;
    private long bookedBytes;
    private boolean evicted;
    private long closingSinceNanos;
    private int placeInLoop;
    private boolean blocked;
    private boolean dirty;
    private boolean closing;
    private boolean closed;
    private boolean endOfInput;
    private @Nullable Tracking tracking;

    Connection(Front front, Mode mode, LoopState loop, Peer peer) {
        this.front = front;
        this.loop = loop;
        this.peer = peer;
        this.tls = peer.hasTls();
        this.session = new Session(mode, peer.isLocal(), front.users());
        this.decoder = new RespDecoder(front.settings().requestLimits());
        decoder.authenticated(session.authenticated());
        Router router = loop.router(mode);
        this.answers = new Answers(this, router, new OutputBuffer(peer.channel(), front.settings(), loop.stats()));
        this.execution = new Execution(this, router, answers);
        this.lastActiveNanos = peer.openedNanos();
    }

    // -- bytes in -----------------------------------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        loop.opened(this);
        book(memoryBytes());
        front.clients().add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            received(bytes);
        } finally {
            loop.commandsEnd();
            bytes.release();
        }
    }

    private void received(ByteBuf bytes) {
        int length = bytes.readableBytes();
        loop.stats().netInputBytes += length;
        loop.commandsBegin();
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
        bookMemory();
        // While it waits for other clients it is to be seen whether the client is still there.
        boolean wanted = answers.isBlocked() ? !closing && input.size() < READ_AHEAD_BYTES
                : !closing && !blocked && !stopped();
        if (!closed && peer.channel().isActive() && peer.channel().config().isAutoRead() != wanted) {
            peer.channel().config().setAutoRead(wanted);
        }
    }

    private void bookMemory() {
        long now = memoryBytes();
        if (Math.abs(now - bookedBytes) >= BOOKED_STEP_BYTES && !closed && !evicted) {
            book(now);
            if (front.clientMemory().isExceeded()) {
                loop.evictLargest(front.clientMemory());
            }
        }
    }

    private void book(long bytes) {
        front.clientMemory().add(bytes - bookedBytes);
        bookedBytes = bytes;
    }

    long bookedBytes() {
        return bookedBytes;
    }

    /** Whether it may be closed when clients take too much memory: CLIENT NO-EVICT, and fronts, whose it is not alone. */
    boolean mayBeEvicted() {
        return !evicted && !session.noEvict() && !session.isFront();
    }

    /** Closes the connection; what waits is lost. */
    void evict() {
        evicted = true;
        book(0);
        stopReading();
        kill();
    }

    private boolean stopped() {
        return closing || execution.transactions().waits() || answers.full();
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
                execution.answerError(Rejections.NOTHING, decoder.error());
                closeWhenAnswered();
                return to;
            }
            if (args.count() > 0 && !execution.execute(args)) {
                blocked = true;
                return at;
            }
            at += length;
        }
        return at;
    }

    // -- the end of a turn --------------------------------------------------------------------------------------

    /** Has {@link #endTurn} called when this turn of the loop ends. */
    void markDirty() {
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
        markDirty();
    }

    void endTurn() {
        dirty = false;
        if (closed) {
            return;
        }
        answers.submissions().scheduleRetry();
        if (blocked || !input.isEmpty()) {
            goOn();
        }
        read();
        waitNoMore();
        answers.output().flush();
        answers.goOn();
        boolean done = closing || (endOfInput && !blocked && !answers.flow().isFull(answers.unanswered()));
        if (done && answers.unanswered() == 0) {
            closeNow();
        } else {
            answers.flow().check();
        }
    }

    /** Looks after what time alone brings: idle clients, slow readers, memory of those that have become quiet. */
    void sweep(long nowNanos) {
        int timeoutSeconds = front.settings().timeoutSeconds();
        boolean quiet = answers.unanswered() == 0 && nowNanos - lastActiveNanos > TimeUnit.SECONDS.toNanos(2);
        if (quiet) {
            input.trim();
            answers.trim();
        }
        boolean idle = timeoutSeconds > 0 && nowNanos - lastActiveNanos > TimeUnit.SECONDS.toNanos(timeoutSeconds);
        if (idle && answers.unanswered() == 0) {
            log.debug("closing idle client {}", peer);
            var _ = peer.channel().close();
        } else if (closing && nowNanos - closingSinceNanos > LINGER_NANOS) {
            var _ = peer.channel().close();
        } else {
            answers.flow().check();
        }
    }

    // -- closing ------------------------------------------------------------------------------------------------

    /** Nothing more is read; the connection closes when everything before is answered. */
    void closeWhenAnswered() {
        stopReading();
        markDirty();
    }

    /** Nothing more is read. */
    void stopReading() {
        if (!closing) {
            closing = true;
            closingSinceNanos = System.nanoTime();
        }
    }

    /** Closes the connection when what is to be sent was sent. */
    void closeNow() {
        stopReading();
        answers.output().flushAndClose();
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

    /** Who has said everything does not wait: Redis takes the end of the input for the end of the client. */
    private void waitNoMore() {
        if (endOfInput && answers.isBlocked()) {
            answers.unblock(Unblock.GONE, _ -> {});
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (closed) {
            return;
        }
        closed = true;
        book(0);
        execution.transactions().close();
        execution.subscriptions().end();
        if (tracking != null) {
            tracking.end();
        }
        loop.closed(this);
        front.clients().remove(this);
        if (session.monitors()) {
            front.monitors().remove(this);
        }
        front.clients().leave();
        answers.close();
        input.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // TLS wraps what it does not like.
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        // The second comes from Netty when the client goes away while reading begins again.
        if (reason instanceof IOException || reason instanceof UncheckedIOException) {
            log.debug("client {} is gone: {}", peer, reason.getMessage());
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
        return execution.transactions();
    }

    /** Whether a command of a transaction is executed, whose reply goes there. */
    boolean isWithinTransaction() {
        return execution.isWithin();
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

    /** What goes back to the client. */
    Answers answers() {
        return answers;
    }

    /** What it tracks; made when it is first asked for. On the connection's loop. */
    Tracking tracking() {
        Tracking made = tracking;
        if (made == null) {
            made = new Tracking(this);
            tracking = made;
        }
        return made;
    }

    /** As {@link #tracking}, null if it has never tracked anything. */
    @Nullable Tracking trackingOrNull() {
        return tracking;
    }

    Subscriptions subscriptions() {
        return execution.subscriptions();
    }

    boolean closed() {
        return closed;
    }

    boolean closing() {
        return closing;
    }

    /** Somebody has logged in, or nobody is any more: the narrower limits end or begin. */
    void sessionChanged() {
        decoder.authenticated(session.authenticated());
    }

    /** The rules of this connection's user have changed. Any thread. */
    void userChanged() {
        loop.loop().execute(() -> {
            if (closed) {
                return;
            }
            if (session.account().isDeleted()) {
                closeWhenAnswered();
            } else if (!subscriptions().areAllowed(session.account().user())) {
                kill();
            }
        });
    }

    long lastActiveNanos() {
        return lastActiveNanos;
    }

    ByteQueue input() {
        return input;
    }

    ReplyFlow flow() {
        return answers.flow();
    }

    OutputBuffer output() {
        return answers.output();
    }

    int unanswered() {
        return answers.unanswered();
    }

    /** About what this connection costs. */
    long memoryBytes() {
        return FIXED_BYTES + (tls ? TLS_BYTES : 0) + input.capacity() + answers.output().bytes();
    }

    String lastCommand() {
        return execution.lastEntry().name();
    }

    int placeInLoop() {
        return placeInLoop;
    }

    void placeInLoop(int place) {
        placeInLoop = place;
    }
}
