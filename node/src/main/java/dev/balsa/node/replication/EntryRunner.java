package dev.balsa.node.replication;

import dev.balsa.node.command.Call;
import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.node.command.ReadyKeys;
import dev.balsa.node.command.Scripting;
import dev.balsa.node.command.SlicedReply;
import dev.balsa.node.engine.KeyChanges;
import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.KeyspaceListener;
import dev.balsa.node.engine.Waiters;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Request;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
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
    private final LongReplies longReplies;
    private final EntryReader entry = new EntryReader();
    private final Args args = new Args();
    private final RespWriter reply = new RespWriter(16 * 1024);
    private final HeldRequests held = new HeldRequests();
    private final HeldRequests heldReads = new HeldRequests();
    private final ScriptReach reach;
    private final Scripting scripting;
    private Keyspace keyspace;
    private Call call;
    private ReadyKeys ready;
    private ReadyKeys readyForReads;
    /** For arguments of others, which are nearly always the same object: those the front decodes into. */
    private @Nullable Call guest;
    private Consumer<Request> onHeld = request -> {};
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
            if (answers && events.wanted()) {
                events.event('x', "expired", database, key);
            }
            if (answers && events.changesWanted()) {
                events.changed(List.of(key), 0);
            }
        }

        @Override
        public void evicted(int database, byte[] key) {
            evictedKeys++;
            if (answers && events.wanted()) {
                events.event('e', "evicted", database, key);
            }
        }
    };
    /** When the command in execution began, or the last one ended. */
    private long startNanos;
    private long hits;
    private long misses;
    private KeyEventSink events = KeyEventSink.NONE;
    private boolean answers;

    /** For a group that has all slots. */
    public EntryRunner(Keyspace keyspace, LongReplies longReplies, CommandObserver observer, LongSupplier nanos) {
        this(keyspace, longReplies, observer, nanos, new ScriptReach(List.of(new SlotRange(0, Slots.COUNT - 1))));
    }

    /**
     * @param longReplies finishes replies that are too long for one turn
     * @param nanos a running clock, only for measuring
     */
    EntryRunner(Keyspace keyspace, LongReplies longReplies, CommandObserver observer, LongSupplier nanos,
            ScriptReach reach) {
        this.longReplies = longReplies;
        this.keyspace = keyspace;
        this.reach = reach;
        this.scripting = new Scripting(reach);
        this.call = new Call(keyspace, args, reply, scripting);
        this.ready = new ReadyKeys(keyspace, keyspace.waiters(), held);
        this.readyForReads = new ReadyKeys(keyspace, keyspace.readers(), heldReads);
        this.observer = observer;
        this.nanos = nanos;
        keyspace.listener(removals);
        startNanos = nanos.getAsLong();
    }

    /** Who hears what happens to keys. */
    void events(KeyEventSink sink) {
        events = sink;
    }

    /** Whether this replica leads: of all replicas, one tells the events. */
    void answers(boolean value) {
        boolean led = answers;
        answers = value;
        if ((led || value) && events.changesWanted()) {
            events.leaderChanged();
        }
    }

    /**
     * Has changes noted, or not.
     *
     * @param named whether the events are to be named
     * @param tracked whether those who keep copies of values are to hear of them
     */
    private void note(boolean named, boolean tracked) {
        if (named || tracked) {
            keyspace.changes(new KeyChanges(events, named, tracked));
        } else if (keyspace.changes() != null) {
            keyspace.changes(null);
        }
    }

    /** How many functions there are. */
    long functions() {
        return scripting.functionCount(keyspace.scripts());
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    LongReplies longReplies() {
        return longReplies;
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

    /** Goes on with another state: that of a snapshot. What became of those who wait here is in entries that are not applied. */
    public void restore(Keyspace restored, long index, long time) {
        longReplies.finish();
        keyspace = restored;
        call = new Call(restored, args, reply, scripting);
        guest = null;
        held.giveUp("the state was replaced by that of a snapshot");
        heldReads.giveUp("the state was replaced by that of a snapshot");
        ready = new ReadyKeys(restored, restored.waiters(), held);
        readyForReads = new ReadyKeys(restored, restored.readers(), heldReads);
        appliedIndex = index;
        logMillis = time;
        restored.time(time, time);
        restored.listener(removals);
    }

    /** Takes up a committed entry: log time moves to its time. {@link #apply(long, Batch)} follows. */
    void beginEntry(long term, ByteBuffer data) {
        entry.wrap(data);
        appliedEntries++;
        appliedWrites += entry.count();
        logMillis = Math.max(logMillis, entry.leaderMillis());
        keyspace.time(logMillis, logMillis);
        ready.beginEntry(term);
    }

    /** Applies the entry taken up, for the requests that wait for its replies, on the leader that proposed it. */
    void apply(long index, Batch batch) {
        boolean tracked = tracked();
        note(events.wanted(), tracked);
        applyFor(batch);
        endOfEntry(tracked);
        appliedIndex = index;
    }

    /** Applies an entry that nobody here waits for. */
    public void apply(long index, long term, ByteBuffer data) {
        beginEntry(term, data);
        boolean tracked = tracked();
        note(false, tracked);
        applyForNobody();
        endOfEntry(tracked);
        appliedIndex = index;
    }

    /** Whether those who keep copies of values are to hear of changes from this replica. */
    private boolean tracked() {
        return answers && events.changesWanted();
    }

    private void endOfEntry(boolean tracked) {
        note(false, false);
        if (tracked) {
            // Ahead of the replies, which leave at the end of the turn.
            events.send();
        }
    }

    /** Those who keep copies of values hear what has changed, before anybody is told that it is done. */
    private void tellChanges(@Nullable Request request) {
        KeyChanges noted = keyspace.changes();
        if (noted != null && noted.tell(request == null ? 0 : request.origin())
                && request != null && !request.loop().inEventLoop()) {
            // Another loop may send the reply before this turn ends.
            events.send();
        }
    }

    private void applyForNobody() {
        reply.protocol(2);
        reach.answers(null);
        for (int k = 0; entry.next(args); k++) {
            reply.reset();
            long seed = SeedSequence.ofCommand(entry.seed(), k);
            run(call, entry.database(), seed, entry.waits(), false);
            if (call.wish() != null) {
                var _ = keepWaiting(call);
            }
            tellChanges(null);
            serve(seed);
        }
    }

    /** A command has run: those who wait for what it did are served. */
    private void serve(long seed) {
        boolean mayTake = !keyspace.waiters().isEmpty() || !keyspace.readers().isEmpty();
        ready.serve(seed);
        readyForReads.serve(seed);
        tellChanges(null);
        if (mayTake) {
            starts(0);
        }
    }

    /** The command waits from now on; returns its id. */
    private long keepWaiting(Call on) {
        Waiters waiters = keyspace.waiters();
        waiters.forgetTouched();
        return waiters.add(on.databaseIndex(), Objects.requireNonNull(on.wish()));
    }

    private void applyFor(Batch batch) {
        starts(0);
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
            boolean read = batch.isRead(i);
            long seed = SeedSequence.ofCommand(entry.seed(), read ? command : command++);
            runFor(request, database, seed, read || entry.waits(), read && request.takesParts());
            if (!read) {
                serve(seed);
            }
        }
    }

    /** Sets the time for reads: {@code nowMillis} is the leader's clock, on a follower the log time. */
    void beginReads(long nowMillis) {
        keyspace.time(logMillis, Math.max(logMillis, nowMillis));
    }

    /**
     * A command begins now, unless one has ended since. The end of one is the beginning of the next: reading the clock
     * costs a tenth of a short command.
     *
     * @param readNanos the clock, if it was read just now, else 0
     */
    long starts(long readNanos) {
        long now = readNanos == 0 ? nanos.getAsLong() : readNanos;
        if (now - startNanos > 0) {
            startNanos = now;
        }
        return startNanos;
    }

    /** Its running clock. */
    long nanos() {
        return nanos.getAsLong();
    }

    /** Whether a command that is no read by its name only reads now: FCALL of a function that says so. */
    boolean onlyReads(CommandSpec spec, Args words) {
        if (!ScriptReach.runs(spec)) {
            return false;
        }
        int at = words.is(0, "BALSA") && words.is(1, "AS") ? 4 : 0;
        return words.count() > at + 1 && words.is(at, "FCALL")
                && scripting.onlyReads(keyspace.scripts(), words.text(at + 1));
    }

    /** Where the next read is to be decoded into. */
    Args args() {
        return args;
    }

    /**
     * Runs the read in {@link #args} that {@link #starts}, unless it meets a key that is due by the clock but not by the log: then false, and nothing was answered.
     */
    boolean read(Request request, Args readArgs, long seed) {
        if (request.spec().isWrite() && !onlyReads(request.spec(), readArgs)) {
            request.notExecuted(new Request.Refusal.Busy("the function was loaded anew"), readArgs);
            return true;
        }
        reply.reset();
        reply.protocol(request.protocol());
        Call on = with(readArgs);
        reach.answers(request);
        note(answers && events.missesWanted(), false);
        run(on, request.database(), seed, true, request.takesParts());
        note(false, false);
        if (keyspace.sawDue()) {
            discard(on.takeRest());
            return false;
        }
        if (on.wish() != null) {
            hold(request, on);
        } else {
            countLookup();
            answer(request, on);
        }
        return true;
    }

    // -- those who wait -------------------------------------------------------------------------------------------

    /** Hears of each request that begins to wait. */
    void onHeld(Consumer<Request> listener) {
        onHeld = listener;
    }

    /** The request is answered later. */
    private void hold(Request request, Call on) {
        if (request.spec().isWrite()) {
            held.hold(keepWaiting(on), request);
        } else {
            holdRead(request, on);
        }
        onHeld.accept(request);
    }

    private void holdRead(Request request, Call on) {
        Waiters.Wish wish = Objects.requireNonNull(on.wish());
        long deadline = wish.deadlineMillis() == 0 ? 0 : wish.deadlineMillis() - keyspace.nowMillis() + clockMillis();
        Waiters.Wish here = new Waiters.Wish(wish.kind(), wish.group(), wish.keys(), deadline, wish.command());
        heldReads.hold(keyspace.readers().add(on.databaseIndex(), here), request);
    }

    /** Requests of this process whose commands wait in the log's state. */
    HeldRequests held() {
        return held;
    }

    /** How many commands wait, those of clients elsewhere included. */
    int waiting() {
        return keyspace.waiters().size() + keyspace.readers().size();
    }

    /** Ends a read that waits; false if it does not. */
    boolean endRead(Request request, Waiters.End how) {
        Long id = heldReads.id(request);
        boolean waits = id != null && keyspace.readers().end(id, how);
        readyForReads.tellEnded();
        return waits;
    }

    /** Ends all reads that wait: this replica leads no longer. */
    void endReads() {
        keyspace.readers().endAll(Waiters.End.TERM);
        readyForReads.tellEnded();
    }

    /** Ends the reads whose time is over; returns in how many milliseconds the next one's is, Long.MAX_VALUE = none. */
    long endDueReads() {
        keyspace.readers().endDue(clockMillis());
        readyForReads.tellEnded();
        long next = keyspace.readers().nextDeadlineMillis();
        return next == Long.MAX_VALUE ? next : next - clockMillis();
    }

    private long clockMillis() {
        return nanos.getAsLong() / 1_000_000;
    }

    // -- one command ----------------------------------------------------------------------------------------------

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

    private static void discard(@Nullable SlicedReply rest) {
        if (rest != null) {
            rest.close();
        }
    }

    private void runFor(Request request, int database, long seed, boolean mayWait, boolean sliced) {
        reply.reset();
        reply.protocol(request.protocol());
        reach.answers(request);
        run(call, database, seed, mayWait, sliced);
        tellChanges(request);
        if (call.wish() != null) {
            ended(request, args);
            hold(request, call);
        } else {
            answer(request, call);
        }
    }

    private void ended(Request request, Args ran) {
        long now = nanos.getAsLong();
        observer.ran(request, ran, now - startNanos);
        startNanos = now;
    }

    private void answer(Request request, Call ran) {
        ended(request, ran.args());
        SlicedReply rest = ran.takeRest();
        if (rest == null) {
            request.reply(reply.array(), 0, reply.length());
        } else {
            longReplies.begin(request, reply, rest);
        }
    }

    /** What runs a command with these arguments. */
    private Call with(Args other) {
        if (other == args) {
            return call;
        }
        Call on = guest;
        if (on == null || on.args() != other) {
            on = new Call(keyspace, other, reply, scripting);
            guest = on;
        }
        return on;
    }

    private void run(Call on, int database, long seed, boolean mayWait, boolean sliced) {
        on.next(database, seed).sliced(sliced);
        if (mayWait) {
            on.mayWait();
        }
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
            command.run(on);
        } catch (IllegalStateException broken) {
            throw broken;
        } catch (RuntimeException bug) {
            // A function of the entry and the state like everything else here: every replica gets the same, and goes on.
            LOG.error("command {} failed", command.spec().name(), bug);
            discard(on.takeRest());
            reply.truncate(from);
            reply.error("ERR internal error in '" + command.spec().name() + "': " + bug);
        }
    }
}
