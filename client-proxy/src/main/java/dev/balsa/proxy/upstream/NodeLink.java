package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proto.resp.RespReplyDecoder;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.buffer.ByteQueue;
import dev.balsa.proxy.route.Frames;
import dev.balsa.proxy.route.FrontWords;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.upstream.LinkKey.Lane;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pipelined connection to a node's cluster port. Requests are kept until they are answered, so that a refused or
 * unsent one can be given back;
 * replies pass through as bytes, those of long reads as they come.
 *
 * <p>When the link is lost, what was not handed to the socket was not executed; of what was, reads are given back
 * (they may be tried again), and
 * the outcome of writes is unknown. Connects when it is first used; after a failure not before a pause, which doubles.
 *
 * <p>Owned by its event loop.
 */
final class NodeLink extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(NodeLink.class);
    private static final RespLimits OWN_REQUESTS =
            new RespLimits(Integer.MAX_VALUE - 64, Integer.MAX_VALUE, 64 << 10, Integer.MAX_VALUE - 64, 10, 16 << 10);
    private static final int BACKOFF_FIRST_MILLIS = 10;
    private static final int FREE_MAX = 1024;
    /** A reply that is not complete with so much is passed on in parts. */
    private static final int PART_BYTES = 64 << 10;
    /** Others' replies are behind it on this link, so it is not held up for a client that reads slowly. */
    private static final Request.Rest COMES_BY_ITSELF = new Request.Rest() {
        @Override
        public void next() {
            // It does anyway.
        }

        @Override
        public void cancel() {
            // What comes finds nobody.
        }
    };

    private enum State { IDLE, CONNECTING, GREETING, READY }

    private final LinkKey key;
    private final UpstreamSettings settings;
    private final LeaderSource leaders;
    private final EventLoop loop;
    private final ByteQueue requests = new ByteQueue();
    private final ByteQueue replies = new ByteQueue();
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final ArrayDeque<InFlight> free = new ArrayDeque<>();
    private final RespReplyDecoder replyDecoder = new RespReplyDecoder();
    private final RespDecoder requestDecoder = new RespDecoder(OWN_REQUESTS);
    private final Args givenBack = new Args();
    private final RespWriter frame = new RespWriter(256);
    private final Runnable flush = this::flush;

    private State state = State.IDLE;
    private @Nullable Channel channel;
    private boolean flushScheduled;
    private boolean refusalTold;
    private long queued;
    private long written;
    private int greetings;
    private int backoffMillis;
    private long notBeforeNanos;
    private long lastUsedNanos;
    private long attempt;
    private long clientId;
    private BiConsumer<NodeLink, Request> onEmpty = (link, request) -> {};

    NodeLink(LinkKey key, UpstreamSettings settings, LeaderSource leaders, EventLoop loop) {
        this.key = key;
        this.settings = settings;
        this.leaders = leaders;
        this.loop = loop;
        this.lastUsedNanos = System.nanoTime();
    }

    /** Hears when a request of a link that has one at a time was answered, before the request does. */
    void onEmpty(BiConsumer<NodeLink, Request> listener) {
        onEmpty = listener;
    }

    /** The number that the node has given this client, where requests may wait; 0 until it is known. */
    long clientId() {
        return state == State.READY ? clientId : 0;
    }

    // -- requests -----------------------------------------------------------------------------------------------

    /**
     * Sends a request, or refuses it at once.
     *
     * @param group whose command it is; when {@code enveloped}, the node is told
     */
    void submit(Request request, Args args, int group, boolean enveloped) {
        if (requests.size() >= settings.inFlightMaxBytes()) {
            request.notExecuted(new Refusal.Busy("Too many requests are in flight to " + key.address()), args);
            return;
        }
        if (state == State.IDLE && !connect()) {
            refuse(request, group, args);
            return;
        }
        long origin = request.spec().isWrite() ? request.origin() : 0;
        int words = frame(args, origin, enveloped ? group : -1);
        requests.append(frame.array(), 0, frame.length());
        queued += frame.length();
        InFlight entry = free.isEmpty() ? new InFlight() : free.removeLast();
        entry.request = request;
        entry.group = group;
        entry.bytes = frame.length();
        entry.envelopeWords = words;
        entry.end = queued;
        entry.begun = false;
        inFlight.addLast(entry);
        lastUsedNanos = System.nanoTime();
        scheduleFlush();
    }

    /** Writes the request with what the node must know of it; returns how many words that is. */
    private int frame(Args args, long origin, int group) {
        frame.reset();
        int words = (origin != 0 ? 3 : 0) + (group >= 0 ? 3 : 0);
        if (words == 0) {
            Frames.append(args, frame);
            return 0;
        }
        frame.array((long) args.count() + words);
        if (origin != 0) {
            envelope("FROM", origin);
        }
        if (group >= 0) {
            envelope("GROUP", group);
        }
        Frames.appendArguments(args, frame);
        return words;
    }

    private void envelope(String word, long number) {
        frame.bulk("BALSA");
        frame.bulk(word);
        frame.bulk(number);
    }

    private void refuse(Request request, int group, Args args) {
        if (group >= 0) {
            leaders.suspect(group, key.address());
        }
        request.notExecuted(new Refusal.NotLeader(""), args);
    }

    private void scheduleFlush() {
        if (!flushScheduled && state == State.READY) {
            flushScheduled = true;
            loop.execute(flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        Channel open = channel;
        int length = (int) (queued - written);
        if (state != State.READY || open == null || length == 0) {
            return;
        }
        ByteBuf out = open.alloc().ioBuffer(length);
        out.writeBytes(requests.array(), requests.to() - length, length);
        written = queued;
        var _ = open.writeAndFlush(out, open.voidPromise());
    }

    // -- connecting ---------------------------------------------------------------------------------------------

    private boolean connect() {
        if (System.nanoTime() - notBeforeNanos < 0) {
            return false;
        }
        int colon = key.address().lastIndexOf(':');
        state = State.CONNECTING;
        long thisAttempt = ++attempt;
        ChannelFuture connecting;
        try {
            Bootstrap bootstrap = Loops.bootstrap(loop, settings, this);
            connecting = bootstrap.connect(key.address().substring(0, colon),
                    Integer.parseInt(key.address().substring(colon + 1)));
        } catch (RuntimeException e) {
            log.warn("{} is no address to connect to: {}", key.address(), e.toString());
            state = State.IDLE;
            pause();
            return false;
        }
        channel = connecting.channel();
        connecting.addListener(result -> {
            if (!result.isSuccess()) {
                lost(thisAttempt, "cannot connect: " + result.cause().getMessage());
            }
        });
        var _ = loop.schedule(() -> overdue(thisAttempt), settings.connectTimeoutMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    private void overdue(long ofAttempt) {
        if (attempt == ofAttempt && state != State.READY) {
            lost(ofAttempt, "no greeting within " + settings.connectTimeoutMillis() + " ms");
        }
    }

    @Override
    public boolean isSharable() {
        // One handler for one connection after another, never for two at once.
        return true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!isCurrent(ctx)) {
            var _ = ctx.close();
            return;
        }
        state = State.GREETING;
        RespWriter hello = new RespWriter(128);
        greetings = 0;
        if (key.protocol() == 3) {
            greet(hello, "HELLO", "3", "AUTH", LinkSecret.USER, settings.proof());
        } else {
            greet(hello, "AUTH", LinkSecret.USER, settings.proof());
        }
        if (key.database() != 0) {
            greet(hello, "SELECT", Integer.toString(key.database()));
        }
        greet(hello, "CLIENT", "SETINFO", "LIB-NAME", FrontWords.LIBRARY);
        greet(hello, key.lane() == Lane.BLOCKING ? new String[] {"CLIENT", "ID"} : new String[] {"PING"});
        ByteBuf out = ctx.alloc().ioBuffer(hello.length()).writeBytes(hello.array(), 0, hello.length());
        var _ = ctx.writeAndFlush(out, ctx.voidPromise());
    }

    private boolean isCurrent(ChannelHandlerContext ctx) {
        return Objects.equals(ctx.channel(), channel);
    }

    private void greet(RespWriter hello, String... words) {
        hello.array(words.length);
        for (String word : words) {
            hello.bulk(word);
        }
        greetings++;
    }

    // -- replies ------------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (isCurrent(ctx)) {
                replies.append(bytes);
                deliver();
            }
        } finally {
            bytes.release();
        }
    }

    private void deliver() {
        while (!replies.isEmpty() && (state == State.READY || state == State.GREETING)) {
            int from = replies.from();
            int length = replyDecoder.decode(replies.array(), from, replies.to());
            if (length == 0) {
                passOn();
                return;
            }
            if (length == RespReplyDecoder.ERROR || (state == State.READY && inFlight.isEmpty())) {
                lost(attempt, length < 0 ? "not a reply: " + replyDecoder.error() : "a reply that nobody asked for");
                return;
            }
            // Taken before it is passed on, because the link may be closed meanwhile; the bytes stay where they are.
            byte[] array = replies.array();
            replies.consumed(length);
            if (state == State.GREETING) {
                greeted(array, from, length);
            } else {
                answer(inFlight.removeFirst(), array, from, length);
            }
        }
    }

    /** Gives the beginning of a long reply to whom it is for, as far as it has come. */
    private void passOn() {
        InFlight first = inFlight.peekFirst();
        if (replies.size() < PART_BYTES || state != State.READY || first == null || key.lane() == Lane.BLOCKING
                || !first.request().spec().isReadOnly() || !first.request().takesParts()) {
            return;
        }
        byte[] array = replies.array();
        int from = replies.from();
        int length = replyDecoder.passOn();
        if (length > 0) {
            replies.consumed(length);
            first.begun = true;
            first.request().replyPart(array, from, length, COMES_BY_ITSELF);
        }
    }

    private void greeted(byte[] array, int from, int length) {
        if (array[from] == '-') {
            String error = new String(array, from, length - 2, StandardCharsets.ISO_8859_1);
            log.warn("{} refuses the connection: {}", key.address(), error);
            lost(attempt, error);
            return;
        }
        if (--greetings == 0) {
            if (array[from] == ':') {
                clientId = Long.parseLong(new String(array, from + 1, length - 3, StandardCharsets.US_ASCII));
            }
            state = State.READY;
            refusalTold = false;
            backoffMillis = 0;
            scheduleFlush();
        }
    }

    private void answer(InFlight entry, byte[] bytes, int from, int length) {
        Request request = entry.request();
        onEmpty.accept(this, request);
        String error = bytes[from] == '-' && !entry.begun ? errorLine(bytes, from, length) : "";
        if (error.equals(FrontWords.UNKNOWN)) {
            requests.consumed(entry.bytes);
            recycle(entry);
            request.outcomeUnknown(key.address() + " leads no longer");
            return;
        }
        Refusal refusal = error.isEmpty() ? null : refusal(entry.group, error);
        if (refusal == null) {
            requests.consumed(entry.bytes);
            recycle(entry);
            request.reply(bytes, from, length);
        } else {
            Args args = giveBack(entry);
            recycle(entry);
            request.notExecuted(refusal, args);
        }
    }

    private static String errorLine(byte[] bytes, int from, int length) {
        return new String(bytes, from + 1, Math.min(length - 3, 256), StandardCharsets.ISO_8859_1);
    }

    /** What an error reply of a node means for the request, or null: it is the client's answer. */
    private @Nullable Refusal refusal(int group, String line) {
        if (line.startsWith("MOVED ")) {
            String address = line.substring(line.lastIndexOf(' ') + 1);
            leaders.moved(group, address);
            return new Refusal.NotLeader(address);
        }
        if (line.startsWith("CLUSTERDOWN") || line.startsWith("LOADING")) {
            leaders.suspect(group, key.address());
            return new Refusal.NotLeader("");
        }
        return line.startsWith("TRYAGAIN ") ? new Refusal.Busy(line.substring("TRYAGAIN ".length())) : null;
    }

    /** The oldest request as it was submitted; it leaves the queue. Valid until the next call. */
    private Args giveBack(InFlight entry) {
        int from = requests.from();
        requestDecoder.reset();
        int length = requestDecoder.decode(requests.array(), from, from + entry.bytes, givenBack);
        if (length != entry.bytes) {
            throw new IllegalStateException("a request of " + entry.bytes + " bytes was decoded as " + length);
        }
        Args args = entry.envelopeWords > 0 ? Frames.tail(givenBack, entry.envelopeWords) : givenBack;
        // The bytes stay where they are until something is appended; the front copies what it keeps.
        requests.consumed(entry.bytes);
        return args;
    }

    private void recycle(InFlight entry) {
        entry.request = null;
        if (free.size() < FREE_MAX) {
            free.addLast(entry);
        }
    }

    // -- losing the node ----------------------------------------------------------------------------------------

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (isCurrent(ctx)) {
            lost(attempt, "the node has closed the connection");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (isCurrent(ctx)) {
            if (cause instanceof DecoderException && !refusalTold) {
                // TLS: the certificate of one side does not please the other. It is tried again, but told once.
                refusalTold = true;
                log.warn("{} cannot be spoken to by TLS: {}", key.address(), cause.getMessage());
            }
            lost(attempt, cause.toString());
        }
        var _ = ctx.close();
    }

    /** Closes the connection; every request gets its answer. */
    void close(String reason) {
        lost(attempt, reason);
    }

    /** Closes the connection because the client behind it is gone; its request's outcome is unknown. */
    void abandon() {
        for (InFlight entry : inFlight) {
            entry.group = -1;
        }
        lost(attempt, "the client is gone");
    }

    private void lost(long ofAttempt, String reason) {
        if (ofAttempt != attempt || state == State.IDLE) {
            return;
        }
        log.debug("{} is lost: {}", key, reason);
        Channel old = channel;
        channel = null;
        state = State.IDLE;
        attempt++;
        replies.clear();
        replyDecoder.reset();
        pause();
        if (old != null) {
            var _ = old.close();
        }
        long sent = written;
        for (int left = inFlight.size(); left > 0; left--) {
            InFlight entry = inFlight.removeFirst();
            Request request = entry.request();
            int group = entry.group;
            // A read that waited is not asked again: what it waited for may have been in between.
            boolean lostForGood = !request.spec().isReadOnly() || key.lane() == Lane.BLOCKING || entry.begun;
            boolean unknown = entry.end <= sent && lostForGood;
            onEmpty.accept(this, request);
            if (unknown) {
                requests.consumed(entry.bytes);
                recycle(entry);
                if (group >= 0) {
                    leaders.suspect(group, key.address());
                }
                request.outcomeUnknown(key.address() + ": " + reason);
            } else {
                Args args = giveBack(entry);
                recycle(entry);
                refuse(request, group, args);
            }
        }
        written = queued;
    }

    private void pause() {
        backoffMillis = Math.min(settings.backoffMaxMillis(), Math.max(BACKOFF_FIRST_MILLIS, backoffMillis * 2));
        notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoffMillis);
    }

    /** Whether another node is known to lead a group whose requests wait here: this one will not answer them. */
    boolean isLedElsewhere() {
        for (InFlight entry : inFlight) {
            String leader = entry.group < 0 ? "" : leaders.leaderAddress(entry.group);
            if (!leader.isEmpty() && !leader.equals(key.address())) {
                return true;
            }
        }
        return false;
    }

    /** Has the leaders of the groups looked for whose requests wait here. */
    void suspectLeaders() {
        int last = -1;
        for (InFlight entry : inFlight) {
            if (entry.group >= 0 && entry.group != last) {
                last = entry.group;
                leaders.suspect(last, key.address());
            }
        }
    }

    boolean hasInFlight() {
        return !inFlight.isEmpty();
    }

    LinkKey key() {
        return key;
    }

    /** Whether nobody has used it for so long that it may be given up. */
    boolean isIdle(long nowNanos) {
        return inFlight.isEmpty() && nowNanos - lastUsedNanos > TimeUnit.MILLISECONDS.toNanos(settings.idleMillis());
    }
}
