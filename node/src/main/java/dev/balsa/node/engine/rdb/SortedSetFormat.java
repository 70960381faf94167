package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.SortedSetBuilder;
import dev.balsa.node.engine.value.CountedTree;
import dev.balsa.node.engine.value.Elements;
import dev.balsa.node.engine.value.LargeSortedSet;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Score;
import dev.balsa.node.engine.value.Ziplist;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/*
 *     17   a string: the listpack of member, score, member, score ...        written for packed sets
 *      5   count, then for each member a string and 8 bytes of a double      written for large ones
 *      3   count, then for each member a string and the score as text: its length in one byte, 253 = not a number,
 *          254 = infinite, 255 = minus infinite                               Redis 1.0 to 2.8
 *     12   a string: a ziplist like the listpack of 17                        up to Redis 6.2
 *
 * Members of 5 are written from the greatest to the least, as Redis does: there each then goes to the head of its list.
 */

/** Sorted sets in files and dumps. Stateless. */
final class SortedSetFormat {
    private static final int TYPE_TEXT_SCORES = 3;
    private static final int TYPE_BINARY_SCORES = 5;
    private static final int TYPE_ZIPLIST = 12;
    private static final int TYPE_LISTPACK = 17;

    private static final int TEXT_NAN = 253;
    private static final int TEXT_INFINITE = 254;
    private static final int TEXT_MINUS_INFINITE = 255;

    /** What is said of a large set: few members would otherwise make it a packed one. */
    private static final String LARGE = "skiplist";

    private SortedSetFormat() {}

    static int code(EntryView entry) {
        return entry.isLarge() ? TYPE_BINARY_SCORES : TYPE_LISTPACK;
    }

    /** What a replica must know beside the file's type to have the same form, or null. */
    static @Nullable String form(EntryView entry) {
        return entry.isLarge() ? LARGE : null;
    }

    static boolean isKnown(int code) {
        return code == TYPE_TEXT_SCORES
                || code == TYPE_BINARY_SCORES
                || code == TYPE_ZIPLIST
                || code == TYPE_LISTPACK;
    }

    static void write(EntryView entry, RdbOutput out) throws IOException {
        if (!entry.isLarge()) {
            out.writeValue(entry.segment(), entry.valueOffset(), entry.valueLength());
            return;
        }
        LargeSortedSet set = (LargeSortedSet) entry.large();
        Elements elements = set.elements();
        int size = (int) set.size();
        out.writeLength(size);
        CountedTree.Cursor cursor = new CountedTree.Cursor();
        for (int left = size; left > 0; left--) {
            if (left == size) {
                cursor.seek(set.tree(), size - 1);
            } else {
                cursor.previous();
            }
            out.writeValue(elements.memory(), elements.nameOffset(cursor.ref()), elements.nameLength(cursor.ref()));
            out.writeLong(Double.doubleToRawLongBits(cursor.score()));
        }
    }

    /** Reads a set and puts it under {@code key}. Nothing has changed if it throws. */
    static void read(int code, RdbInput in, Database database, byte[] key, long deadlineMillis, @Nullable String form)
            throws IOException {
        SortedSetBuilder builder = new SortedSetBuilder(database, LARGE.equals(form));
        try {
            switch (code) {
                case TYPE_LISTPACK -> {
                    in.readString();
                    addPacked(in, MemorySegment.ofArray(in.string()), in.stringOffset(), in.stringLength(), builder);
                }
                case TYPE_ZIPLIST -> {
                    in.readString();
                    byte[] listpack = Ziplist.toListpack(in.string(), in.stringOffset(), in.stringLength());
                    if (listpack == null) {
                        throw in.problem("a sorted set is no valid ziplist");
                    }
                    addPacked(in, MemorySegment.ofArray(listpack), 0, listpack.length, builder);
                }
                default -> addMembers(in, code == TYPE_BINARY_SCORES, builder);
            }
            if (!builder.store(key, deadlineMillis)) {
                throw in.problem("a member occurs twice in a sorted set");
            }
        } finally {
            builder.discard();
        }
    }

    private static void addMembers(RdbInput in, boolean binary, SortedSetBuilder builder) throws IOException {
        long count = in.readLength();
        if (count <= 0 || count > in.left()) {
            throw in.problem("impossible number of members: " + Long.toUnsignedString(count));
        }
        for (long i = 0; i < count; i++) {
            in.readString();
            byte[] name = in.copyOfString();
            double score = binary ? Double.longBitsToDouble(in.readLong()) : readText(in);
            add(in, builder, name, name.length, score);
        }
    }

    private static double readText(RdbInput in) throws IOException {
        int length = in.readByte();
        switch (length) {
            case TEXT_NAN -> {
                return Double.NaN;
            }
            case TEXT_INFINITE -> {
                return Double.POSITIVE_INFINITY;
            }
            case TEXT_MINUS_INFINITE -> {
                return Double.NEGATIVE_INFINITY;
            }
            default -> {
                byte[] text = new byte[length];
                for (int i = 0; i < length; i++) {
                    text[i] = (byte) in.readByte();
                }
                return Score.parse(text, 0, length);
            }
        }
    }

    /** Adds what a listpack holds, checking all of it: structure, scores, and that they rise. */
    private static void addPacked(
            RdbInput in, MemorySegment memory, long at, int length, SortedSetBuilder builder) throws IOException {
        Listpack listpack = new Listpack(memory);
        if (!listpack.isValid(at, length)) {
            throw in.problem("a sorted set is no valid listpack");
        }
        int count = listpack.count(at);
        if (count == 0 || count % 2 != 0) {
            throw in.problem("a sorted set has " + count + " members and scores");
        }
        byte[] name = new byte[length + 20];
        byte[] text = new byte[length + 20];
        double before = Double.NEGATIVE_INFINITY;
        for (long p = listpack.first(at); p != Listpack.NONE; ) {
            long scoreAt = listpack.next(p);
            double score = listpack.isInteger(scoreAt)
                    ? listpack.integer(scoreAt)
                    : Score.parse(text, 0, listpack.text(scoreAt, text));
            if (score < before) {
                throw in.problem("the scores of a sorted set fall");
            }
            add(in, builder, name, listpack.text(p, name), score);
            before = score;
            p = listpack.next(scoreAt);
        }
    }

    private static void add(RdbInput in, SortedSetBuilder builder, byte[] name, int length, double score)
            throws IOException {
        if (Double.isNaN(score)) {
            throw in.problem("a score is not a number");
        }
        if (!builder.add(name, 0, length, score)) {
            throw in.problem("a member occurs twice in a sorted set");
        }
    }
}
