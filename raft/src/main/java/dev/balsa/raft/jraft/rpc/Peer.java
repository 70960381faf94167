package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.util.collection.LongObjectHashMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint that this process sends requests to, over one connection that all groups share. Owned by one event
 * loop; the methods marked so may be called by any thread and only look at volatile fields or leave a note for the
 * loop.
 *
 * <pre>
 *          ask                welcome
 *   IDLE ───────→ CONNECTING ─────────→ UP
 *    ↑ nobody asks   ↑    │ refused      │ closed, silent
 *    │               │    ↓              ↓
 *    └───────────── WAITING ←────────────┘
 * </pre>
 *
 * <p>Requests leave in the order in which they were sent, which is what JRaft's pipelining needs. While a first
 * attempt is under way they are kept; in WAITING they fail at once, as they do when too many bytes or replies are
 * outstanding: JRaft takes that as a lost message and repeats what matters.
 */
final class Peer {
    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
    /** An endpoint for which nobody asks for so long is not connected to again. */
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private enum State {
        IDLE,
        CONNECTING,
        UP,
        WAITING,
        CLOSED
    }

    private final RaftRpc rpc;
    private final Endpoint endpoint;
    private final EventLoop loop;
    private final TimeoutWheel wheel;
    private final Outbox outbox = new Outbox();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final Runnable drain = this::drain;

    private volatile State state = State.IDLE;
    /** Whether an attempt under way may be expected to succeed: no other has failed since it was last up. */
    private volatile boolean hopeful = true;

    private volatile long askedNanos = System.nanoTime();
    private volatile @Nullable Channel channel;

    private @Nullable FrameWriter writer;
    private final LongObjectHashMap<Call> pending = new LongObjectHashMap<>();
    private List<Call> held = new ArrayList<>();
    private long lastCallId;
    private int failures;

    Peer(RaftRpc rpc, Endpoint endpoint, EventLoop loop) {
        this.rpc = rpc;
        this.endpoint = endpoint;
        this.loop = loop;
        this.wheel = rpc.wheelOf(loop);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    EventLoop loop() {
        return loop;
    }

    Lanes lanes() {
        return rpc.lanes();
    }

    /** Any thread: connected, and there is room for another request. */
    boolean isReady() {
        return state == State.UP && !isFull();
    }

    /**
     * Any thread: ready, or a first attempt to connect is under way, so that a request is worth sending: it is kept
     * until the attempt has succeeded or failed. Starts such an attempt where there is no connection. Never waits.
     */
    boolean ask() {
        askedNanos = System.nanoTime();
        return switch (state) {
            case UP -> !isFull();
            case CONNECTING -> hopeful && !isFull();
            case IDLE -> {
                loop.execute(this::connect);
                yield hopeful;
            }
            case WAITING, CLOSED -> false;
        };
    }

    /**
     * Any thread: sends a request.
     *
     * @throws RemotingException if it was refused; its callback does not run then
     */
    void send(Call call) throws RemotingException {
        askedNanos = System.nanoTime();
        if (call.frameBytes() - Frames.LENGTH_BYTES > rpc.config().limits().frameMaxBytes()) {
            throw new RemotingException("request of " + call.frameBytes() + " bytes is larger than frameMaxBytes");
        }
        if (state == State.CLOSED) {
            throw new ConnectionFailureException("closed");
        }
        if (isFull()) {
            rpc.stats().refused.increment();
            throw new RemotingException("connection to " + endpoint + " is busy: too much is outstanding");
        }
        outstanding.incrementAndGet();
        if (outbox.add(call)) {
            try {
                loop.execute(drain);
            } catch (RejectedExecutionException e) {
                dropAfter(call);
                throw new ConnectionFailureException("closed", e);
            }
        }
    }

    /** The loop has ended between the check and the note for it: others may have relied on this note. */
    private void dropAfter(Call refused) {
        for (Outgoing next = outbox.takeAll(); next != null; next = next.next) {
            Call call = (Call) next;
            if (call != refused) {
                call.complete(null, new ConnectionFailureException("closed"));
            }
        }
    }

    private boolean isFull() {
        Channel current = channel;
        RpcLimits limits = rpc.config().limits();
        return outbox.waitingBytes() > limits.outgoingMaxBytes()
                || outstanding.get() >= limits.pendingRequestsMax()
                || (current != null && !current.isWritable());
    }

    /** Takes what other threads have left and sends it, in one flush. */
    private void drain() {
        Outgoing next = outbox.takeAll();
        if (state == State.IDLE && next != null) {
            connect();
        }
        FrameWriter out = state == State.UP ? writer : null;
        while (next != null) {
            Call call = (Call) next;
            next = call.next;
            call.next = null;
            accept(call, out);
        }
        if (out != null) {
            out.flush();
        }
    }

    private void accept(Call call, @Nullable FrameWriter out) {
        if (out != null) {
            call.callId = ++lastCallId;
            pending.put(call.callId, call);
            wheel.add(call);
            write(call, out);
        } else if (state == State.CONNECTING) {
            held.add(call);
            wheel.add(call);
        } else {
            outbox.left(call.frameBytes());
            outstanding.decrementAndGet();
            call.complete(null, new ConnectionFailureException("no connection to " + endpoint));
        }
    }

    private void write(Call call, FrameWriter out) {
        int bytes = call.frameBytes();
        try {
            out.add(call);
            call.forgetBody();
            rpc.stats().requests.increment();
        } catch (RuntimeException e) {
            finish(call);
            call.complete(null, new RemotingException("cannot serialize a request to " + endpoint, e));
        } finally {
            outbox.left(bytes);
        }
    }

    /** Loop: the call has timed out. */
    void forget(Call call) {
        rpc.stats().timeouts.increment();
        if (call.callId == 0) {
            held.remove(call);
            outbox.left(call.frameBytes());
            outstanding.decrementAndGet();
        } else {
            finish(call);
        }
    }

    private void finish(Call call) {
        pending.remove(call.callId);
        wheel.remove(call);
        outstanding.decrementAndGet();
    }

    private void connect() {
        if (state != State.IDLE && state != State.WAITING) {
            return;
        }
        state = State.CONNECTING;
        rpc.connector().connect(this);
    }

    /** Loop: the connection stands and the peer has proved who it is. */
    void onUp(Channel newChannel) {
        if (state != State.CONNECTING) {
            var _ = newChannel.close();
            return;
        }
        FrameWriter out = new FrameWriter(newChannel);
        channel = newChannel;
        writer = out;
        failures = 0;
        hopeful = true;
        state = State.UP;
        rpc.stats().connects.increment();
        LOG.info("raft connection to {} is up", endpoint);
        List<Call> kept = held;
        held = new ArrayList<>();
        for (Call call : kept) {
            call.callId = ++lastCallId;
            pending.put(call.callId, call);
            write(call, out);
        }
        out.flush();
        rpc.connected(endpoint);
    }

    /**
     * Loop: the attempt has failed or a connection is gone.
     *
     * @param closed the connection, null if there has been none yet
     */
    void onDown(@Nullable Channel closed, @Nullable Throwable cause) {
        boolean wasUp = state == State.UP;
        if (wasUp ? !Objects.equals(closed, channel) : state != State.CONNECTING) {
            return;
        }
        hopeful = false;
        failures++;
        state = State.WAITING;
        if (wasUp || failures == 1) {
            LOG.warn("raft connection to {} {}: {}", endpoint, wasUp ? "is lost" : "cannot be made", reason(cause));
        }
        failAll();
        RpcTimes times = rpc.config().times();
        long pause = (long) times.reconnectMinMillis() << Math.min(failures - 1, 20);
        var _ = loop.schedule(
                this::reconnect, Math.min(pause, times.reconnectMaxMillis()), TimeUnit.MILLISECONDS);
    }

    private void reconnect() {
        if (state != State.WAITING) {
            return;
        }
        if (System.nanoTime() - askedNanos > FORGET_NANOS) {
            state = State.IDLE;
        } else {
            connect();
        }
    }

    /** Any thread: closes the connection; the next request makes a new one. */
    void disconnect() {
        loop.execute(() -> close(State.IDLE));
    }

    /** Loop: closes for good, or until asked for again. */
    private void close(State after) {
        if (state == State.CLOSED) {
            return;
        }
        state = after;
        hopeful = true;
        failures = 0;
        failAll();
    }

    /** Any thread: closes for good and fails what is pending. */
    void shutdown() {
        loop.execute(() -> {
            close(State.CLOSED);
            drain();
        });
    }

    private void failAll() {
        Channel old = channel;
        channel = null;
        writer = null;
        if (old != null) {
            var _ = old.close();
        }
        List<Call> failed = new ArrayList<>(pending.values());
        pending.clear();
        for (Call call : held) {
            outbox.left(call.frameBytes());
            failed.add(call);
        }
        held = new ArrayList<>();
        outstanding.addAndGet(-failed.size());
        failed.forEach(wheel::remove);
        for (Call call : failed) {
            call.complete(null, new RemotingException("connection to " + endpoint + " is lost"));
        }
    }

    /** Loop: a reply or an error has arrived. The reply of a call that has timed out is dropped. */
    void onReply(byte kind, long callId, int typeCode, ByteBuf in, int bodyBytes) {
        Call call = pending.get(callId);
        if (call == null) {
            return;
        }
        if (kind == Frames.ERROR) {
            String text = in.readCharSequence(bodyBytes, StandardCharsets.UTF_8).toString();
            finish(call);
            call.complete(null, new RemotingException(endpoint + " answered: " + text));
            return;
        }
        MessageType type = MessageType.ofCode(typeCode);
        if (type == null) {
            throw new CorruptedFrameException("reply of unknown type " + typeCode);
        }
        Message reply;
        try {
            reply = type.parse(in, bodyBytes);
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptedFrameException("malformed " + type, e);
        }
        finish(call);
        call.complete(reply, null);
    }

    /** Loop: the answer to a question for confirmation. */
    void onConfirmation(long callId, boolean yes) {
        Call call = pending.get(callId);
        if (call != null) {
            finish(call);
            call.complete(yes, null);
        }
    }

    static String reason(@Nullable Throwable cause) {
        return cause == null ? "closed by peer" : String.valueOf(cause.getMessage());
    }
}
