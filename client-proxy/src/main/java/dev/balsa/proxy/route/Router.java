package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Request.Refusal;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings commands to the backends that serve them. One per event loop and mode, owned by the loop. */
public final class Router {
    /** Keys of several groups. */
    public static final int SEVERAL = -2;
    /** No keys: all groups, or the administration. */
    public static final int KEYLESS = -3;

    private static final String CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";
    /** No group has the slot. */
    public static final String NOT_SERVED = "CLUSTERDOWN Hash slot not served";

    private final Mode mode;
    private final ClusterView view;
    private final Backend admin;
    private final Supplier<CommandIndex> commands;
    private final Retry retry;
    private final Keys keys = new Keys();
    private final RespWriter error = new RespWriter(128);
    private final MultiKeySplitter splitter;
    private int slot;

    public Router(Mode mode, ClusterView view, Backend admin, Supplier<CommandIndex> commands, Retry.Limits limits) {
        this.mode = mode;
        this.view = view;
        this.admin = admin;
        this.commands = commands;
        this.retry = new Retry(limits);
        this.splitter = new MultiKeySplitter(keys);
    }

    public Mode mode() {
        return mode;
    }

    Retry retry() {
        return retry;
    }

    CommandIndex commands() {
        return commands.get();
    }

    SlotMap slots() {
        return view.slots();
    }

    /**
     * The group that serves the command alone, or {@link SlotMap#NONE} (a key's slot is not served), {@link
     * #SEVERAL} or {@link
     * #KEYLESS}. Afterwards {@link #slot()} is the first key's slot, as far as it was needed.
     */
    public int groupOf(CommandEntry entry, Args args) {
        slot = SlotMap.NONE;
        SlotMap slots = view.slots();
        return switch (entry.kind()) {
            case KEYED, SPLIT -> slots.single() != SlotMap.NONE ? slots.single() : groupOfKeys(slots, entry, args);
            case ALL_GROUPS -> mode == Mode.PLAIN && slots.single() != SlotMap.NONE ? slots.single() : KEYLESS;
            case ANY_GROUP -> anyGroup(slots);
            case ONLY_GROUP -> slots.single() != SlotMap.NONE ? slots.single() : KEYLESS;
            case SESSION, USERS, ADMIN, TRANSACTION, PUBSUB -> KEYLESS;
        };
    }

    /** The first, for a cluster-aware client the first that is led here. */
    private int anyGroup(SlotMap slots) {
        for (int i = 0; mode == Mode.CLUSTER && i < slots.count(); i++) {
            if (view.leadsHere(slots.group(i))) {
                return slots.group(i);
            }
        }
        return slots.count() == 0 ? SlotMap.NONE : slots.group(0);
    }

    /** As {@link #groupOf}, for a command that a transaction queues, or WATCH. */
    public int groupInTransaction(CommandEntry entry, Args args) {
        slot = SlotMap.NONE;
        SlotMap slots = view.slots();
        return switch (entry.kind()) {
            case KEYED, SPLIT, TRANSACTION ->
                slots.single() != SlotMap.NONE ? slots.single() : groupOfKeys(slots, entry, args);
            case ALL_GROUPS, ONLY_GROUP, ANY_GROUP -> slots.single() != SlotMap.NONE ? slots.single() : KEYLESS;
            case SESSION, USERS, ADMIN, PUBSUB -> KEYLESS;
        };
    }

    /** The error line for a command of a transaction that this process cannot serve, after {@link #groupInTransaction}; else empty. */
    public String servedElsewhere(CommandEntry entry, int group, boolean readOnly) {
        if (group == SlotMap.NONE) {
            return NOT_SERVED;
        }
        boolean here = mode == Mode.PLAIN || view.leadsHere(group) || readOnly && entry.spec().isReadOnly();
        if (here) {
            return "";
        }
        String leader = view.leaderAddress(group);
        int of = slot == SlotMap.NONE ? Math.max(0, view.slots().nextSlot(group, 0)) : slot;
        return leader.isEmpty() ? NOT_SERVED : "MOVED " + of + " " + leader;
    }

    private int groupOfKeys(SlotMap slots, CommandEntry entry, Args args) {
        if (entry.singleKeyAt() > 0) {
            slot = Slots.slot(args, entry.singleKeyAt());
            return slots.groupOf(slot);
        }
        keys.find(entry.spec(), args);
        if (keys.count() == 0) {
            // Such as EVAL without keys, or a count of keys that is none: any group can tell.
            return slots.count() == 0 ? SlotMap.NONE : slots.group(0);
        }
        slot = Slots.slot(args, keys.get(0));
        int group = slots.groupOf(slot);
        for (int i = 1; i < keys.count(); i++) {
            if (slots.groupOf(Slots.slot(args, keys.get(i))) != group) {
                return SEVERAL;
            }
        }
        return SortPatterns.isSort(entry) && SortPatterns.refusal(slots, args, group) != null ? SEVERAL : group;
    }

    /** The first key's slot, as the last {@link #groupOf} found it, or {@link SlotMap#NONE}. */
    public int slot() {
        return slot;
    }

    /** Submits a command to the one group that its target names. */
    public void submit(Pending pending, Args args) {
        if (pending.unblocked() != null) {
            answerUnblocked(pending);
            return;
        }
        int group = pending.group();
        Backend backend = group == SlotMap.NONE ? null : backendOf(group);
        if (backend != null) {
            pending.servedBy(backend);
            backend.submit(pending, args);
        } else if (mode == Mode.CLUSTER) {
            moved(pending, view.leaderAddress(group), args);
        } else {
            fail(pending, NOT_SERVED);
        }
    }

    /** It was refused while its waiting was ended: it waits nowhere. */
    private void answerUnblocked(Pending pending) {
        if (pending.unblocked() == Request.Unblock.ERROR) {
            fail(pending, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
        } else {
            error.reset();
            error.protocol(pending.protocol()).nilArray();
            pending.reply(error.array(), 0, error.length());
        }
    }

    /** Whether a command that no single group serves is to be {@link #split}. */
    public boolean isSplit(CommandEntry entry, int target) {
        return target == SEVERAL && entry.kind() == CommandEntry.Kind.SPLIT && mode == Mode.PLAIN;
    }

    /** The error line for a request that cannot be split, without its minus, else empty. */
    public String splitProblem(CommandEntry entry, Args args) {
        return splitter.problem(entry, args);
    }

    /** The parts of a request, one for each group that it has keys of. */
    public Split split(CommandEntry entry, Args args) {
        return splitter.split(entry, args, view.slots());
    }

    /** Submits a command that no single group serves; nothing else of the connection is in flight meanwhile. */
    public void submitWide(Pending pending, int target, Args args) {
        if (target == SlotMap.NONE) {
            fail(pending, NOT_SERVED);
            return;
        }
        switch (pending.entry().kind()) {
            // A cluster-aware client splits itself: it knows where the parts belong.
            case SPLIT -> fail(pending, CROSSSLOT);
            case KEYED, ANY_GROUP -> fail(pending, crossSlot(pending.entry(), args));
            case ALL_GROUPS -> new EveryGroup(this, pending).start(groupsInView(), args);
            case ONLY_GROUP -> fail(pending, "ERR " + pending.entry().name().toUpperCase(Locale.ROOT)
                    + " is not supported: the databases are spread over several groups, which do not change together");
            case ADMIN, SESSION, USERS, TRANSACTION, PUBSUB -> {
                pending.servedBy(admin);
                admin.submit(pending, args);
            }
        }
    }

    private String crossSlot(CommandEntry entry, Args args) {
        SlotMap slots = view.slots();
        String patterns = SortPatterns.isSort(entry)
                ? SortPatterns.refusal(slots, args, slots.groupOf(Slots.slot(args, 1)))
                : null;
        return patterns == null ? CROSSSLOT : patterns;
    }

    /**
     * The groups that a keyless command is about: all of them for plain clients, those led here for cluster-aware
     * ones.
     */
    private int[] groupsInView() {
        SlotMap slots = view.slots();
        int[] groups = new int[slots.count()];
        int count = 0;
        for (int i = 0; i < slots.count(); i++) {
            if (mode == Mode.PLAIN || view.leadsHere(slots.group(i))) {
                groups[count++] = slots.group(i);
            }
        }
        return Arrays.copyOf(groups, count);
    }

    /**
     * Deals with a refusal that is final. False: the request may be submitted again, after {@link Retry#delayMillis}.
     */
    public boolean refused(Pending pending, Refusal refusal, Args args) {
        switch (refusal) {
            case Refusal.Unavailable(String line) -> fail(pending, line);
            case Refusal.NotLeader(String leader) -> {
                if (mode == Mode.PLAIN) {
                    return false;
                }
                moved(pending, leader.isEmpty() ? view.leaderAddress(pending.group()) : leader, args);
            }
            case Refusal.Busy _ -> {
                return false;
            }
        }
        return true;
    }

    /** Milliseconds until a refused request may be submitted again, or -1: it is time to {@link #giveUp}. */
    public long delayMillis(Pending pending, Refusal refusal) {
        return retry.delayMillis(pending, refusal);
    }

    public void giveUp(Pending pending, Refusal refusal) {
        fail(pending, Retry.errorLine(refusal));
    }

    private void moved(Pending pending, String leader, Args args) {
        if (leader.isEmpty()) {
            fail(pending, NOT_SERVED);
            return;
        }
        int of = pending.slot() != SlotMap.NONE ? pending.slot() : slotOf(pending, args);
        fail(pending, "MOVED " + of + " " + leader);
    }

    private int slotOf(Pending pending, Args args) {
        keys.find(pending.entry().spec(), args);
        if (keys.count() > 0) {
            return Slots.slot(args, keys.get(0));
        }
        return Math.max(0, view.slots().nextSlot(pending.group(), 0));
    }

    /** Answers with an error; {@code line} comes without the minus. */
    public void fail(Pending pending, String line) {
        error.reset();
        error.error(line);
        pending.reply(error.array(), 0, error.length());
    }

    /** The backend that serves the group's commands, null if there is none here. */
    public @Nullable Backend backendOf(int group) {
        return mode == Mode.PLAIN ? view.backend(group) : view.local(group);
    }
}
