package dev.balsa.node.replication;

import dev.balsa.node.command.SlicedReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Replies that are too long for one turn of the loop, of reads only: a slice a turn, and no more than the client takes,
 * so that nobody else waits for them and little of them is in memory. Each is of the moment when its read ran, because
 * its value is held. Owned by the group's loop.
 */
public final class LongReplies {
    /** A writer that had to take a longer element does not stay that large. */
    private static final int KEPT_BYTES = 256 << 10;
    /** So much may be kept for clients that read a large value, while that changes. */
    private static final long HELD_BACK_MAX_BYTES = 256L << 20;

    private final EventLoop loop;
    private final List<LongReply> open = new ArrayList<>();
    private RespWriter writer = new RespWriter(32 << 10);
    private Runnable onEnd = () -> {};

    public LongReplies(EventLoop loop) {
        this.loop = loop;
    }

    /** Hears that a value is held no longer: there may be memory to give back. */
    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    int count() {
        return open.size();
    }

    /** Sends the beginning of a reply and, as it is asked for, the rest. */
    void begin(Request request, RespWriter beginning, SlicedReply rest) {
        LongReply reply = new LongReply(request, rest);
        open.add(reply);
        request.replyPart(beginning.array(), 0, beginning.length(), reply);
    }

    /** Makes all of what is left now: the values are about to go. */
    void finish() {
        while (!open.isEmpty()) {
            open.getLast().finish();
        }
    }

    /** If too much is held back, gives up the replies whose clients do not take them, and closes these connections. */
    void limit(long heldBackBytes) {
        if (heldBackBytes <= HELD_BACK_MAX_BYTES) {
            return;
        }
        for (LongReply reply : List.copyOf(open)) {
            if (!reply.wanted) {
                reply.end();
                reply.request.outcomeUnknown("what it reads has changed too much before the client took the reply");
            }
        }
    }

    private final class LongReply implements Request.Rest {
        private final Request request;
        private final SlicedReply rest;
        private boolean wanted;
        private boolean ended;

        LongReply(Request request, SlicedReply rest) {
            this.request = request;
            this.rest = rest;
        }

        @Override
        public void next() {
            if (loop.inEventLoop()) {
                wanted = true;
                // Not execute: a task that puts itself in again keeps the loop from its sockets.
                var _ = loop.schedule(this::slice, 0, TimeUnit.NANOSECONDS);
            } else {
                loop.execute(() -> {
                    wanted = true;
                    slice();
                });
            }
        }

        @Override
        public void cancel() {
            if (loop.inEventLoop()) {
                end();
            } else {
                loop.execute(this::end);
            }
        }

        private void slice() {
            if (ended) {
                return;
            }
            wanted = false;
            RespWriter slice = writer();
            boolean more = rest.next(slice);
            if (more) {
                request.replyPart(slice.array(), 0, slice.length(), this);
            } else {
                end();
                request.reply(slice.array(), 0, slice.length());
            }
        }

        void finish() {
            RespWriter slice = writer();
            boolean more = true;
            while (more) {
                more = rest.next(slice);
            }
            end();
            request.reply(slice.array(), 0, slice.length());
        }

        void end() {
            if (!ended) {
                ended = true;
                open.remove(this);
                rest.close();
                onEnd.run();
            }
        }

        private RespWriter writer() {
            if (writer.array().length > KEPT_BYTES) {
                writer = new RespWriter(32 << 10);
            }
            writer.reset();
            writer.protocol(request.protocol());
            return writer;
        }
    }
}
