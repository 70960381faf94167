package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Blocking;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.SlotMap;
import dev.balsa.proxy.route.Split;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a connection's requests to who serves them: the session, a transaction's queue, a group, several groups or the
 * administration. Owned by the connection's loop.
 */
final class Execution {
    private final Connection client;
    private final Front front;
    private final LoopState loop;
    private final Session session;
    private final Router router;
    private final Answers answers;
    private final Submissions submissions;
    private final Transactions transactions;
    private final Subscriptions subscriptions;
    private final ScriptCalls scripts;
    private CommandEntry lastEntry = Rejections.NOTHING;
    /** Of the command in execution, when it came from a client of another process that wants to know its own changes. */
    private long origin;
    /** Where replies go while a command of a transaction is executed. */
    private @Nullable ReplySink within;

    Execution(Connection client, Router router, Answers answers) {
        this.client = client;
        this.front = client.front();
        this.loop = client.loop();
        this.session = client.session();
        this.router = router;
        this.answers = answers;
        this.submissions = answers.submissions();
        this.transactions = new Transactions(client, this, router);
        this.subscriptions = new Subscriptions(client, this);
        this.scripts = new ScriptCalls(client);
    }

    /** False: it has to wait, and is decoded again later. */
    boolean execute(Args args) {
        CommandEntry entry = front.commands().find(args);
        String refusal = Rejections.check(entry, args, front.commands(), session, front.settings());
        if (refusal != null || entry == null) {
            reject(entry, transactions.rejected(args, refusal == null ? "" : refusal));
            return true;
        }
        String denied = Access.denied(client, entry, args);
        if (denied != null) {
            reject(entry, transactions.rejected(args, denied));
            return true;
        }
        if (subscriptions.any() && session.protocol() == 2 && !servesListeners(entry)) {
            reject(entry, transactions.rejected(args, "ERR Can't execute '" + entry.name() + "': only (P|S)SUBSCRIBE / "
                    + "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"));
            return true;
        }
        boolean queued = transactions.queues(entry);
        if (!serve(entry, args)) {
            return false;
        }
        Tracking tracking = client.trackingOrNull();
        if (tracking != null) {
            tracking.executed(entry, args, queued);
        }
        if (!queued && !front.monitors().none()) {
            front.monitors().tell(client, entry, args, session.database());
        }
        return true;
    }

    private boolean serve(CommandEntry entry, Args args) {
        if (transactions.takes(entry)) {
            return transactions.mayQueue(entry, args) && transactions.execute(entry, args);
        }
        if (entry.kind() == CommandEntry.Kind.PUBSUB) {
            return pubSub(entry, args);
        }
        if (pauses(entry)) {
            return false;
        }
        if (entry.kind() == CommandEntry.Kind.SESSION) {
            sessionCommand(entry, args);
            client.loop().commandsEnd();
            return true;
        }
        if (entry.kind() == CommandEntry.Kind.USERS) {
            client.loop().commandsEnd();
            return users(entry, args);
        }
        if (session.mode() == Mode.CLUSTER && GroupEnvelope.isOne(args)) {
            return envelope(args);
        }
        if (session.mode() == Mode.CLUSTER && GroupEnvelope.hasOrigin(args)) {
            return ofOrigin(args);
        }
        int target = router.groupOf(entry, args);
        if (target < 0) {
            return wide(entry, args, target);
        }
        if (ScriptCalls.concerns(entry)) {
            return script(entry, args, target);
        }
        if (entry.kind() == CommandEntry.Kind.ALL_GROUPS) {
            scripts.executed(entry);
        }
        Args sent = ScriptRights.along(session.account().user(), entry, args);
        return toGroup(entry, sent, target, router.slot(), answers);
    }

    private boolean script(CommandEntry entry, Args args, int group) {
        int slot = router.slot();
        if (!scripts.mayGo(entry, args, group)) {
            return false;
        }
        Args reading = scripts.reading(entry, args);
        CommandEntry reads = reading == null ? null : front.commands().find(reading);
        CommandEntry as = reads == null ? entry
                // Counted as what the client has sent.
                : new CommandEntry(reads.spec(), entry.kind(), entry.index(), entry.singleKeyAt(), entry.debug());
        Args words = reading == null || reads == null ? args : reading;
        return toGroup(as, ScriptRights.along(session.account().user(), as, words), group, slot, answers);
    }

    /** Executes a command of a transaction that no group executes; its reply goes to {@code sink}. */
    void within(CommandEntry entry, Args args, ReplySink sink) {
        CommandEntry last = lastEntry;
        within = sink;
        try {
            switch (entry.kind()) {
                case SESSION -> SessionCommands.run(client, entry, args, take(entry));
                case USERS -> UserChanges.run(client, take(entry), args);
                case PUBSUB -> subscriptions.execute(entry, args);
                case TRANSACTION, KEYED, SPLIT, ALL_GROUPS, ANY_GROUP, ONLY_GROUP, ADMIN ->
                    router.submitWide(take(entry), Router.KEYLESS, args);
            }
        } finally {
            within = null;
            lastEntry = last;
        }
    }

    /** Whether a command of a transaction is executed: what came before the transaction was answered. */
    boolean isWithin() {
        return within != null;
    }

    /** What a client of RESP2 may say that listens to channels: its replies can be told from messages. */
    private static boolean servesListeners(CommandEntry entry) {
        return switch (entry.name()) {
            case "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe", "ping", "quit",
                    "reset" ->
                true;
            default -> false;
        };
    }

    private boolean pubSub(CommandEntry entry, Args args) {
        return !pauses(entry) && subscriptions.execute(entry, args);
    }

    /** Whether CLIENT PAUSE holds the command up; then the connection goes on by itself. */
    boolean pauses(CommandEntry entry) {
        long paused = front.pausedMillis(entry);
        if (paused > 0) {
            var _ = loop.loop().schedule(client::markDirty, Math.min(paused, 100), TimeUnit.MILLISECONDS);
        }
        return paused > 0;
    }

    private void reject(@Nullable CommandEntry entry, String line) {
        if (entry != null) {
            loop.stats().rejected(entry.index());
        }
        answerError(Rejections.NOTHING, line);
        session.commandDone();
        Tracking tracking = client.trackingOrNull();
        if (tracking != null) {
            tracking.commandDone(entry == null ? "" : entry.name());
        }
    }

    private void sessionCommand(CommandEntry entry, Args args) {
        Pending pending = take(entry);
        answers.awaitOwn(pending);
        SessionCommands.run(client, entry, args, pending);
    }

    private boolean users(CommandEntry entry, Args args) {
        if (answers.unanswered() > 0) {
            return false;
        }
        Pending pending = take(entry);
        answers.awaitAlone(pending);
        session.commandDone();
        UserChanges.run(client, pending, args);
        return true;
    }

    private boolean ofOrigin(Args args) {
        Args inner = GroupEnvelope.inner(args);
        CommandEntry entry = front.commands().find(inner);
        String refusal = Rejections.check(entry, inner, front.commands(), session, front.settings());
        if (refusal != null || entry == null) {
            reject(entry, refusal == null ? "" : refusal);
            return true;
        }
        origin = GroupEnvelope.origin(args);
        try {
            return serve(entry, inner);
        } finally {
            origin = 0;
        }
    }

    private boolean envelope(Args args) {
        Args inner = GroupEnvelope.inner(args);
        CommandEntry entry = front.commands().find(inner);
        int group = GroupEnvelope.group(args);
        // Only fronts, and users who may everything, come so far: Access sees to that.
        String refusal = group < 0 ? "ERR invalid group id"
                : Rejections.check(entry, inner, front.commands(), session, front.settings());
        if (refusal != null || entry == null) {
            reject(entry, refusal == null ? "" : refusal);
            return true;
        }
        return entry.kind() == CommandEntry.Kind.PUBSUB ? pubSub(entry, inner)
                : toGroup(entry, inner, group, SlotMap.NONE, answers);
    }

    /** False: it has to wait for others of this connection. */
    boolean toGroup(CommandEntry entry, Args args, int group, int slot, ReplySink sink) {
        if (within != null) {
            router.submit(take(entry).target(group, slot), args);
            return true;
        }
        boolean waits = Blocking.mayWait(entry.spec(), args);
        // It may go another way than the requests before it, and so overtake them.
        if (submissions.mustWait(entry, group) || waits && answers.unanswered() > 0) {
            return false;
        }
        Pending pending = take(entry, sink).target(group, slot).script(scripts.takeSent());
        answers.await(pending);
        if (waits) {
            answers.mayWait(pending);
        }
        submissions.submit(pending, args);
        session.commandDone();
        return true;
    }

    private boolean wide(CommandEntry entry, Args args, int target) {
        if (router.isSplit(entry, target)) {
            return split(entry, args);
        }
        if (answers.unanswered() > 0) {
            return false;
        }
        scripts.executed(entry);
        Pending pending = take(entry);
        answers.awaitAlone(pending);
        if (Blocking.mayWait(entry.spec(), args)) {
            answers.mayWait(pending);
        }
        session.commandDone();
        router.submitWide(pending, target, args);
        return true;
    }

    private boolean split(CommandEntry entry, Args args) {
        String problem = router.splitProblem(entry, args);
        if (!problem.isEmpty()) {
            answerError(entry, problem);
            session.commandDone();
            return true;
        }
        Split split = router.split(entry, args);
        if (submissions.mustWait(entry, split)) {
            return false;
        }
        Pending whole = take(entry).split(split);
        answers.await(whole);
        submissions.submit(split, whole);
        session.commandDone();
        return true;
    }

    private Pending take(CommandEntry entry) {
        return take(entry, within == null ? answers : within);
    }

    private Pending take(CommandEntry entry, ReplySink sink) {
        lastEntry = entry;
        Pending pending = loop.take().begin(sink, loop.loop(), entry);
        Tracking tracking = client.trackingOrNull();
        pending.session(session.database(), session.protocol(), client.id());
        pending.origin(tracking == null ? origin : tracking.originOfWrites() | origin);
        pending.silent(session.silent());
        pending.startedNanos(loop.turnNanos());
        return pending;
    }

    /** A request that is answered later, before anything else is executed. */
    Pending alone(CommandEntry entry) {
        Pending pending = take(entry);
        pending.silent(false);
        if (within == null) {
            answers.awaitAlone(pending);
            session.commandDone();
        }
        return pending;
    }

    /** EXEC of what no group executes: answered later, before anything else is executed. */
    Pending exec(CommandEntry entry, ReplySink sink) {
        Pending pending = take(entry, sink);
        answers.awaitAlone(pending);
        session.commandDone();
        return pending;
    }

    /** Answers by itself. */
    void answer(CommandEntry entry, Consumer<RespWriter> write) {
        Pending pending = take(entry);
        if (within == null) {
            answers.awaitOwn(pending);
        }
        RespWriter reply = loop.writer(session.protocol());
        write.accept(reply);
        pending.reply(reply.array(), 0, reply.length());
        session.commandDone();
    }

    void answerError(CommandEntry entry, String line) {
        Pending pending = take(entry);
        answers.awaitOwn(pending);
        router.fail(pending, line);
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    ScriptCalls scripts() {
        return scripts;
    }

    Transactions transactions() {
        return transactions;
    }

    /** The command that was executed last. */
    CommandEntry lastEntry() {
        return lastEntry;
    }
}
