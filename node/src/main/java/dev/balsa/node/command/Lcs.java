package dev.balsa.node.command;

import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;

/*
 * LCS is the dynamic programming table of textbooks: cell (i, j) is the length of the longest common subsequence of
 * the first i bytes of a and the first j bytes of b. Redis keeps the table, four bytes a cell. The way back through
 * it needs only one bit a cell: whether, at unequal bytes, the cell above is larger than the one to the left. So two
 * rows of lengths and one bit a cell are kept: 16 MiB where Redis takes 512. The bound on the strings stays that of
 * Redis, for its error to come at the same place.
 */

/** The LCS command. One object serves one call. */
final class Lcs {
    private static final byte[] NOTHING = {};
    private static final int CELL_BYTES_IN_REDIS = 4;

    private final byte[] a;
    private final byte[] b;
    private final int length;
    /** Bit (i - 1) * b.length + j - 1: go up from cell (i, j), else left. */
    private final long[] up;

    private Lcs(byte[] a, byte[] b, boolean wayBack) {
        this.a = a;
        this.b = b;
        this.up = wayBack ? new long[(int) (((long) a.length * b.length + 63) / 64)] : new long[0];
        this.length = fill(wayBack);
    }

    /**
     * What is asked for.
     *
     * @param matchMin matches shorter than this are left out
     */
    private record Options(boolean len, boolean idx, boolean withMatchLen, long matchMin) {}

    static void run(Call call) {
        Database db = call.db();
        int refA = call.find(1);
        int refB = call.find(2);
        if ((refA != MISSING && db.type(refA) != ValueType.STRING)
                || (refB != MISSING && db.type(refB) != ValueType.STRING)) {
            call.reply().error(CommandError.LCS_NOT_STRINGS);
            return;
        }
        long matchMin = 0;
        boolean len = false;
        boolean idx = false;
        boolean withMatchLen = false;
        Args args = call.args();
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "IDX")) {
                idx = true;
            } else if (args.is(i, "LEN")) {
                len = true;
            } else if (args.is(i, "WITHMATCHLEN")) {
                withMatchLen = true;
            } else if (args.is(i, "MINMATCHLEN") && i + 1 < args.count()) {
                if (!call.readsInteger(++i)) {
                    return;
                }
                matchMin = Math.max(call.number(), 0);
            } else {
                call.reply().error(CommandError.SYNTAX);
                return;
            }
        }
        if (idx && len) {
            call.reply().error(CommandError.LCS_BOTH);
            return;
        }
        long lengthA = refA == MISSING ? 0 : Strings.length(db, refA);
        long lengthB = refB == MISSING ? 0 : Strings.length(db, refB);
        if ((lengthA + 1) * (lengthB + 1) * CELL_BYTES_IN_REDIS > Strings.LENGTH_MAX_BYTES) {
            call.reply().error(CommandError.LCS_MEMORY);
            return;
        }
        byte[] a = refA == MISSING ? NOTHING : Strings.bytes(db, refA);
        byte[] b = refB == MISSING ? NOTHING : Strings.bytes(db, refB);
        new Lcs(a, b, !len).reply(call.reply(), new Options(len, idx, withMatchLen, matchMin));
    }

    private int fill(boolean wayBack) {
        int[] above = new int[b.length + 1];
        int[] row = new int[b.length + 1];
        for (int i = 1; i <= a.length; i++) {
            byte byteA = a[i - 1];
            long bit = (long) (i - 1) * b.length;
            for (int j = 1; j <= b.length; j++, bit++) {
                if (byteA == b[j - 1]) {
                    row[j] = above[j - 1] + 1;
                } else if (above[j] > row[j - 1]) {
                    row[j] = above[j];
                    if (wayBack) {
                        up[(int) (bit >>> 6)] |= 1L << bit;
                    }
                } else {
                    row[j] = row[j - 1];
                }
            }
            int[] spare = above;
            above = row;
            row = spare;
        }
        return above[b.length];
    }

    private void reply(RespWriter reply, Options options) {
        if (options.len) {
            reply.integer(length);
        } else if (options.idx) {
            reply.map(2);
            reply.bulk("matches");
            int mark = reply.arrayLater();
            reply.arrayLength(mark, replyMatches(reply, options));
            reply.bulk("len");
            reply.integer(length);
        } else {
            reply.bulk(subsequence());
        }
    }

    private byte[] subsequence() {
        byte[] found = new byte[length];
        int at = length;
        int i = a.length;
        int j = b.length;
        while (i > 0 && j > 0) {
            if (a[i - 1] == b[j - 1]) {
                found[--at] = a[i - 1];
                i--;
                j--;
            } else if (goesUp(i, j)) {
                i--;
            } else {
                j--;
            }
        }
        return found;
    }

    /** Replies runs of bytes that match in both strings, from the end to the start; returns how many. */
    private int replyMatches(RespWriter reply, Options options) {
        int matches = 0;
        int i = a.length;
        int j = b.length;
        while (i > 0 && j > 0) {
            if (a[i - 1] != b[j - 1]) {
                if (goesUp(i, j)) {
                    i--;
                } else {
                    j--;
                }
                continue;
            }
            int run = 0;
            while (i > 0 && j > 0 && a[i - 1] == b[j - 1]) {
                i--;
                j--;
                run++;
            }
            if (run >= options.matchMin) {
                reply.array(options.withMatchLen ? 3 : 2);
                range(reply, i, run);
                range(reply, j, run);
                if (options.withMatchLen) {
                    reply.integer(run);
                }
                matches++;
            }
        }
        return matches;
    }

    private static void range(RespWriter reply, int from, int run) {
        reply.array(2);
        reply.integer(from);
        reply.integer(from + run - 1L);
    }

    private boolean goesUp(int i, int j) {
        long bit = (long) (i - 1) * b.length + j - 1;
        return (up[(int) (bit >>> 6)] >>> bit & 1) != 0;
    }
}
