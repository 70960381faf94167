package dev.balsa.node.replication;

import dev.balsa.node.command.Scripting;
import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.route.Request;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What scripts of one replica reach beside the keyspace. Owned by the group's loop. */
final class ScriptReach implements Scripting.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger("scripts");

    private final BitSet slots = new BitSet(Slots.COUNT);
    private final boolean all;
    private final UserRights users = new UserRights(this::denied);
    private final MessageSink messages;
    private @Nullable Request answered;

    /** For a group whose scripts' messages nobody hears. */
    ScriptReach(List<SlotRange> owned) {
        this(owned, MessageSink.NONE);
    }

    /** @param owned slots of the group */
    ScriptReach(List<SlotRange> owned, MessageSink messages) {
        this.messages = messages;
        owned.forEach(range -> slots.set(range.first(), range.last() + 1));
        all = slots.cardinality() == Slots.COUNT;
    }

    /** Whether a command that writes runs a script. */
    static boolean runs(CommandSpec spec) {
        return spec.has(CommandFlag.MAY_REPLICATE) && spec.has(CommandFlag.MOVABLEKEYS);
    }

    /** The command of a script as it goes into the log when there is no memory left: what it may write depends on it. */
    static Args withoutMemory(Args args) {
        byte[][] words = new byte[args.count() + 2][];
        words[0] = "BALSA".getBytes(StandardCharsets.US_ASCII);
        words[1] = "FULL".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < args.count(); i++) {
            words[i + 2] = args.copy(i);
        }
        return Args.of(words);
    }

    /** Whose command runs; null if nobody gets its reply: of all replicas, the one that answers publishes. */
    void answers(@Nullable Request request) {
        answered = request;
    }

    private void denied(Denial.Reason reason, String object, String user) {
        Request request = answered;
        if (request != null) {
            messages.denied(reason, object, user, request.clientId());
        }
    }

    @Override
    public boolean owns(int slot) {
        return slots.get(slot);
    }

    @Override
    public boolean ownsAll() {
        return all;
    }

    @Override
    public void publish(boolean shard, byte[] channel, byte[] message) {
        if (answered != null) {
            messages.publish(shard, channel, message);
        }
    }

    @Override
    public Scripting.Rights rights(String user, String rights) {
        return users.of(user, rights);
    }

    @Override
    public void log(int level, String line) {
        switch (level) {
            case 0 -> LOG.debug("{}", line);
            case 1, 2 -> LOG.info("{}", line);
            default -> LOG.warn("{}", line);
        }
    }
}
