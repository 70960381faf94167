package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.ScoredMembers;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * SORT copies the elements out of memory side by side, looks their weights up, and sorts their numbers. Where Redis
 * leaves the order of equal elements open, here the order in the value decides (the sort is stable), so all replicas
 * store the same; and texts are compared byte by byte, whatever the locale.
 */

/** One SORT: its options, then the work. Used once. */
final class Sort {
    private final Call call;
    private boolean descending;
    private boolean alpha;
    private boolean unsorted;
    private long offset;
    private long count = -1;
    private @Nullable SortPattern by;
    private final ScoredMembers elements = new ScoredMembers();
    private final List<SortPattern> gets = new ArrayList<>();
    private int storeAt;

    private Sort(Call call) {
        this.call = call;
    }

    static void run(Call call, boolean stores) {
        Sort sort = new Sort(call);
        if (sort.parses(stores)) {
            sort.run();
        }
    }

    private boolean parses(boolean stores) {
        Args args = call.args();
        for (int i = 2; i < args.count(); i++) {
            int behind = args.count() - i - 1;
            if (args.is(i, "ASC")) {
                descending = false;
            } else if (args.is(i, "DESC")) {
                descending = true;
            } else if (args.is(i, "ALPHA")) {
                alpha = true;
            } else if (args.is(i, "LIMIT") && behind >= 2) {
                if (!call.readsInteger(i + 1)) {
                    return false;
                }
                offset = call.number();
                if (!call.readsInteger(i + 2)) {
                    return false;
                }
                count = call.number();
                i += 2;
            } else if (args.is(i, "STORE") && behind >= 1 && stores) {
                storeAt = ++i;
            } else if (args.is(i, "BY") && behind >= 1) {
                by = new SortPattern(args.copy(++i));
                // As in Redis, one BY without a star is enough.
                unsorted |= !by.hasStar();
            } else if (args.is(i, "GET") && behind >= 1) {
                gets.add(new SortPattern(args.copy(++i)));
            } else {
                call.reply().error(SYNTAX);
                return false;
            }
        }
        return true;
    }

    private void run() {
        int ref = call.find(1);
        if (ref != MISSING) {
            ValueType type = call.db().type(ref);
            switch (type) {
                case LIST -> addList(call.list(1, ref));
                case SET -> addSet(ref);
                case ZSET -> addSortedSet(ref);
                default -> {
                    call.reply().error(CommandError.WRONG_TYPE);
                    return;
                }
            }
        }
        int[] order = order();
        if (order.length == 0 && elements.count() > 0) {
            call.reply().error(CommandError.SORT_SCORES);
            return;
        }
        int size = elements.count();
        int from = (int) Math.min(Math.max(offset, 0), size);
        int to = count < 0 ? size : (int) Math.min(size, from + Math.min(count, size));
        if (storeAt > 0) {
            store(order, from, Math.max(from, to));
        } else {
            reply(order, from, Math.max(from, to));
        }
    }

    // -- elements -------------------------------------------------------------------------------------------------

    private void addList(Lists list) {
        long size = list.size();
        boolean backward = unsorted && descending;
        long p = list.seek(backward ? size - 1 : 0);
        for (long i = 0; i < size && p != Listpack.NONE; i++) {
            int length = list.copy(p);
            elements.add(list.text(), 0, length, 0);
            p = backward ? list.previous(p) : list.next(p);
        }
    }

    /** A set has no order that a list could be stored in: without another it is that of the bytes, as in Redis. */
    private void addSet(int ref) {
        if (unsorted && storeAt > 0) {
            unsorted = false;
            alpha = true;
            by = null;
        }
        call.db().sets().forEach(ref, member -> {
            if (member.isNumber()) {
                elements.add(member.number(), 0);
            } else {
                elements.add(member.memory(), member.offset(), member.byteLength(), 0);
            }
        });
    }

    private void addSortedSet(int ref) {
        SortedSets set = call.sortedSets();
        set.open(call.db(), ref);
        int size = set.size();
        boolean reverse = unsorted && descending;
        set.seek(reverse ? size - 1 : 0);
        for (int i = 0; i < size; i++) {
            set.copyTo(elements, 0);
            set.step(reverse);
        }
    }

    private byte[] element(int i) {
        int at = elements.offset(i);
        return Arrays.copyOfRange(elements.bytes(), at, at + elements.length(i));
    }

    // -- order ----------------------------------------------------------------------------------------------------

    /** The elements in order; none if one is to be a number and is not. */
    private int[] order() {
        SortPattern pattern = by;
        if (unsorted) {
            int[] order = new int[elements.count()];
            Arrays.setAll(order, i -> i);
            return order;
        }
        if (alpha && pattern != null) {
            return byTexts(pattern);
        }
        if (!alpha && !readScores()) {
            return new int[0];
        }
        int[] order = alpha ? elements.byName() : elements.byScore();
        if (descending) {
            for (int i = 0, k = elements.count() - 1; i < k; i++, k--) {
                int first = order[i];
                order[i] = order[k];
                order[k] = first;
            }
        }
        return order;
    }

    private int[] byTexts(SortPattern pattern) {
        byte[] @Nullable [] texts = new byte[elements.count()][];
        Integer[] order = new Integer[texts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = pattern.value(call.db(), element(i));
            order[i] = i;
        }
        Comparator<Integer> comparator = (a, b) -> Arrays.compareUnsigned(texts[a], texts[b]);
        Arrays.sort(order, descending ? comparator.reversed() : comparator);
        int[] sorted = new int[order.length];
        Arrays.setAll(sorted, i -> order[i]);
        return sorted;
    }

    /** Gives each element the number that it or its weight is; false if one is none. */
    private boolean readScores() {
        for (int i = 0; i < elements.count(); i++) {
            double score;
            if (by == null) {
                score = number(elements.bytes(), elements.offset(i), elements.length(i));
            } else {
                byte[] weight = by.value(call.db(), element(i));
                score = weight == null ? 0 : number(weight, 0, weight.length);
            }
            if (Double.isNaN(score)) {
                return false;
            }
            elements.score(i, score);
        }
        return true;
    }

    /** What C's strtod makes of the text, up to a zero byte; NaN if it does not end there. No text is 0. */
    private static double number(byte[] text, int offset, int length) {
        int end = offset;
        while (end < offset + length && text[end] != 0) {
            end++;
        }
        int from = offset;
        while (from < end && (text[from] == ' ' || (text[from] >= '\t' && text[from] <= '\r'))) {
            from++;
        }
        return end == offset ? 0 : Score.parse(text, from, end - from);
    }

    // -- what becomes of it ---------------------------------------------------------------------------------------

    private void reply(int[] order, int from, int to) {
        RespWriter reply = call.reply();
        reply.array((long) (to - from) * Math.max(1, gets.size()));
        for (int i = from; i < to; i++) {
            if (gets.isEmpty()) {
                reply.bulk(elements.bytes(), elements.offset(order[i]), elements.length(order[i]));
            }
            for (SortPattern get : gets) {
                byte[] value = get.value(call.db(), element(order[i]));
                if (value == null) {
                    reply.nil();
                } else {
                    reply.bulk(value);
                }
            }
        }
    }

    private void store(int[] order, int from, int to) {
        List<byte[]> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            byte[] element = element(order[i]);
            if (gets.isEmpty()) {
                values.add(element);
            }
            for (SortPattern get : gets) {
                byte[] value = get.value(call.db(), element);
                values.add(value == null ? new byte[0] : value);
            }
        }
        call.remove(storeAt);
        Lists list = call.list(storeAt, MISSING);
        for (byte[] value : values) {
            list.willAdd(value.length, 1);
            list.push(false, value, 0, value.length);
        }
        call.reply().integer(values.size());
    }
}
