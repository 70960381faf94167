package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A request between the front and a backend. Reused by its owner after it was answered.
 *
 * <p>Owned by its event loop; the answering methods may be called from any thread and hand over to the loop.
 */
public final class Pending implements Request {
    /** How far a request is. */
    public enum State { FREE, SUBMITTED, REPLIED, REFUSED, UNKNOWN }

    /** A reply or a refused request longer than this does not stay allocated with the pooled object. */
    private static final int KEPT_BYTES = 4 << 10;

    private static final byte[] EMPTY = {};
    private static final Refusal NO_REFUSAL = new Refusal.Unavailable("");

    // Who asks.
    private @Nullable ReplySink sink;
    private @Nullable EventLoop loop;
    private @Nullable CommandEntry entry;
    private int database;
    private int protocol;
    private long clientId;
    private long origin;
    private long script;

    // Where it goes.
    private int group;
    private int slot;
    private boolean followerMayServe;
    private boolean followsWrite;

    private @Nullable Split split;
    private @Nullable Backend servedBy;
    private volatile boolean waits;
    private volatile @Nullable Unblock unblocked;

    // What became of it.
    private State state = State.FREE;
    private Refusal refusal = NO_REFUSAL;
    private byte[] kept = EMPTY;
    private int keptLength;
    private @Nullable Args keptArgs;
    private @Nullable Rest rest;
    private boolean begun;
    private boolean silent;
    private long startedNanos;
    private long deadlineNanos;

    /** Prepares a new request. */
    public Pending begin(ReplySink sink, EventLoop loop, CommandEntry entry) {
        if (state != State.FREE) {
            throw new IllegalStateException("a request in use (" + state + ") was begun again");
        }
        this.sink = sink;
        this.loop = loop;
        this.entry = entry;
        group = SlotMap.NONE;
        slot = SlotMap.NONE;
        followerMayServe = false;
        followsWrite = false;
        split = null;
        servedBy = null;
        waits = false;
        unblocked = null;
        silent = false;
        begun = false;
        origin = 0;
        script = 0;
        deadlineNanos = 0;
        state = State.SUBMITTED;
        return this;
    }

    /** For whom: the session's database, RESP version and id. */
    public Pending session(int database, int protocol, long clientId) {
        this.database = database;
        this.protocol = protocol;
        this.clientId = clientId;
        return this;
    }

    /** As {@link #origin()} tells. */
    public Pending origin(long changer) {
        origin = changer;
        return this;
    }

    /** The script that its group is taken to have, as its sender counts them; 0: none. */
    public Pending script(long key) {
        script = key;
        return this;
    }

    public long script() {
        return script;
    }

    /** To which group, because of which slot (or {@link SlotMap#NONE}). */
    public Pending target(int group, int slot) {
        this.group = group;
        this.slot = slot;
        return this;
    }

    public Pending ordering(boolean followerMayServe, boolean followsWrite) {
        this.followerMayServe = followerMayServe;
        this.followsWrite = followsWrite;
        return this;
    }

    /** The parts that go to groups in its place. */
    public Pending split(Split parts) {
        split = parts;
        return this;
    }

    /** The backend that it was submitted to. */
    void servedBy(Backend backend) {
        servedBy = backend;
    }

    /** Has its waiting ended; it is answered as ever, soon. False if somebody has done so before, or it cannot be. */
    public boolean unblock(Unblock how) {
        if (unblocked != null) {
            return false;
        }
        unblocked = how;
        if (servedBy == null || state != State.SUBMITTED || servedBy.unblock(this)) {
            return true;
        }
        unblocked = null;
        return false;
    }

    /** Whether it has waited for other clients: then its time says nothing. */
    public boolean waited() {
        return waits;
    }

    /** Its parts, null if it goes to one group. */
    public @Nullable Split split() {
        return split;
    }

    /** Whether a group has carried it, or its part for that group, out. */
    public boolean isExecuted(int inGroup) {
        return split != null ? split.isExecuted(inGroup) : state == State.REPLIED && group == inGroup;
    }

    /** Ready to be begun again. */
    public void release() {
        sink = null;
        split = null;
        servedBy = null;
        entry = null;
        refusal = NO_REFUSAL;
        keptLength = 0;
        keptArgs = null;
        rest = null;
        if (kept.length > KEPT_BYTES) {
            kept = EMPTY;
        }
        state = State.FREE;
    }

    public State state() {
        return state;
    }

    public CommandEntry entry() {
        CommandEntry e = entry;
        if (e == null) {
            throw new IllegalStateException("a request that is not in use");
        }
        return e;
    }

    public int group() {
        return group;
    }

    public int slot() {
        return slot;
    }

    /** Whether its reply goes nowhere ({@code CLIENT REPLY OFF}). */
    public boolean silent() {
        return silent;
    }

    public void silent(boolean value) {
        silent = value;
    }

    public long startedNanos() {
        return startedNanos;
    }

    public void startedNanos(long nanos) {
        startedNanos = nanos;
    }

    /** Until when a refused request is tried again; 0 before its first refusal. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    public void deadlineNanos(long nanos) {
        deadlineNanos = nanos;
    }

    // -- called by the sink -------------------------------------------------------------------------------------

    /** Keeps a reply, or its last part, that has to wait for its turn. */
    public void keepReply(byte[] bytes, int offset, int length) {
        keepPart(bytes, offset, length);
        state = State.REPLIED;
    }

    /** Keeps a part of a reply that has to wait for its turn. */
    public void keepPart(byte[] bytes, int offset, int length) {
        if (kept.length - keptLength < length) {
            kept = Arrays.copyOf(kept, Math.max(Math.addExact(keptLength, length), 64));
        }
        System.arraycopy(bytes, offset, kept, keptLength, length);
        keptLength += length;
    }

    /** What was kept has been sent. */
    public void sent() {
        keptLength = 0;
    }

    /** The next part is wanted later; null: it has been asked for. */
    public void rest(@Nullable Rest later) {
        rest = later;
    }

    public @Nullable Rest rest() {
        return rest;
    }

    /** Whether a part of the reply has come: then the request cannot be refused or done again. */
    public boolean hasBegun() {
        return begun;
    }

    /** Keeps a refused request to submit it again. */
    public void keepRefused(Refusal why, Args args) {
        refusal = why;
        keptArgs = Frames.copy(args);
        state = State.REFUSED;
    }

    public void keepUnknown() {
        state = State.UNKNOWN;
    }

    public byte[] keptBytes() {
        return kept;
    }

    public int keptLength() {
        return keptLength;
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The request that was refused, taken out to be submitted again. */
    public Args resubmit() {
        Args args = keptArgs;
        if (state != State.REFUSED || args == null) {
            throw new IllegalStateException("resubmitted in state " + state);
        }
        keptArgs = null;
        state = State.SUBMITTED;
        return args;
    }

    // -- Request ------------------------------------------------------------------------------------------------

    @Override
    public CommandSpec spec() {
        return entry().spec();
    }

    @Override
    public int database() {
        return database;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public long origin() {
        return origin;
    }

    @Override
    public long clientId() {
        return clientId;
    }

    @Override
    public boolean followerMayServe() {
        return followerMayServe;
    }

    @Override
    public boolean followsWrite() {
        return followsWrite;
    }

    @Override
    public void waits() {
        waits = true;
    }

    @Override
    public @Nullable Unblock unblocked() {
        return unblocked;
    }

    @Override
    public EventLoop loop() {
        EventLoop l = loop;
        if (l == null) {
            throw new IllegalStateException("a request that is not in use");
        }
        return l;
    }

    @Override
    public void reply(byte[] bytes, int offset, int length) {
        if (loop().inEventLoop()) {
            sink().replied(this, bytes, offset, length);
        } else {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            handOver(() -> sink().replied(this, copy, 0, copy.length));
        }
    }

    @Override
    public long readNanos() {
        return loop().inEventLoop() ? sink().readNanos() : 0;
    }

    @Override
    public boolean takesParts() {
        return split == null && sink().takesParts();
    }

    @Override
    public void replyPart(byte[] bytes, int offset, int length, Rest next) {
        if (loop().inEventLoop()) {
            part(bytes, offset, length, next);
        } else {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            handOver(() -> part(copy, 0, copy.length, next));
        }
    }

    private void part(byte[] bytes, int offset, int length, Rest next) {
        ReplySink to = sink();
        begun = true;
        to.part(this, bytes, offset, length, next);
    }

    @Override
    public void notExecuted(Refusal why, Args args) {
        if (loop().inEventLoop()) {
            sink().refused(this, why, args);
        } else {
            Args copy = Frames.copy(args);
            handOver(() -> sink().refused(this, why, copy));
        }
    }

    @Override
    public void outcomeUnknown(String reason) {
        if (loop().inEventLoop()) {
            sink().unknown(this, reason);
        } else {
            handOver(() -> sink().unknown(this, reason));
        }
    }

    /** The sink, if this request may still be answered. */
    private ReplySink sink() {
        ReplySink s = sink;
        if (s == null || state != State.SUBMITTED) {
            throw new IllegalStateException("answered twice: " + (entry == null ? "a released request" : entry.name()));
        }
        return s;
    }

    private void handOver(Runnable answer) {
        try {
            loop().execute(answer);
        } catch (RejectedExecutionException _) {
            // The loop has ended, and with it every connection that could be answered.
            state = State.UNKNOWN;
        }
    }
}
