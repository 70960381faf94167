package dev.balsa.node.replication;

import dev.balsa.node.command.Scripting;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What scripts of one replica reach beside the keyspace. Owned by the group's loop. */
final class ScriptReach implements Scripting.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger("scripts");

    private final BitSet slots = new BitSet(Slots.COUNT);
    private final boolean all;
    private final MessageSink messages;
    private boolean answering;

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

    /** Whether commands run whose replies go to somebody: of all replicas, this one publishes. */
    void answering(boolean does) {
        answering = does;
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
        if (answering) {
            messages.publish(shard, channel, message);
        }
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
