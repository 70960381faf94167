package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.engine.Keyspace.MISSING;

import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Score;
import dev.balsa.proto.resp.Args;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * SORT copies the elements out of memory, looks their weights up, and sorts what refers to both. Where Redis leaves
 * the order of equal elements open, here the order in the value decides (the sort is stable), so all replicas store
 * the same; and texts are compared byte by byte, whatever the locale.
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
    private final List<SortPattern> gets = new ArrayList<>();
    private int storeAt;

    /** An element and what it is sorted by. */
    private static final class Weighed {
        final byte[] element;
        final double score;
        final byte @Nullable [] text;

        Weighed(byte[] element, double score, byte @Nullable [] text) {
            this.element = element;
            this.score = score;
            this.text = text;
        }
    }

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
        List<byte[]> elements = List.of();
        if (ref != MISSING) {
            ValueType type = call.db().type(ref);
            switch (type) {
                case LIST -> elements = ofList(call.list(1, ref));
                case SET -> elements = ofSet(ref);
                case ZSET -> elements = ofSortedSet(ref);
                default -> {
                    call.reply().error(CommandError.WRONG_TYPE);
                    return;
                }
            }
        }
        List<byte[]> sorted = unsorted ? elements : sorted(elements);
        if (sorted == null) {
            call.reply().error(CommandError.SORT_SCORES);
            return;
        }
        int size = sorted.size();
        int from = (int) Math.min(Math.max(offset, 0), size);
        int to = count < 0 ? size : (int) Math.min(size, from + Math.min(count, size));
        List<byte[]> range = sorted.subList(from, Math.max(from, to));
        if (storeAt > 0) {
            store(range);
        } else {
            reply(range);
        }
    }

    // -- elements -------------------------------------------------------------------------------------------------

    private List<byte[]> ofList(Lists list) {
        long size = list.size();
        List<byte[]> elements = new ArrayList<>((int) size);
        boolean backward = unsorted && descending;
        long p = list.seek(backward ? size - 1 : 0);
        for (long i = 0; i < size && p != Listpack.NONE; i++) {
            int length = list.copy(p);
            elements.add(Arrays.copyOf(list.text(), length));
            p = backward ? list.previous(p) : list.next(p);
        }
        return elements;
    }

    /** A set has no order that a list could be stored in: without another it is that of the bytes, as in Redis. */
    private List<byte[]> ofSet(int ref) {
        if (unsorted && storeAt > 0) {
            unsorted = false;
            alpha = true;
            by = null;
        }
        List<byte[]> elements = new ArrayList<>();
        call.db().sets().forEach(ref, member -> elements.add(member.copy()));
        return elements;
    }

    private List<byte[]> ofSortedSet(int ref) {
        SortedSets set = call.sortedSets();
        set.open(call.db(), ref);
        int size = set.size();
        List<byte[]> elements = new ArrayList<>(size);
        boolean reverse = unsorted && descending;
        set.seek(reverse ? size - 1 : 0);
        for (int i = 0; i < size; i++) {
            elements.add(member(set));
            set.step(reverse);
        }
        return elements;
    }

    private static byte[] member(SortedSets set) {
        return set.isNumber()
                ? Long.toString(set.number()).getBytes(StandardCharsets.US_ASCII)
                : set.memory().asSlice(set.offset(), set.length()).toArray(ValueLayout.JAVA_BYTE);
    }

    // -- order ----------------------------------------------------------------------------------------------------

    /** The elements in order, or null if one is to be a number and is none. */
    private @Nullable List<byte[]> sorted(List<byte[]> elements) {
        Weighed[] weighed = new Weighed[elements.size()];
        boolean numbers = true;
        for (int i = 0; i < weighed.length; i++) {
            byte[] element = elements.get(i);
            byte[] weight = by == null ? element : by.value(call.db(), element);
            double score = alpha || weight == null ? 0 : number(weight);
            numbers &= !Double.isNaN(score);
            weighed[i] = new Weighed(element, score, weight);
        }
        if (!numbers) {
            return null;
        }
        Comparator<Weighed> order = alpha ? Sort::compareTexts : Sort::compareScores;
        Arrays.sort(weighed, descending ? order.reversed() : order);
        List<byte[]> sorted = new ArrayList<>(weighed.length);
        for (Weighed one : weighed) {
            sorted.add(one.element);
        }
        return sorted;
    }

    private static int compareScores(Weighed a, Weighed b) {
        // Not Double.compare: both zeros are one number.
        return a.score < b.score ? -1 : a.score > b.score ? 1 : Arrays.compareUnsigned(a.element, b.element);
    }

    private static int compareTexts(Weighed a, Weighed b) {
        return Arrays.compareUnsigned(a.text, b.text);
    }

    /** What C's strtod makes of the text, up to a zero byte; NaN if it does not end there. No text is 0. */
    private static double number(byte[] text) {
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        int from = 0;
        while (from < end && (text[from] == ' ' || (text[from] >= '\t' && text[from] <= '\r'))) {
            from++;
        }
        return end == 0 ? 0 : Score.parse(text, from, end - from);
    }

    // -- what becomes of it ---------------------------------------------------------------------------------------

    private void reply(List<byte[]> range) {
        call.reply().array((long) range.size() * Math.max(1, gets.size()));
        for (byte[] element : range) {
            if (gets.isEmpty()) {
                call.reply().bulk(element);
            }
            for (SortPattern get : gets) {
                byte[] value = get.value(call.db(), element);
                if (value == null) {
                    call.reply().nil();
                } else {
                    call.reply().bulk(value);
                }
            }
        }
    }

    private void store(List<byte[]> range) {
        List<byte[]> values = range;
        if (!gets.isEmpty()) {
            values = new ArrayList<>();
            for (byte[] element : range) {
                for (SortPattern get : gets) {
                    byte[] value = get.value(call.db(), element);
                    values.add(value == null ? new byte[0] : value);
                }
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
