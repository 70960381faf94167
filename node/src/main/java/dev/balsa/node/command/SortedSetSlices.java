package dev.balsa.node.command;

import dev.balsa.node.engine.value.CountedTree;
import dev.balsa.node.engine.value.LargeSortedSet;
import dev.balsa.proto.resp.RespWriter;

/** A range of a large sorted set, in either direction. */
final class SortedSetSlices implements SlicedReply.Slices {
    private final LargeSortedSet set;
    private final CountedTree.Cursor cursor = new CountedTree.Cursor();
    private final boolean reverse;
    private final boolean withScores;
    private int left;

    /** @param count how many members from the one of this rank on, at least 1 */
    SortedSetSlices(LargeSortedSet set, int rank, int count, boolean reverse, boolean withScores) {
        this.set = set;
        this.reverse = reverse;
        this.withScores = withScores;
        left = count;
        cursor.seek(set.tree(), rank);
    }

    @Override
    public boolean next(RespWriter reply, int bytes) {
        int end = reply.length() + bytes;
        boolean nested = withScores && reply.protocol() > 2;
        while (left > 0 && reply.length() < end) {
            if (nested) {
                reply.array(2);
            }
            int ref = cursor.ref();
            reply.bulk(set.elements().memory(), set.elements().nameOffset(ref), set.elements().nameLength(ref));
            if (withScores) {
                reply.real(cursor.score());
            }
            left--;
            if (left > 0) {
                boolean _ = reverse ? cursor.previous() : cursor.next();
            }
        }
        return left > 0;
    }
}
