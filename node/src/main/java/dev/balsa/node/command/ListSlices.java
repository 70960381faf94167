package dev.balsa.node.command;

import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.QuickList;
import dev.balsa.proto.resp.RespWriter;

/** A range of a large list, forward. */
final class ListSlices implements SlicedReply.Slices {
    private final QuickList list;
    private long left;
    private long at;

    /** @param count how many elements from index {@code first} on, at least 1 */
    ListSlices(QuickList list, long first, long count) {
        this.list = list;
        left = count;
        at = list.seek(first);
    }

    @Override
    public boolean next(RespWriter reply, int bytes) {
        int end = reply.length() + bytes;
        Listpack pack = list.pack();
        while (left > 0 && reply.length() < end) {
            if (pack.isInteger(at)) {
                reply.bulk(pack.integer(at));
            } else {
                reply.bulk(pack.memory(), pack.offset(at), pack.length(at));
            }
            if (--left > 0) {
                at = list.next(at);
            }
        }
        return left > 0;
    }
}
