package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Decimal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Members with scores on their way from some sorted sets into a reply or another one: names side by side in one array.
 * Grows as needed; owned by one call.
 */
public final class ScoredMembers {
    private byte[] bytes = new byte[256];
    private int[] ends = new int[16];
    private double[] scores = new double[16];
    private int[] order = new int[0];
    private int[] merged = new int[0];
    private long[] keys = new long[0];
    private final byte[] digits = new byte[Decimal.LENGTH_MAX];
    private int count;

    public int count() {
        return count;
    }

    /** The array that all names lie in. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where the name of member {@code i} begins. */
    public int offset(int i) {
        return i == 0 ? 0 : ends[i - 1];
    }

    public int length(int i) {
        return ends[i] - offset(i);
    }

    public double score(int i) {
        return scores[i];
    }

    public void score(int i, double score) {
        scores[i] = score;
    }

    /** Adds a member whose name lies in memory. */
    public void add(MemorySegment memory, long offset, int length, double score) {
        int at = room(length);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, at, length);
        added(at + length, score);
    }

    /** Adds a member whose name is a number's text. */
    public void add(long number, double score) {
        int at = room(Decimal.LENGTH_MAX);
        int length = Decimal.write(number, digits);
        System.arraycopy(digits, 0, bytes, at, length);
        added(at + length, score);
    }

    /** Adds a member. */
    public void add(byte[] name, int offset, int length, double score) {
        int at = room(length);
        System.arraycopy(name, offset, bytes, at, length);
        added(at + length, score);
    }

    private int room(int length) {
        int at = count == 0 ? 0 : ends[count - 1];
        int needed = Math.addExact(at, length);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, bytes.length * 2L)));
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
            scores = Arrays.copyOf(scores, count * 2);
        }
        return at;
    }

    private void added(int end, double score) {
        ends[count] = end;
        scores[count] = score;
        count++;
    }

    // -- order --------------------------------------------------------------------------------------------------

    /** The members by name; those of the same name in the order in which they were added. Valid until the next sort. */
    public int[] byName() {
        reserveOrder();
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        mergeSort(0, count, false);
        return order;
    }

    /**
     * The members in the order of a sorted set: by score, then by name. Valid until the next sort. Sorts numbers: the
     * upper bits of a score and behind them the member's place; then those again whose upper bits are the same.
     */
    public int[] byScore() {
        reserveOrder();
        if (keys.length < count) {
            keys = new long[count];
        }
        long places = (Long.highestOneBit(Math.max(1, count)) << 1) - 1;
        for (int i = 0; i < count; i++) {
            // Adding 0 makes one of both zeros; turned, negative numbers are in order, too.
            long bits = Double.doubleToRawLongBits(scores[i] + 0.0);
            keys[i] = ((bits ^ ((bits >> 63) >>> 1)) & ~places) | i;
        }
        Arrays.sort(keys, 0, count);
        int from = 0;
        for (int i = 0; i < count; i++) {
            order[i] = (int) (keys[i] & places);
            if ((keys[i] & ~places) != (keys[from] & ~places)) {
                mergeSort(from, i, true);
                from = i;
            }
        }
        mergeSort(from, count, true);
        return order;
    }

    private void reserveOrder() {
        if (order.length < count) {
            order = new int[count];
            merged = new int[count];
        }
    }

    /** Whether two members have the same name. */
    public boolean sameName(int a, int b) {
        return compareNames(a, b) == 0;
    }

    /** Sorts {@code order} from {@code start} to {@code end} by runs that double: stable, and it needs no objects. */
    private void mergeSort(int start, int end, boolean byScore) {
        int size = end - start;
        for (int run = 1; run < size && run > 0; run *= 2) {
            for (int from = 0; from < size; from += 2 * run) {
                int middle = Math.min(size, from + run);
                merge(start + from, start + middle, start + Math.min(size, from + 2 * run), byScore);
                if (from > size - 2 * run) {
                    break;
                }
            }
            System.arraycopy(merged, start, order, start, size);
        }
    }

    private void merge(int from, int middle, int to, boolean byScore) {
        int left = from;
        int right = middle;
        for (int at = from; at < to; at++) {
            boolean takeLeft = right >= to
                    || (left < middle && (byScore
                            ? compare(order[left], order[right])
                            : compareNames(order[left], order[right])) <= 0);
            merged[at] = takeLeft ? order[left++] : order[right++];
        }
    }

    private int compare(int a, int b) {
        return scores[a] < scores[b] ? -1 : scores[a] > scores[b] ? 1 : compareNames(a, b);
    }

    private int compareNames(int a, int b) {
        return Arrays.compareUnsigned(bytes, offset(a), ends[a], bytes, offset(b), ends[b]);
    }
}
