package dev.balsa.node.command;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Waiters;
import dev.balsa.node.engine.Waiters.Ended;
import dev.balsa.node.engine.Waiters.Kind;
import dev.balsa.node.engine.Waiters.Topic;
import dev.balsa.node.engine.Waiters.Waiter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespArrays;
import dev.balsa.proto.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * Serves those who wait, when a command has made keys ready: the keys in the order in which they became so, at each key
 * first come, first served, until nothing more is ready; a waiter's command may itself make a key ready that others wait
 * for. Runs after each command of an entry, after a transaction only at its end. Owned by the engine thread.
 */
public final class ReadyKeys {
    /** Who hears what became of the waiters. */
    public interface Listener {
        /** The RESP version to answer a waiter in; any, if nobody here waits for the answer. */
        int protocol(long id);

        /** The waiter's command has run; {@code args} and {@code reply} are valid during the call. */
        void served(Waiter waiter, Args args, RespWriter reply);

        /** The waiter waits no longer, and was not served. */
        void ended(Waiter waiter, Waiters.End how, RespWriter reply);
    }

    private static final String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
    private static final String OTHER_LEADER = "UNBLOCKED force unblock from blocking operation, "
            + "instance state changed (master -> replica?)";

    private final Keyspace keyspace;
    private final Waiters waiters;
    private final Listener listener;
    private final Args args = new Args();
    private final RespWriter reply = new RespWriter(256);
    private final Call call;

    /** @param waiters those of the keyspace's whom it serves */
    public ReadyKeys(Keyspace keyspace, Waiters waiters, Listener listener) {
        this.keyspace = keyspace;
        this.waiters = waiters;
        this.listener = listener;
        call = new Call(keyspace, args, reply);
    }

    /** An entry begins; the keyspace has its time. */
    public void beginEntry(long term) {
        waiters.beginTerm(term);
        if (!waiters.isEmpty()) {
            waiters.endDue(keyspace.logMillis());
        }
        tellEnded();
    }

    /** A command has run. */
    public void serve(long seed) {
        if (!waiters.isEmpty()) {
            waiters.settle(keyspace);
            for (Waiters.Key key = waiters.nextReady(); key != null; key = waiters.nextReady()) {
                for (Topic topic : waiters.topics(key)) {
                    serve(key, topic, seed);
                }
            }
        }
        tellEnded();
    }

    private void serve(Waiters.Key key, Topic topic, long seed) {
        if (topic.kind() == Kind.STREAM) {
            // Each reads on from an id of its own.
            for (Waiter waiter : waiters.queue(key, topic)) {
                if (waiters.serves(keyspace, key, topic)) {
                    var _ = serve(waiter, seed);
                }
            }
            return;
        }
        Waiter waiter = waiters.first(key, topic);
        while (waiter != null && waiters.serves(keyspace, key, topic) && serve(waiter, seed)) {
            waiter = waiters.first(key, topic);
        }
    }

    /** Runs a waiter's command again; false if it waits on. */
    private boolean serve(Waiter waiter, long seed) {
        byte[] text = waiter.command();
        if (RespArrays.decode(text, 0, text.length, args) != text.length) {
            throw new IllegalStateException("the command of waiter " + waiter.id() + " does not decode");
        }
        Command command = CommandTable.find(args);
        if (command == null) {
            throw new IllegalStateException("waiter " + waiter.id() + " has no command");
        }
        reply.reset();
        reply.protocol(listener.protocol(waiter.id()));
        try {
            command.run(call.next(waiter.database(), seed).mayWait());
        } catch (IllegalStateException broken) {
            throw broken;
        } catch (RuntimeException bug) {
            reply.reset();
            reply.error("ERR internal error in '" + command.spec().name() + "': " + bug);
        }
        if (call.wish() != null) {
            waiters.forgetTouched();
            return false;
        }
        waiters.remove(waiter);
        waiters.settle(keyspace);
        listener.served(waiter, args, reply);
        return true;
    }

    /** Answers those who were told to wait no longer. */
    public void tellEnded() {
        for (@Nullable Ended ended = waiters.nextEnded(); ended != null; ended = waiters.nextEnded()) {
            reply.reset();
            reply.protocol(listener.protocol(ended.waiter().id()));
            switch (ended.how()) {
                case TIMEOUT, GONE -> reply.nilArray();
                case ERROR -> reply.error(UNBLOCKED);
                case TERM -> reply.error(OTHER_LEADER);
            }
            listener.ended(ended.waiter(), ended.how(), reply);
        }
    }
}
