package dev.balsa.node.command;

import dev.balsa.node.engine.value.HashTable;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.LargeSet;
import dev.balsa.node.engine.value.LargeValue;
import dev.balsa.node.engine.value.LeafWalk;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/** The members of a large set, or the live fields and values of a large hash, in the order of SCAN. */
final class ElementSlices implements SlicedReply.Slices {
    /** Elements visited in one step: by this many a slice may be longer than was asked for. */
    private static final int STEP = 64;

    private final HashTable table;
    private final @Nullable LargeHash hash;
    private final long nowMillis;
    private final boolean names;
    private final boolean values;
    private final StringView view;
    private long cursor;

    /**
     * @param of a set or a hash
     * @param nowMillis fields that die until then are dead
     * @param values whether a hash's values are to be replied
     */
    ElementSlices(LargeValue of, long nowMillis, boolean names, boolean values) {
        hash = of instanceof LargeHash fields ? fields : null;
        table = hash == null ? ((LargeSet) of).table() : hash.table();
        view = new StringView(table.elements().memory());
        this.nowMillis = nowMillis;
        this.names = names;
        this.values = values;
    }

    @Override
    public boolean next(RespWriter reply, int bytes) {
        int end = reply.length() + bytes;
        LeafWalk.Visitor visitor = element -> reply(reply, element);
        do {
            cursor = table.scan(cursor, STEP, visitor);
        } while (cursor != 0 && reply.length() < end);
        return cursor != 0;
    }

    private void reply(RespWriter reply, int element) {
        if (hash != null && hash.timed() > 0) {
            long deadline = hash.deadline(element);
            if (deadline != 0 && deadline <= nowMillis) {
                return;
            }
        }
        if (names) {
            view.bytes(table.elements().nameOffset(element), table.elements().nameLength(element));
            Strings.reply(reply, view);
        }
        if (values && hash != null) {
            Strings.reply(reply, hash.value(element, view));
        }
    }
}
