package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way: what the backend must know of it and where the answer goes. Exactly one of the answering
 * methods is called, once,
 * from any thread; on the request's own event loop it costs no hand-over.
 */
public interface Request {
    CommandSpec spec();

    /** The database that the session has selected. */
    int database();

    /** 2 or 3: the RESP version to answer in. */
    int protocol();

    /** Tells the changes of a client that does not want to hear of its own; 0: nobody minds. */
    default long origin() {
        return 0;
    }

    /** Id of the client connection, for SLOWLOG, CLIENT LIST and DEBUG; 0: no client's. */
    default long clientId() {
        return 0;
    }

    /** Whether a follower may serve it ({@code READONLY} session and a read-only command). */
    default boolean followerMayServe() {
        return false;
    }

    /**
     * Whether a write of the same connection to the same group may still be unanswered: then a read must come after
     * it in the group's order.
     */
    default boolean followsWrite() {
        return false;
    }

    /** The event loop that owns the connection. */
    EventLoop loop();

    /** The reply, RESP in this request's protocol. The bytes are copied or written before this method returns. */
    void reply(byte[] bytes, int offset, int length);

    /** System.nanoTime() as it was read just now, when the commands that have arrived were begun with; 0: it was not. */
    default long readNanos() {
        return 0;
    }

    /** Whether the reply may come in parts. */
    default boolean takesParts() {
        return false;
    }

    /**
     * A part of the reply, from its beginning on, copied or written before this method returns; {@link #reply} gives the
     * last one. Only where {@link #takesParts} says so; after the first part {@link #notExecuted} must not be called.
     *
     * @param rest told, from the request's loop, that the next part is wanted
     */
    default void replyPart(byte[] bytes, int offset, int length, Rest rest) {
        throw new UnsupportedOperationException("this request takes its reply as a whole");
    }

    /** What follows a part of a reply. One of the two is called, once for each part; thread-safe. */
    interface Rest {
        /** The next part is wanted. */
        void next();

        /** Nobody wants the rest. An answer that is on its way already is dropped. */
        void cancel();
    }

    /**
     * It was not executed and never will be. The front may route it anew (and hands it to a backend again), or
     * answer an error.
     *
     * @param args the request as it was given, valid during the call
     */
    void notExecuted(Refusal refusal, Args args);

    /**
     * It may or may not take effect: a write is answered by closing the connection, a read is tried again or closes
     * it.
     */
    void outcomeUnknown(String reason);

    /** It has begun to wait for what other clients do. From any thread. */
    default void waits() {}

    /**
     * How its waiting is to end although it was not served, null while it may wait. The backend is told with
     * {@link Backend#unblock}.
     */
    default @Nullable Unblock unblocked() {
        return null;
    }

    /** How a blocking command ends that was not served. */
    enum Unblock {
        /** As when its time is over. */
        TIMEOUT,
        /** With the error of CLIENT UNBLOCK. */
        ERROR,
        /** In any way: the client is no longer there. */
        GONE
    }

    /** Why a request was refused. */
    sealed interface Refusal {
        /**
         * Another replica leads, or none does now; {@code leader} is its cluster address {@code host:port}, or empty.
         */
        record NotLeader(String leader) implements Refusal {}

        /** Too much is in flight; waiting helps. */
        record Busy(String reason) implements Refusal {}

        /** This process cannot serve it (closing, disk full); {@code errorLine} is the reply, without the minus. */
        record Unavailable(String errorLine) implements Refusal {}
    }
}
