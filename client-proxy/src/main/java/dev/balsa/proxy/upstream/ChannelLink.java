package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespReplyDecoder;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.buffer.ByteQueue;
import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.ChannelName;
import dev.balsa.proxy.route.FrontWords;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to one node that brings messages: RESP3, subscribed to what the process's clients listen to. Opened again
 * after a break, with everything subscribed anew. Owned by its event loop.
 */
final class ChannelLink {
    private static final Logger log = LoggerFactory.getLogger(ChannelLink.class);
    private static final int BACKOFF_FIRST_MILLIS = 20;
    /** Names in one SUBSCRIBE. */
    private static final int NAMES_MAX = 1_000;
    private static final long SILENCE_MAX_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ChannelLinks owner;
    private final String address;
    private final UpstreamSettings settings;
    private final EventLoop loop;
    private final RespWriter out = new RespWriter(1024);
    private @Nullable Attempt attempt;
    private int backoffMillis;
    private long notBeforeNanos;
    private boolean closed;
    /** Whether changes that are not heard may make copies old that are kept. */
    private boolean missed;

    ChannelLink(ChannelLinks owner, String address, UpstreamSettings settings, EventLoop loop) {
        this.owner = owner;
        this.address = address;
        this.settings = settings;
        this.loop = loop;
        this.notBeforeNanos = System.nanoTime();
    }

    /** Opens the connection when it is time to, and has the node show that it lives. */
    void look(long nowNanos) {
        Attempt current = attempt;
        if (current != null) {
            current.look(nowNanos);
        } else if (!closed && nowNanos - notBeforeNanos >= 0) {
            connect();
        }
    }

    private void connect() {
        int colon = address.lastIndexOf(':');
        Attempt next = new Attempt();
        attempt = next;
        try {
            ChannelFuture connecting = Loops.bootstrap(loop, settings, next)
                    .connect(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            next.channel = connecting.channel();
            connecting.addListener(result -> {
                if (!result.isSuccess()) {
                    next.lost("cannot connect: " + result.cause().getMessage());
                }
            });
        } catch (RuntimeException e) {
            log.warn("{} is no address to connect to: {}", address, e.toString());
            next.lost(e.toString());
        }
    }

    void subscribe(ChannelKind kind, ChannelName name) {
        tell(kind.subscribe(), name);
    }

    void unsubscribe(ChannelKind kind, ChannelName name) {
        tell(kind.unsubscribe(), name);
    }

    /** The prefixes that the process wants to hear of are others. */
    void track() {
        Attempt current = attempt;
        if (current != null && current.greeted) {
            out.reset();
            Runnable confirmed = current.track();
            current.send();
            current.ask(confirmed);
        }
    }

    /** Whether changes may have gone unheard that make copies old. */
    boolean missed() {
        return missed;
    }

    void missed(boolean value) {
        missed = value;
    }

    /** Not yet connected: subscribes to everything as soon as it is. */
    private void tell(String word, ChannelName name) {
        Attempt current = attempt;
        if (current != null && current.greeted) {
            out.reset();
            out.array(2);
            out.bulk(word);
            out.bulk(name.bytes());
            current.send();
        }
    }

    /** Runs {@code then} when the node has carried out all that it was told; at once if it cannot be reached now. */
    void whenCaughtUp(Runnable then) {
        Attempt current = attempt;
        if (current == null) {
            then.run();
            return;
        }
        if (current.greeted) {
            current.ask(then);
        } else {
            current.waiting.addLast(new Asked(System.nanoTime(), then));
        }
    }

    void close() {
        closed = true;
        Attempt current = attempt;
        if (current != null) {
            current.lost("closing");
        }
    }

    /** A PING, when it was sent or somewhat earlier, and what its PONG begins. */
    private record Asked(long nanos, Runnable then) {}

    /** One connection, from the attempt to make it to its end. */
    private final class Attempt extends ChannelInboundHandlerAdapter {
        private final ByteQueue replies = new ByteQueue();
        private final RespReplyDecoder decoder = new RespReplyDecoder();
        /** Who waits for which PONG, in order. */
        private final ArrayDeque<Asked> waiting = new ArrayDeque<>();
        private final long sinceNanos = System.nanoTime();
        /** What the node sends now, it sends after this. */
        private long confirmedNanos = sinceNanos;
        private boolean changesSinceConfirmed;
        /** Whether it has been asked for changes, and said so. */
        private boolean tracks;
        private @Nullable Channel channel;
        private boolean greeted;
        private long heardNanos = sinceNanos;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            out.reset();
            words("HELLO", "3", "AUTH", LinkSecret.USER, settings.proof());
            words("CLIENT", "SETINFO", "LIB-NAME", FrontWords.LIBRARY);
            for (ChannelKind kind : ChannelKind.values()) {
                subscribe(kind, owner.wanted(kind));
            }
            greeted = true;
            if (!owner.trackedPrefixes().isEmpty()) {
                // Ahead of those who wait for it.
                waiting.addFirst(new Asked(sinceNanos, track()));
            }
            for (int i = 0; i < waiting.size(); i++) {
                words("PING");
            }
            send();
        }

        /** Says which changes are to be sent here; returns what to run when the node has confirmed it. */
        private Runnable track() {
            List<byte[]> prefixes = owner.trackedPrefixes();
            long asked = owner.trackedChanges();
            out.array(2L + prefixes.size());
            out.bulk("BALSA");
            out.bulk("TRACK");
            prefixes.forEach(out::bulk);
            return () -> {
                // Others may be wanted meanwhile: then they are confirmed by the next PONG.
                if (attempt == this && owner.trackedChanges() == asked) {
                    tracks = !prefixes.isEmpty();
                    if (tracks) {
                        owner.hears(ChannelLink.this, address);
                    }
                }
            };
        }

        private void subscribe(ChannelKind kind, Set<ChannelName> names) {
            int left = names.size();
            int room = 0;
            for (ChannelName name : names) {
                if (room == 0) {
                    room = Math.min(left, NAMES_MAX);
                    out.array(1L + room);
                    out.bulk(kind.subscribe());
                }
                out.bulk(name.bytes());
                left--;
                room--;
            }
        }

        private void words(String... all) {
            out.array(all.length);
            for (String word : all) {
                out.bulk(word);
            }
        }

        private void send() {
            Channel open = channel;
            if (open != null && attempt == this) {
                ByteBuf bytes = open.alloc().ioBuffer(out.length()).writeBytes(out.array(), 0, out.length());
                var _ = open.writeAndFlush(bytes, open.voidPromise());
            }
        }

        /** Runs {@code then} when the node has carried out all that it was told. */
        void ask(Runnable then) {
            waiting.addLast(new Asked(System.nanoTime(), then));
            out.reset();
            words("PING");
            send();
        }

        void look(long nowNanos) {
            if (!greeted && nowNanos - sinceNanos > TimeUnit.MILLISECONDS.toNanos(settings.connectTimeoutMillis())) {
                lost("not connected within " + settings.connectTimeoutMillis() + " ms");
            } else if (nowNanos - heardNanos > SILENCE_MAX_NANOS) {
                lost("nothing heard for " + TimeUnit.NANOSECONDS.toSeconds(nowNanos - heardNanos) + " s");
            } else if (greeted && (nowNanos - heardNanos > SILENCE_MAX_NANOS / 3
                    || changesSinceConfirmed && waiting.isEmpty())) {
                ask(() -> {});
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                heardNanos = System.nanoTime();
                replies.append(bytes);
                deliver();
            } finally {
                bytes.release();
            }
        }

        private void deliver() {
            while (!replies.isEmpty() && attempt == this) {
                int from = replies.from();
                int length = decoder.decode(replies.array(), from, replies.to());
                if (length == 0) {
                    return;
                }
                if (length < 0) {
                    lost("not a reply: " + decoder.error());
                    return;
                }
                RespReply reply = RespReply.parse(replies.array(), from, from + length);
                replies.consumed(length);
                take(reply);
            }
        }

        private void take(RespReply reply) {
            switch (reply) {
                case RespReply.Push(List<RespReply> items) -> message(items);
                case RespReply.Error(String line) -> {
                    log.warn("{} refuses to bring messages: {}", address, line);
                    lost(line);
                }
                case RespReply.Simple(String text) when text.equals("PONG") -> {
                    backoffMillis = 0;
                    Asked asked = waiting.pollFirst();
                    if (asked != null) {
                        confirmedNanos = asked.nanos;
                        changesSinceConfirmed = false;
                        asked.then.run();
                    }
                }
                default -> {
                    // HELLO's and SETINFO's.
                }
            }
        }

        private void message(List<RespReply> items) {
            String word = new String(bytes(items, 0), StandardCharsets.ISO_8859_1);
            if (word.equals("invalidate") && items.size() == 3) {
                invalidate(items.get(1), items.get(2));
                return;
            }
            for (ChannelKind kind : ChannelKind.values()) {
                if (word.equals(kind.message())) {
                    int last = items.size() - 1;
                    owner.channels().received(kind, bytes(items, 1), bytes(items, last - 1), bytes(items, last));
                }
            }
        }

        private void invalidate(RespReply keys, RespReply origin) {
            if (keys instanceof RespReply.Array(List<RespReply> names)) {
                List<byte[]> changed = new ArrayList<>(names.size());
                for (int i = 0; i < names.size(); i++) {
                    changed.add(bytes(names, i));
                }
                changesSinceConfirmed = true;
                owner.invalidations()
                        .received(changed, origin instanceof RespReply.Int(long value) ? value : 0, confirmedNanos);
            } else {
                owner.invalidations().mayHaveMissed();
            }
        }

        private static byte[] bytes(List<RespReply> items, int i) {
            return items.get(i) instanceof RespReply.Bulk(byte[] bytes) ? bytes : new byte[0];
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost("the node has closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            lost(cause.toString());
        }

        private void lost(String reason) {
            if (attempt != this) {
                return;
            }
            attempt = null;
            owner.lost(ChannelLink.this, address, tracks);
            log.debug("messages of {} are cut off: {}", address, reason);
            Channel open = channel;
            if (open != null) {
                var _ = open.close();
            }
            backoffMillis = Math.min(settings.backoffMaxMillis(), Math.max(BACKOFF_FIRST_MILLIS, backoffMillis * 2));
            notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoffMillis);
            if (!closed) {
                var _ = loop.schedule(() -> ChannelLink.this.look(System.nanoTime()), backoffMillis,
                        TimeUnit.MILLISECONDS);
            }
            List<Asked> left = List.copyOf(waiting);
            waiting.clear();
            left.forEach(asked -> asked.then.run());
        }
    }
}
