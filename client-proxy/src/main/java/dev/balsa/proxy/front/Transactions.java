package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReplyDecoder;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.Account;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Frames;
import dev.balsa.proxy.route.KeyNames;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.SlotMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/*
 * Commands are queued here, and EXEC sends them to their group as one command, BALSA EXEC, which is one entry of the
 * log or part of one. What no group executes (PING, SELECT, PUBLISH, CONFIG, ...) stays here and is put between the
 * group's replies:
 *
 *     queued    SET a 1 | PING | SELECT 1 | GET b          to the group     BALSA EXEC 0 | 0 3 SET a 1 | 1 2 GET b
 *     reply     +OK       +PONG  +OK        $-1            from the group   *2 +OK $-1
 *
 * The connection's part is executed after the group's: nothing comes between the group's, and a message that is
 * published finds what was written.
 *
 * WATCH asks the group to mark the keys (BALSA WATCH) and keeps the ids of the marks, which go along with EXEC.
 */

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH of a connection. Owned by the connection's loop. */
final class Transactions implements ReplySink {
    private static final String OOM = "-OOM ";
    private static final String ABORTED = "EXECABORT Transaction discarded because of previous errors.";
    private static final String CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";
    /** What a connection may queue; a client that wants more would want it by mistake. */
    private static final int QUEUED_MAX_BYTES = 256 << 20;
    private static final int WATCHED_MAX = 65_536;

    private enum Awaited { NOTHING, WATCHED, REPLIES }

    private final Connection client;
    private final Execution execution;
    private final Router router;
    private final List<Queued> queue = new ArrayList<>();
    /** Scripts that the group is taken to have. */
    private final List<Long> scripts = new ArrayList<>();
    private List<Watched> watched = new ArrayList<>();
    private List<Watched> asked = List.of();
    private boolean open;
    private boolean aborted;
    private boolean closed;
    private int database;
    private int group = SlotMap.NONE;
    private int slot = SlotMap.NONE;
    private int watchedGroup = SlotMap.NONE;
    private long queuedBytes;
    private Awaited awaited = Awaited.NOTHING;

    /**
     * @param own whether the connection answers it itself
     * @param denied the error that is its reply; empty: it runs
     */
    private record Queued(CommandEntry entry, Args args, int database, boolean own, String denied) {
        Queued deny(String line) {
            return new Queued(entry, args, database, true, line);
        }
    }

    /** A key with the id of its mark. */
    private static final class Watched {
        private final int database;
        private final byte[] key;
        private final long id;

        Watched(int database, byte[] key, long id) {
            this.database = database;
            this.key = key;
            this.id = id;
        }

        boolean is(int otherDatabase, byte[] other) {
            return database == otherDatabase && Arrays.equals(key, other);
        }
    }

    Transactions(Connection client, Execution execution, Router router) {
        this.client = client;
        this.execution = execution;
        this.router = router;
    }

    /** Whether a reply must come before anything else of the connection is executed. */
    boolean waits() {
        return awaited != Awaited.NOTHING;
    }

    /** Whether MULTI was said. */
    boolean isOpen() {
        return open;
    }

    /** Whether {@link #execute} takes the command. */
    boolean takes(CommandEntry entry) {
        if (!open) {
            return entry.kind() == CommandEntry.Kind.TRANSACTION;
        }
        return !entry.name().equals("quit") && !entry.name().equals("reset");
    }

    /** Whether {@link #execute} puts the command into the queue. */
    boolean queues(CommandEntry entry) {
        return open && takes(entry) && entry.kind() != CommandEntry.Kind.TRANSACTION;
    }

    /** False: what a script needs is looked for, and it is decoded again later. */
    boolean mayQueue(CommandEntry entry, Args args) {
        if (!open || !ScriptCalls.concerns(entry)) {
            return true;
        }
        int target = router.groupInTransaction(entry, args);
        boolean may = target < 0 || execution.scripts().mayGo(entry, args, target);
        long script = execution.scripts().takeSent();
        if (script != KnownScripts.NONE) {
            scripts.add(script);
        }
        return may;
    }

    /** False: it has to wait, and is decoded again later. */
    boolean execute(CommandEntry entry, Args args) {
        switch (entry.name()) {
            case "multi" -> multi(entry);
            case "exec" -> {
                return exec(entry);
            }
            case "discard" -> discard(entry);
            case "watch" -> {
                return watch(entry, args);
            }
            case "unwatch" -> {
                if (open) {
                    queue(entry, args, true);
                } else {
                    unwatch();
                    execution.answer(entry, RespWriter::ok);
                }
            }
            default -> enqueue(entry, args);
        }
        return true;
    }

    /** A command was rejected before it came here; returns the error line to answer. */
    String rejected(Args args, String line) {
        if (args.count() > 0 && args.is(0, "EXEC")) {
            end();
            String why = line.startsWith("ERR ") ? line.substring("ERR ".length()) : line;
            return "EXECABORT Transaction discarded because of: " + why;
        }
        aborted |= open;
        return line;
    }

    private void multi(CommandEntry entry) {
        if (open) {
            refuse(entry, "ERR MULTI calls can not be nested");
            return;
        }
        open = true;
        database = client.session().database();
        execution.answer(entry, RespWriter::ok);
    }

    private void discard(CommandEntry entry) {
        if (!open) {
            refuse(entry, "ERR DISCARD without MULTI");
            return;
        }
        end();
        execution.answer(entry, RespWriter::ok);
    }

    // -- the queue ----------------------------------------------------------------------------------------------

    private void enqueue(CommandEntry entry, Args args) {
        String problem = entry.spec().has(CommandFlag.NO_MULTI) ? "ERR Command not allowed inside a transaction" : "";
        boolean own = InTransaction.serves(entry) && !GroupEnvelope.isOne(args) && !GroupEnvelope.hasOrigin(args);
        if (problem.isEmpty() && !own) {
            problem = target(entry, args);
        }
        if (problem.isEmpty() && queuedBytes > QUEUED_MAX_BYTES) {
            problem = "ERR more than " + QUEUED_MAX_BYTES + " bytes are queued";
        }
        if (!problem.isEmpty()) {
            aborted = true;
            refuse(entry, problem);
            return;
        }
        queue(entry, args, own);
    }

    private void queue(CommandEntry entry, Args args, boolean own) {
        Args kept = Frames.copy(args);
        queue.add(new Queued(entry, kept, database, own, ""));
        queuedBytes += kept.end() - kept.start();
        if (entry.name().equals("select")) {
            long index = SessionCommands.number(args, 1);
            boolean good = index >= 0 && index < client.front().settings().databases();
            database = good ? (int) index : database;
        }
        execution.answer(entry, reply -> reply.simple("QUEUED"));
    }

    /** Finds the group; the error line if it cannot run in this transaction, else empty. */
    private String target(CommandEntry entry, Args args) {
        boolean runs = entry.spec().isWrite() || entry.spec().isReadOnly();
        int found = runs ? router.groupInTransaction(entry, args) : Router.KEYLESS;
        if (found == Router.KEYLESS) {
            return "ERR " + entry.name().toUpperCase(Locale.ROOT).replace('|', ' ')
                    + " is not supported inside a transaction";
        }
        if (found == Router.SEVERAL || others(found)) {
            return CROSSSLOT;
        }
        String elsewhere = router.servedElsewhere(entry, found, client.session().readOnly());
        if (elsewhere.isEmpty()) {
            group = found;
            slot = slot == SlotMap.NONE ? router.slot() : slot;
        }
        return elsewhere;
    }

    private boolean others(int found) {
        return group != SlotMap.NONE && group != found || watchedGroup != SlotMap.NONE && watchedGroup != found;
    }

    // -- EXEC ---------------------------------------------------------------------------------------------------

    private boolean exec(CommandEntry entry) {
        if (!open) {
            refuse(entry, "ERR EXEC without MULTI");
            return true;
        }
        if (aborted) {
            end();
            refuse(entry, ABORTED);
            return true;
        }
        if (client.unanswered() > 0 && queue.stream().anyMatch(Queued::own)) {
            return false;
        }
        denyAgain();
        int to = group == SlotMap.NONE ? watchedGroup : group;
        boolean woven = queue.stream().anyMatch(Queued::own);
        if (to == SlotMap.NONE) {
            if (client.unanswered() > 0) {
                return false;
            }
            open = false;
            awaited = Awaited.REPLIES;
            tellMonitors();
            runOwn(execution.exec(entry, this), new byte[0]);
            return true;
        }
        if (woven && client.unanswered() > 0) {
            return false;
        }
        Args whole = toOne();
        CommandEntry inner = client.front().commands().find(whole);
        if (inner == null) {
            throw new IllegalStateException("the commands lack " + whole.text(0) + ' ' + whole.text(1));
        }
        awaited = woven ? Awaited.REPLIES : Awaited.NOTHING;
        open = false;
        if (execution.pauses(inner) || !execution.toGroup(inner, whole, to, slot, sink())) {
            awaited = Awaited.NOTHING;
            open = true;
            return false;
        }
        tellMonitors();
        // The group takes the watchers from the marks itself.
        watched.clear();
        watchedGroup = SlotMap.NONE;
        if (!woven) {
            forget();
        }
        return true;
    }

    private ReplySink sink() {
        return scripts.isEmpty() ? this : new ScriptReplies(this, scripts, client.loop().scripts());
    }

    private void tellMonitors() {
        if (!client.front().monitors().none()) {
            queue.forEach(one -> client.front().monitors().tell(client, one.entry, one.args, one.database));
        }
    }

    /** The user's rules may have changed since the commands were queued. */
    private void denyAgain() {
        Account as = client.session().account();
        for (int i = 0; i < queue.size(); i++) {
            Queued one = queue.get(i);
            String denied = one.denied().isEmpty()
                    ? Access.deniedAtExec(client, as.user(), one.entry(), one.args()) : null;
            if (denied != null) {
                queue.set(i, one.deny(denied));
            }
            as = InTransaction.accountAfter(one.entry(), one.args(), as, client.front().users());
        }
    }

    /** The queue as one command for the group. */
    private Args toOne() {
        List<byte[]> words = new ArrayList<>();
        boolean reads = watched.isEmpty();
        boolean denied = false;
        words.add(bytes("BALSA"));
        words.add(bytes("EXEC"));
        words.add(bytes(Integer.toString(watched.size())));
        watched.forEach(mark -> mark(words, mark));
        for (Queued one : queue) {
            if (one.own()) {
                continue;
            }
            reads &= one.entry().spec().isReadOnly();
            denied |= one.entry().spec().has(CommandFlag.DENYOOM);
            words.add(bytes(Integer.toString(one.database())));
            Args sent = ScriptRights.along(client.session().account().user(), one.entry(), one.args());
            words.add(bytes(Integer.toString(sent.count())));
            for (int i = 0; i < sent.count(); i++) {
                words.add(sent.copy(i));
            }
        }
        words.set(1, bytes(reads ? "EXECREAD" : denied ? "EXEC" : "EXECFREE"));
        return Args.of(words.toArray(new byte[0][]));
    }

    private static void mark(List<byte[]> words, Watched mark) {
        words.add(bytes(Integer.toString(mark.database)));
        words.add(mark.key);
        words.add(bytes(Long.toString(mark.id)));
    }

    /**
     * Executes what the group has not, then answers EXEC.
     *
     * @param replies those of the group, one after the other
     */
    private void runOwn(Pending pending, byte[] replies) {
        int protocol = client.session().protocol();
        List<InTransaction.Command> own = queue.stream()
                .filter(one -> one.own() && one.denied().isEmpty())
                .map(one -> new InTransaction.Command(one.entry(), one.args()))
                .toList();
        new InTransaction(client, execution, own, () -> {
            awaited = Awaited.NOTHING;
            RespWriter reply = new RespWriter(256).protocol(protocol);
            weave(replies, own.iterator(), reply);
            List<byte[]> untracked = readAfterTracking();
            forget();
            if (closed) {
                end();
            }
            client.answers().replied(pending, reply.array(), 0, reply.length());
            Tracking tracking = client.trackingOrNull();
            if (tracking != null) {
                tracking.readUntracked(untracked);
            }
        }).start();
    }

    /** Keys that were read behind CLIENT TRACKING or CACHING: the group has run before that was in force. */
    private List<byte[]> readAfterTracking() {
        List<byte[]> keys = new ArrayList<>();
        KeyNames names = new KeyNames();
        boolean said = false;
        for (Queued one : queue) {
            String name = one.entry().name();
            said |= name.equals("client|tracking") || name.equals("client|caching");
            if (said && !one.own() && Tracking.mayRead(one.entry())) {
                names.addTo(keys, one.entry(), one.args());
            }
        }
        return keys;
    }

    /** The replies of all that was queued, in its order. */
    private void weave(byte[] replies, Iterator<InTransaction.Command> own, RespWriter to) {
        RespReplyDecoder decoder = new RespReplyDecoder();
        int at = 0;
        to.array(queue.size());
        for (Queued one : queue) {
            if (!one.denied().isEmpty()) {
                to.error(one.denied());
            } else if (one.own()) {
                byte[] reply = own.next().reply();
                to.raw(reply, 0, reply.length);
            } else {
                int length = decoder.decode(replies, at, replies.length);
                to.raw(replies, at, length);
                at += length;
            }
        }
    }

    // -- WATCH --------------------------------------------------------------------------------------------------

    private boolean watch(CommandEntry entry, Args args) {
        if (open) {
            refuse(entry, "ERR WATCH inside MULTI is not allowed");
            return true;
        }
        if (client.unanswered() > 0) {
            return false;
        }
        int found = router.groupInTransaction(entry, args);
        if (found < 0 || others(found) || watched.size() + args.count() > WATCHED_MAX) {
            refuse(entry, found == SlotMap.NONE ? Router.NOT_SERVED
                    : found < 0 || others(found) ? CROSSSLOT : "ERR too many keys are watched");
            return true;
        }
        int inDatabase = client.session().database();
        List<Watched> wanted = new ArrayList<>();
        for (int i = 1; i < args.count(); i++) {
            byte[] key = args.copy(i);
            if (watched.stream().noneMatch(one -> one.is(inDatabase, key))
                    && wanted.stream().noneMatch(one -> one.is(inDatabase, key))) {
                wanted.add(new Watched(inDatabase, key, 0));
            }
        }
        if (wanted.isEmpty()) {
            execution.answer(entry, RespWriter::ok);
            return true;
        }
        List<byte[]> words = new ArrayList<>(List.of(bytes("BALSA"), bytes("WATCH")));
        wanted.forEach(one -> words.add(one.key));
        Args inner = Args.of(words.toArray(new byte[0][]));
        CommandEntry innerEntry = client.front().commands().find(inner);
        asked = wanted;
        watchedGroup = found;
        awaited = Awaited.WATCHED;
        if (innerEntry == null || !execution.toGroup(innerEntry, inner, found, router.slot(), this)) {
            throw new IllegalStateException("nothing is in flight, and WATCH cannot be sent");
        }
        return true;
    }

    private void unwatch() {
        if (watched.isEmpty()) {
            watchedGroup = SlotMap.NONE;
            return;
        }
        List<byte[]> words = new ArrayList<>(List.of(bytes("BALSA"), bytes("UNWATCH")));
        watched.forEach(mark -> mark(words, mark));
        tell(Args.of(words.toArray(new byte[0][])), watchedGroup);
        watched = new ArrayList<>();
        watchedGroup = SlotMap.NONE;
    }

    /** Sends a command whose reply nobody waits for. */
    private void tell(Args args, int to) {
        CommandEntry entry = client.front().commands().find(args);
        Backend backend = router.backendOf(to);
        if (entry != null && backend != null) {
            Pending pending = new Pending().begin(ReplySink.NOBODY, client.loop().loop(), entry);
            backend.submit(pending.session(database, 2, client.id()).target(to, SlotMap.NONE), args);
        }
    }

    private void refuse(CommandEntry entry, String line) {
        execution.answer(entry, reply -> reply.error(line));
    }

    // -- replies ------------------------------------------------------------------------------------------------

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        if (awaited == Awaited.REPLIES && bytes[offset] == '*' && bytes[offset + 1] != '-') {
            int first = offset;
            while (bytes[first] != '\n') {
                first++;
            }
            runOwn(pending, Arrays.copyOfRange(bytes, first + 1, offset + length));
        } else if (waits()) {
            // Nothing else is in flight.
            byte[] reply = reply(bytes, offset, length);
            if (closed) {
                end();
            }
            client.answers().replied(pending, reply, 0, reply.length);
        } else if (bytes[offset] == '-' && text(bytes, offset, length).startsWith(OOM)) {
            byte[] reply = bytes("-EXECABORT Transaction discarded because of: " + text(bytes, offset + 1, length - 1));
            client.answers().replied(pending, reply, 0, reply.length);
        } else {
            client.answers().replied(pending, bytes, offset, length);
        }
    }

    @Override
    public void refused(Pending pending, Refusal refusal, Args args) {
        client.answers().refused(pending, refusal, args);
    }

    @Override
    public void unknown(Pending pending, String reason) {
        awaited = Awaited.NOTHING;
        client.answers().unknown(pending, reason);
    }

    private static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** Makes the reply that was awaited into what the client gets. */
    private byte[] reply(byte[] bytes, int offset, int length) {
        Awaited was = awaited;
        awaited = Awaited.NOTHING;
        RespWriter reply = new RespWriter(256).protocol(client.session().protocol());
        boolean array = bytes[offset] == '*' && bytes[offset + 1] != '-';
        if (was == Awaited.WATCHED && array) {
            remember(text(bytes, offset, length).split("\r\n"));
            reply.ok();
        } else {
            reply.raw(bytes, offset, length);
        }
        if (was == Awaited.REPLIES) {
            forget();
        } else if (watched.isEmpty()) {
            watchedGroup = SlotMap.NONE;
        }
        return reply.copy();
    }

    /** {@code lines} are those of an array of integers, one for each key asked. */
    private void remember(String[] lines) {
        for (int i = 0; i < asked.size(); i++) {
            Watched one = asked.get(i);
            watched.add(new Watched(one.database, one.key, Long.parseLong(lines[i + 1].substring(1))));
        }
        asked = List.of();
    }

    // -- the end ------------------------------------------------------------------------------------------------

    /** The connection is gone; a mark that is being laid is left when it has been. */
    void close() {
        closed = true;
        if (!waits()) {
            end();
        }
    }

    /** Forgets queue and watched keys, as DISCARD, RESET and the end of the connection do. */
    void end() {
        open = false;
        unwatch();
        forget();
    }

    private void forget() {
        queue.clear();
        scripts.clear();
        queuedBytes = 0;
        aborted = false;
        group = SlotMap.NONE;
        slot = SlotMap.NONE;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
