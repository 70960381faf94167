package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command whose keys belong to several groups, cut into one request for each of them. What the parts do, they do one
 * by one: the whole is not atomic. It is answered when all parts are, by their replies merged, or by the first error. A
 * part whose outcome is unknown makes the whole unknown. Owned by an event loop.
 */
public final class Split implements ReplySink {
    /** How the parts' replies become one. */
    enum Merge { VALUES, SUM, OK }

    /** Who submits the parts. */
    public interface Owner {
        /** A part has come to its end. */
        void answered(Pending part);

        /** A part was not executed: it is to be submitted again, or to be answered by an error. */
        void refused(Pending part, Refusal why, Args args);
    }

    private final Merge merge;
    private final int[] groups;
    private final List<Args> requests;
    private final int[] partOfKey;
    private final Pending[] parts;
    private int unanswered;
    private boolean failed;
    private @Nullable Pending whole;
    private @Nullable Owner owner;

    /**
     * @param groups one for each part, or more
     * @param requests one for each part; valid as long as the request that they were cut from
     * @param partOfKey for each key of the whole
     */
    Split(Merge merge, int[] groups, List<Args> requests, int[] partOfKey) {
        this.merge = merge;
        this.groups = groups;
        this.requests = requests;
        this.partOfKey = partOfKey;
        this.parts = new Pending[requests.size()];
    }

    /** Number of parts. */
    public int size() {
        return parts.length;
    }

    /** The group of part {@code i}. */
    public int group(int i) {
        return groups[i];
    }

    /** What part {@code i} asks. */
    public Args request(int i) {
        return requests.get(i);
    }

    /** Part {@code i}, after {@link #begin}. */
    public Pending part(int i) {
        return parts[i];
    }

    /** Makes the parts; all of them exist before the first one may be answered. */
    public void begin(Pending answered, Owner submitter) {
        whole = answered;
        owner = submitter;
        unanswered = parts.length;
        for (int i = 0; i < parts.length; i++) {
            Pending part = new Pending().begin(this, answered.loop(), answered.entry());
            part.session(answered.database(), answered.protocol(), answered.clientId());
            part.origin(answered.origin());
            parts[i] = part.target(groups[i], SlotMap.NONE);
        }
    }

    /** The first part that waits to be submitted again, null = none does. */
    public @Nullable Pending firstRefused() {
        for (Pending part : parts) {
            if (part.state() == Pending.State.REFUSED) {
                return part;
            }
        }
        return null;
    }

    /** Whether the part of a group has a reply. */
    public boolean isExecuted(int group) {
        for (Pending part : parts) {
            if (part.group() == group && part.state() == Pending.State.REPLIED) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void replied(Pending part, byte[] bytes, int offset, int length) {
        part.keepReply(bytes, offset, length);
        ended(part);
    }

    @Override
    public void refused(Pending part, Refusal why, Args args) {
        if (owner != null) {
            owner.refused(part, why, args);
        }
    }

    @Override
    public void unknown(Pending part, String reason) {
        part.keepUnknown();
        failed = true;
        ended(part);
    }

    private void ended(Pending part) {
        if (owner != null) {
            owner.answered(part);
        }
        unanswered--;
        if (unanswered == 0 && whole != null) {
            answer(whole);
        }
    }

    private void answer(Pending to) {
        if (failed) {
            to.outcomeUnknown("a part of " + to.entry().name() + " has no known outcome");
            return;
        }
        for (Pending part : parts) {
            if (part.keptBytes()[0] == '-') {
                to.reply(part.keptBytes(), 0, part.keptLength());
                return;
            }
        }
        RespWriter out = new RespWriter(256).protocol(to.protocol());
        switch (merge) {
            case OK -> out.ok();
            case SUM -> out.integer(sum());
            case VALUES -> values(out);
        }
        to.reply(out.array(), 0, out.length());
    }

    private long sum() {
        long sum = 0;
        for (Pending part : parts) {
            sum += ReplyBytes.number(part.keptBytes(), 0);
        }
        return sum;
    }

    private void values(RespWriter out) {
        int[] at = new int[parts.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = ReplyBytes.lineEnd(parts[i].keptBytes(), 0);
        }
        out.array(partOfKey.length);
        for (int part : partOfKey) {
            byte[] reply = parts[part].keptBytes();
            int from = at[part];
            at[part] = ReplyBytes.elementEnd(reply, from);
            out.raw(reply, from, at[part] - from);
        }
    }
}
