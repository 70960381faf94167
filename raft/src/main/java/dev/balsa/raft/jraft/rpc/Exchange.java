package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.google.protobuf.Message;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request being handled, and the frame of its reply. Thread-safe: the first reply counts, from whatever thread it
 * comes.
 */
final class Exchange extends Outgoing implements RpcContext {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final AtomicIntegerFieldUpdater<Exchange> ANSWERED =
            AtomicIntegerFieldUpdater.newUpdater(Exchange.class, "answered");

    private final ServerConnection connection;

    @SuppressWarnings("UnusedVariable") // through ANSWERED
    private volatile int answered;

    Exchange(ServerConnection connection, long requestId) {
        this.connection = connection;
        this.callId = requestId;
    }

    @Override
    public void sendResponse(Object response) {
        MessageType type = MessageType.of(response);
        if (type == null) {
            fail("a reply of class " + response.getClass().getName() + " has no number");
        } else if (first()) {
            carry(Frames.REPLY, type, (Message) response);
            if (frameBytes() - Frames.LENGTH_BYTES > connection.frameMaxBytes()) {
                carryError("the reply is larger than frameMaxBytes");
            }
            connection.reply(this);
        } else {
            LOG.warn("second reply to a request of {} dropped", getRemoteAddress());
        }
    }

    /** Answers a question for confirmation. */
    void confirm(boolean yes) {
        if (first()) {
            carryNothing(Frames.CONFIRMED, yes ? 1 : 0);
            connection.reply(this);
        }
    }

    /** Answers with an error, unless there was an answer. */
    void fail(String text) {
        if (first()) {
            carryError(text);
            connection.reply(this);
        }
    }

    private boolean first() {
        return ANSWERED.compareAndSet(this, 0, 1);
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public String getRemoteAddress() {
        return connection.remoteAddress();
    }
}
