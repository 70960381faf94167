package dev.balsa.node.export;

import dev.balsa.node.command.Call;
import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.node.command.ReadyKeys;
import dev.balsa.node.command.Scripting;
import dev.balsa.node.command.Transaction;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.KeyspaceListener;
import dev.balsa.node.engine.Waiters;
import dev.balsa.node.replication.SeedSequence;
import dev.balsa.node.replication.SharedSettings;
import dev.balsa.node.replication.SnapshotFiles;
import dev.balsa.node.replication.UserRights;
import dev.balsa.proto.log.EntryFormatException;
import dev.balsa.proto.log.EntryReader;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Frames;
import dev.balsa.raft.jraft.DamagedFileException;
import dev.balsa.raft.jraft.SavedSnapshot;
import dev.balsa.raft.segment.LogRecord;
import dev.balsa.raft.segment.MembershipText;
import dev.balsa.raft.segment.RecordType;
import dev.balsa.raft.segment.SegmentLogReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/*
 * redis-server removes nothing by itself while it loads: what log time let die must be deleted by a command, and in
 * time, or a later INCR would see a value that was gone. What had died is known only to somebody who runs the
 * commands. So they are run here, against a keyspace as a replica's, and every entry goes three steps:
 *
 *     1  time moves on to the entry's; each key that is due is removed      DEL key
 *     2  each command runs; if it replied an error it changed nothing       (left out)
 *     3  it is written, deadlines made absolute                             SET key value PXAT ...
 */

/** Writes the state and the log of a stopped replica as an appendonly file that redis-server loads. Single use. */
public final class LogExport {
    private static final long ARENA_BYTES = 32L << 30;
    private static final int SLICE = 1024;

    private long seed;
    private final Keyspace keyspace;
    private final AofOutput out;
    private final EntryReader entry = new EntryReader();
    private final Args args = new Args();
    private final RespWriter reply = new RespWriter(4096);
    private final Call call;
    private final ReadyKeys ready;
    private long logMillis;
    private long snapshotIndex;
    private long lastIndex;
    private long entries;
    private long expired;
    private int members;
    private final UserRights users = new UserRights();
    /** Whether the commands of a script make a transaction of their own. */
    private boolean brackets;
    private long effects;
    private long effectsBefore;
    private @Nullable DamagedFileException damaged;

    private LogExport(Keyspace keyspace, AofOutput out) {
        this.keyspace = keyspace;
        this.out = out;
        call = new Call(keyspace, args, reply, new Scripting(new Effects()));
        keyspace.listener(new Removals());
        ready = new ReadyKeys(keyspace, keyspace.waiters(), new Served());
    }

    /**
     * What is to be exported.
     *
     * @param group directory of the replica, e.g. {@code DIR/g0}
     * @param until index of the last entry, Long.MAX_VALUE for all
     * @param databases how many the node is configured with
     */
    public record Source(Path group, long until, int databases) {}

    /**
     * What was exported.
     *
     * @param snapshotIndex index of the last entry in the snapshot that the file begins with, 0 without one
     * @param lastIndex of the last entry exported
     * @param entries exported from the log, those without commands included
     * @param commands in the file behind the snapshot, SELECT not counted
     * @param expired how many of them are the DEL of a key that died of its deadline
     * @param members of the group by the newest configuration found, 0 if none was
     * @param databases that the loading server needs at least
     * @param damagedSnapshot what was wrong with a newer snapshot that the log made unnecessary, else null
     */
    public record Result(
            long snapshotIndex, long lastIndex, long entries, long commands, long expired, int members, int databases,
            long bytes, @Nullable String damagedSnapshot) {}

    /**
     * Writes {@code file}, which is on disk when this returns and useless when it throws.
     *
     * @throws IOException if anything is damaged or missing: the message names file and offset
     */
    public static Result write(Source source, Path file) throws IOException {
        try (SegmentLogReader log = SegmentLogReader.open(source.group().resolve("log"));
                Keyspace keyspace = new Keyspace(source.databases(), ARENA_BYTES);
                AofOutput out = new AofOutput(file)) {
            LogExport export = new LogExport(keyspace, out);
            export.begin(source, log.firstIndex());
            export.entries(log, source.until());
            return export.result(out.finish());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Takes the newest snapshot that is whole, not beyond the last index wanted, and not before the log. */
    private void begin(Source source, long firstIndex) throws IOException {
        for (Path directory : SavedSnapshot.list(source.group())) {
            long index = SavedSnapshot.index(directory);
            if (index > source.until() || index + 1 < firstIndex) {
                continue;
            }
            try {
                SavedSnapshot snapshot = SavedSnapshot.verify(directory);
                load(snapshot);
                return;
            } catch (DamagedFileException e) {
                damaged = damaged == null ? e : damaged;
            }
        }
        if (firstIndex > 1) {
            if (damaged != null) {
                throw damaged;
            }
            throw new IOException("the log begins at index " + firstIndex
                    + " and there is no snapshot of what was before it"
                    + (source.until() == Long.MAX_VALUE ? "" : " up to index " + source.until()));
        }
    }

    private void load(SavedSnapshot snapshot) throws IOException {
        out.preamble(snapshot.directory().resolve(SnapshotFiles.FILE));
        logMillis = SnapshotFiles.load(snapshot.directory(), keyspace);
        snapshotIndex = snapshot.lastIndex();
        lastIndex = snapshotIndex;
        members = snapshot.members();
        moveTime(logMillis);
    }

    private void entries(SegmentLogReader log, long until) throws IOException {
        // What is damaged behind the last index wanted is not looked at.
        for (long read = log.firstIndex() - 1; read < until; read++) {
            @Nullable LogRecord record = log.next();
            if (record == null) {
                return;
            }
            if (record.index() <= snapshotIndex) {
                continue;
            }
            if (record.type() == RecordType.CONFIGURATION) {
                members = MembershipText.decode(record.payload()).peers().size();
            } else if (record.type() == RecordType.DATA) {
                try {
                    commands(record.payload(), record.term());
                } catch (EntryFormatException e) {
                    throw new IOException("Damaged log: " + record.file() + " at offset " + record.offset()
                            + ", entry " + record.index() + ": " + e.getMessage(), e);
                }
            }
            lastIndex = record.index();
            entries++;
        }
    }

    private void commands(byte[] payload, long term) throws IOException {
        entry.wrap(payload, 0, payload.length);
        moveTime(entry.leaderMillis());
        ready.beginEntry(term);
        for (int k = 0; entry.next(args); k++) {
            seed = SeedSequence.ofCommand(entry.seed(), k);
            if (entry.database() >= keyspace.databases()) {
                throw new IOException("a command in database " + entry.database() + ", but only "
                        + keyspace.databases() + " databases are there: say how many the node has with --databases");
            }
            Command command = CommandTable.find(args);
            if (command != null && SharedSettings.isOne(command.spec())) {
                // How values are packed is no redis-server's business, but what is picked by chance depends on it.
                SharedSettings.apply(args, keyspace);
            } else if (command != null && command.spec().isWrite() && command.spec().accepts(args.count())) {
                if (Transaction.isOne(command.spec())) {
                    transaction();
                } else if (Scripting.isRun(command)) {
                    script(command, entry.database());
                } else if (command.spec().name().startsWith("balsa|")) {
                    // Marks of watched keys: state that no other server has.
                    execute(command, entry.database(), false);
                } else {
                    run(command, entry.database(), entry.waits());
                }
                ready.serve(seed);
            }
        }
        keyspace.reclaim(SLICE);
    }

    /** MULTI, the commands that had an effect, EXEC; nothing if a watched key had changed. */
    private void transaction() throws IOException {
        Transaction transaction = new Transaction();
        Args whole = Frames.copy(args);
        if (!transaction.open(whole, keyspace.databases()) || !transaction.admits(keyspace)) {
            return;
        }
        bracket("MULTI");
        long entrySeed = seed;
        for (int k = 1; transaction.next(args); k++) {
            seed = Transaction.seedOf(entrySeed, k);
            Command command = Transaction.find(args, false);
            if (command != null && Scripting.isRun(command)) {
                execute(command, transaction.database(), false);
            } else if (command != null && command.spec().isWrite()) {
                run(command, transaction.database(), false);
                keyspace.settleReady();
            }
        }
        bracket("EXEC");
    }

    /** MULTI, the commands of the script that had an effect, EXEC. */
    private void script(Command command, int database) throws IOException {
        effectsBefore = effects;
        brackets = true;
        execute(command, database, false);
        brackets = false;
        if (effects > effectsBefore) {
            bracket("EXEC");
        }
    }

    /** Writes what the commands of scripts do. */
    private final class Effects implements Scripting.Surroundings {
        @Override
        public Scripting.Rights rights(String user, String rights) {
            return users.of(user, rights);
        }

        @Override
        public void ran(Command command, int database, Args ran, RespWriter answer) {
            if (answer.array()[0] == '-') {
                return;
            }
            try {
                if (brackets && effects++ == effectsBefore) {
                    bracket("MULTI");
                }
                String word = command.word();
                boolean timed = word.equals("RESTORE") || TimedCommand.concerns(word)
                        && TimedCommand.deadline(word, ran, logMillis) != TimedCommand.NONE;
                if (word.equals("XADD")) {
                    Effect.writeAdded(out, database, ran, answer);
                } else if (Effect.mayWait(word)) {
                    Effect.writeServed(out, database, word, ran, answer.copy());
                } else if (timed || Effect.concerns(word, ran, keyspace.database(database))) {
                    Effect.write(out, database, word, ran, keyspace.database(database));
                } else {
                    RespWriter text = out.command(database, ran.count());
                    for (int i = 0; i < ran.count(); i++) {
                        text.bulk(ran, i);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void bracket(String word) throws IOException {
        out.command(out.database(), 1).bulk(word);
    }

    private void execute(Command command, int database, boolean mayWait) {
        reply.reset();
        call.next(database, seed);
        command.body().run(mayWait ? call.mayWait() : call);
    }

    /** Writes what those do who had to wait for it. */
    private final class Served implements ReadyKeys.Listener {
        @Override
        public int protocol(long id) {
            return 2;
        }

        @Override
        public void served(Waiters.Waiter waiter, Args ran, RespWriter answer) {
            if (answer.array()[0] != '-') {
                try {
                    Effect.writeServed(out, waiter.database(), ran.text(0).toUpperCase(Locale.ROOT), ran, answer.copy());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        @Override
        public void ended(Waiters.Waiter waiter, Waiters.End how, RespWriter answer) {}
    }

    private void moveTime(long leaderMillis) {
        logMillis = Math.max(logMillis, leaderMillis);
        keyspace.time(logMillis, logMillis);
        while (keyspace.nextDeadlineMillis() <= logMillis) {
            keyspace.removeDue(SLICE);
        }
    }

    /** Nobody's command removed these: the file needs one. */
    private final class Removals implements KeyspaceListener {
        @Override
        public void expired(int database, byte[] key) {
            removed(database, key);
            expired++;
        }

        @Override
        public void evicted(int database, byte[] key) {
            removed(database, key);
        }
    }

    private void removed(int database, byte[] key) {
        try {
            delete(database, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Command command, int database, boolean mayWait) throws IOException {
        String word = command.word();
        boolean timed = TimedCommand.concerns(word);
        boolean existed = timed && exists(database);
        execute(command, database, mayWait);
        Waiters.@Nullable Wish wish = call.wish();
        if (wish != null) {
            keyspace.waiters().forgetTouched();
            keyspace.waiters().add(database, wish);
        } else if (reply.array()[0] == '-') {
            return;
        }
        if (Effect.mayWait(word)) {
            Effect.writeServed(out, database, word, args, reply.copy());
            return;
        }
        if (word.equals("XADD")) {
            Effect.writeAdded(out, database, args, reply);
            return;
        }
        if (Effect.concerns(word, args, keyspace.database(database))) {
            Effect.write(out, database, word, args, keyspace.database(database));
            return;
        }
        long deadline = timed ? TimedCommand.deadline(word, args, logMillis) : TimedCommand.NONE;
        if (deadline != TimedCommand.NONE && deadline <= logMillis) {
            // The command deleted its key, or its condition did not hold.
            if (existed && !exists(database)) {
                delete(database, args.copy(1));
            }
        } else if (timed && (deadline != TimedCommand.NONE || word.equals("RESTORE"))) {
            TimedCommand.write(out, database, word, args, deadline, keyspace);
        } else if (args.isRespArray()) {
            out.selected(database).raw(args.array(), args.start(), args.end() - args.start());
        } else {
            RespWriter text = out.command(database, args.count());
            for (int i = 0; i < args.count(); i++) {
                text.bulk(args, i);
            }
        }
    }

    private boolean exists(int database) {
        return keyspace.database(database).find(args.array(), args.offset(1), args.length(1)) != Keyspace.MISSING;
    }

    private void delete(int database, byte[] key) throws IOException {
        RespWriter text = out.command(database, 2);
        text.bulk("DEL");
        text.bulk(key);
    }

    private Result result(long bytes) {
        int databases = out.highestDatabase() + 1;
        for (int i = databases; i < keyspace.databases(); i++) {
            databases = keyspace.database(i).size() > 0 ? i + 1 : databases;
        }
        return new Result(snapshotIndex, lastIndex, entries, out.commands(), expired, members, databases, bytes,
                damaged == null ? null : damaged.getMessage());
    }
}
