package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/**
 * One SCAN over several groups. A cursor names a slot and so a group; when a group has no more keys the next one is
 * asked within the same call, until there are as many keys as COUNT wants. So a small or empty cluster is scanned in
 * one call, and no call costs more than one page of each group. Owned by an event loop.
 */
final class ClusterScan {
    /** A cursor's slot stands in its bits 46 to 33. */
    private static final int SLOT_SHIFT = 33;
    private static final int SLOT_MASK = 0x3fff;
    private static final long COUNT_DEFAULT = 10;

    private final Router router;
    private final Pending whole;
    private final int[] groups;
    private final Args args;
    private final RespWriter keys = new RespWriter(256);
    private final long wanted;
    private long found;

    /** @param groups in the order of their first slots; at least one */
    ClusterScan(Router router, Pending whole, int[] groups, Args args) {
        this.router = router;
        this.whole = whole;
        this.groups = groups;
        this.args = Frames.copy(args);
        this.wanted = count(args);
    }

    void start() {
        long cursor = number(args, 1, 0);
        if (cursor <= 0) {
            ask(0, args);
            return;
        }
        int owner = router.slots().groupOf((int) (cursor >>> SLOT_SHIFT) & SLOT_MASK);
        int position = 0;
        while (position < groups.length && before(groups[position], owner)) {
            position++;
        }
        if (position == groups.length) {
            // Its group has come to be led by another node, and none that comes after it is led here.
            answer(0);
        } else if (groups[position] == owner) {
            ask(position, args);
        } else {
            next(position);
        }
    }

    private boolean before(int group, int owner) {
        return router.slots().position(group) < router.slots().position(owner);
    }

    /** Asks a group from its first slot on. */
    private void next(int position) {
        byte[][] words = new byte[args.count()][];
        for (int i = 0; i < words.length; i++) {
            words[i] = args.copy(i);
        }
        words[1] = Long.toString(firstCursor(groups[position])).getBytes(StandardCharsets.US_ASCII);
        ask(position, Args.of(words));
    }

    private void ask(int position, Args request) {
        new Parts(router, whole) {
            @Override
            void complete(byte[][] replies) {
                page(position, replies[0]);
            }
        }.submit(whole.entry(), new int[] {groups[position]}, new Args[] {request});
    }

    private void page(int position, byte[] reply) {
        int header = ReplyBytes.lineEnd(reply, 0);
        int text = ReplyBytes.lineEnd(reply, header);
        int rest = ReplyBytes.elementEnd(reply, header);
        long cursor = Long.parseUnsignedLong(new String(reply, text, rest - 2 - text, StandardCharsets.US_ASCII));
        found += ReplyBytes.number(reply, rest);
        int from = ReplyBytes.lineEnd(reply, rest);
        keys.raw(reply, from, reply.length - from);
        cursor = cursor == 0 ? 0 : ownSlot(groups[position], cursor);
        if (cursor != 0 || position + 1 == groups.length) {
            answer(cursor);
        } else if (found < wanted) {
            next(position + 1);
        } else {
            answer(firstCursor(groups[position + 1]));
        }
    }

    private void answer(long cursor) {
        RespWriter out = new RespWriter(64 + keys.length()).protocol(whole.protocol());
        out.array(2);
        out.bulk(Long.toUnsignedString(cursor));
        out.array(found);
        out.raw(keys.array(), 0, keys.length());
        whole.reply(out.array(), 0, out.length());
    }

    private long firstCursor(int group) {
        return (long) router.slots().nextSlot(group, 0) << SLOT_SHIFT;
    }

    /**
     * The cursor moved on to the next slot that the group has, 0 if there is none: a group whose slots are in pieces
     * scans across the gaps.
     */
    private long ownSlot(int group, long cursor) {
        int slot = (int) (cursor >>> SLOT_SHIFT) & SLOT_MASK;
        int own = router.slots().nextSlot(group, slot);
        if (own == slot) {
            return cursor;
        }
        return own == SlotMap.NONE ? 0 : (long) own << SLOT_SHIFT;
    }

    private static long count(Args args) {
        long count = COUNT_DEFAULT;
        for (int i = 2; i + 1 < args.count(); i += 2) {
            count = args.is(i, "COUNT") ? number(args, i + 1, count) : count;
        }
        return count;
    }

    /** {@code otherwise} for what is no number: the group that gets it complains. */
    private static long number(Args args, int i, long otherwise) {
        if (i >= args.count() || args.length(i) > 18) {
            return otherwise;
        }
        try {
            return Long.parseLong(args.text(i));
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }
}
