package dev.balsa.node.replication;

import dev.balsa.node.command.Call;
import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.KeyspaceListener;
import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands against a keyspace: those of committed entries, on every replica alike, and reads. The leader decodes the entry's bytes like everybody
 * else, so what it answers is what all replicas did. Owned by the group's loop.
 */
public final class EntryRunner {
    private static final Logger LOG = LoggerFactory.getLogger(EntryRunner.class);

    private final CommandObserver observer;
    private final LongSupplier nanos;
    private final EntryReader entry = new EntryReader();
    private final Args args = new Args();
    private final RespWriter reply = new RespWriter(16 * 1024);
    private Keyspace keyspace;
    private Call call;
    /** For arguments of others, which are nearly always the same object: those the front decodes into. */
    private @Nullable Call guest;
    private long logMillis;
    private long appliedIndex;
    private long appliedEntries;
    private long appliedWrites;
    private long expiredKeys;
    private long evictedKeys;
    private final KeyspaceListener removals = new KeyspaceListener() {
        @Override
        public void expired(int database, byte[] key) {
            expiredKeys++;
        }

        @Override
        public void evicted(int database, byte[] key) {
            evictedKeys++;
        }
    };
    private long hits;
    private long misses;

    /** @param nanos a running clock, only for measuring */
    public EntryRunner(Keyspace keyspace, CommandObserver observer, LongSupplier nanos) {
        this.keyspace = keyspace;
        this.call = new Call(keyspace, args, reply);
        this.observer = observer;
        this.nanos = nanos;
        keyspace.listener(removals);
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** Time of the newest entry applied, milliseconds since 1970. */
    public long logMillis() {
        return logMillis;
    }

    public long appliedIndex() {
        return appliedIndex;
    }

    /** Entries applied since the process began. */
    public long appliedEntries() {
        return appliedEntries;
    }

    /** Commands applied from entries since the process began. */
    public long appliedWrites() {
        return appliedWrites;
    }

    /** Keys that died of their deadline and were removed since the process began. */
    public long expiredKeys() {
        return expiredKeys;
    }

    /** Keys that were removed because memory was full, since the process began. */
    public long evictedKeys() {
        return evictedKeys;
    }

    /** Reads that found their key, since the process began. */
    public long hits() {
        return hits;
    }

    /** Reads that did not. */
    public long misses() {
        return misses;
    }

    void resetCounts() {
        expiredKeys = 0;
        evictedKeys = 0;
        hits = 0;
        misses = 0;
    }

    /** Goes on with another state: that of a snapshot. */
    public void restore(Keyspace restored, long index, long time) {
        keyspace = restored;
        call = new Call(restored, args, reply);
        guest = null;
        appliedIndex = index;
        logMillis = time;
        restored.time(time, time);
        restored.listener(removals);
    }

    /** Takes up a committed entry: log time moves to its time. {@link #apply(long, Batch)} follows. */
    void beginEntry(ByteBuffer data) {
        entry.wrap(data);
        appliedEntries++;
        appliedWrites += entry.count();
        logMillis = Math.max(logMillis, entry.leaderMillis());
        keyspace.time(logMillis, logMillis);
    }

    /** Applies the entry taken up, for the requests that wait for its replies, on the leader that proposed it. */
    void apply(long index, Batch batch) {
        applyFor(batch);
        appliedIndex = index;
    }

    /** Applies an entry that nobody here waits for. */
    public void apply(long index, ByteBuffer data) {
        beginEntry(data);
        applyForNobody();
        appliedIndex = index;
    }

    private void applyForNobody() {
        reply.protocol(2);
        for (int k = 0; entry.next(args); k++) {
            reply.reset();
            run(entry.database(), SeedSequence.ofCommand(entry.seed(), k));
        }
    }

    private void applyFor(Batch batch) {
        int readAt = 0;
        int command = 0;
        for (int i = 0; i < batch.size(); i++) {
            Request request = batch.request(i);
            int database = request.database();
            if (batch.isRead(i)) {
                readAt = batch.readFrom(readAt, i, args);
            } else if (entry.next(args)) {
                database = entry.database();
            } else {
                throw new IllegalStateException("the entry has fewer commands than its batch");
            }
            runFor(request, database, SeedSequence.ofCommand(entry.seed(), batch.isRead(i) ? command : command++));
        }
    }

    /** Sets the time for reads: {@code nowMillis} is the leader's clock, on a follower the log time. */
    void beginReads(long nowMillis) {
        keyspace.time(logMillis, Math.max(logMillis, nowMillis));
    }

    /** Where the next read is to be decoded into. */
    Args args() {
        return args;
    }

    /**
     * Runs the read in {@link #args}, unless it meets a key that is due by the clock but not by the log: then false, and nothing was answered.
     */
    boolean read(Request request, Args readArgs, long seed) {
        reply.reset();
        reply.protocol(request.protocol());
        long start = nanos.getAsLong();
        runWith(readArgs, request.database(), seed);
        if (keyspace.sawDue()) {
            return false;
        }
        countLookup();
        answer(request, readArgs, start);
        return true;
    }

    /** A read that answers nil looked for a key that is not there. */
    private void countLookup() {
        byte[] bytes = reply.array();
        boolean nil = bytes[0] == '_' || (bytes[0] == '$' && bytes[1] == '-');
        if (nil) {
            misses++;
        } else {
            hits++;
        }
    }

    private void runFor(Request request, int database, long seed) {
        reply.reset();
        reply.protocol(request.protocol());
        long start = nanos.getAsLong();
        run(database, seed);
        answer(request, args, start);
    }

    private void answer(Request request, Args ran, long start) {
        observer.ran(request, ran, nanos.getAsLong() - start);
        request.reply(reply.array(), 0, reply.length());
    }

    private void runWith(Args other, int database, long seed) {
        if (other == args) {
            run(database, seed);
            return;
        }
        Call on = guest;
        if (on == null || on.args() != other) {
            on = new Call(keyspace, other, reply);
            guest = on;
        }
        run(on, database, seed);
    }

    private void run(int database, long seed) {
        run(call, database, seed);
    }

    private void run(Call on, int database, long seed) {
        Command command = CommandTable.find(on.args());
        if (command == null) {
            reply.error("ERR unknown command '" + on.args().text(0) + "'");
            return;
        }
        if (SharedSettings.isOne(command.spec())) {
            SharedSettings.apply(on.args(), on.keyspace());
            return;
        }
        int from = reply.length();
        try {
            command.body().run(on.next(database, seed));
        } catch (IllegalStateException broken) {
            throw broken;
        } catch (RuntimeException bug) {
            // A function of the entry and the state like everything else here: every replica gets the same, and goes on.
            LOG.error("command {} failed", command.spec().name(), bug);
            reply.truncate(from);
            reply.error("ERR internal error in '" + command.spec().name() + "': " + bug);
        }
    }
}
