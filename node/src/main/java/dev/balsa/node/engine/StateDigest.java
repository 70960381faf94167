package dev.balsa.node.engine;

import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.LargeValue;
import dev.balsa.node.engine.value.PackedFields;
import dev.balsa.node.engine.value.StringView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A 128-bit digest of what a keyspace holds: database, key, type, value and deadline of each live key, who waits, scripts and functions,
 * whatever the
 * order they were written in and however they are
 * kept (a number and its text are the same value). Two replicas at the same log index have the same digest. It finds
 * mistakes, not forgeries. Immutable.
 *
 * @param high sum over the keys of their first hash
 * @param low sum over the keys of their second hash
 * @param keys how many live keys there are
 */
public record StateDigest(long high, long low, long keys) {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long P0 = 0x9e37_79b9_7f4a_7c15L;
    private static final long P1 = 0xbb67_ae85_84ca_a73bL;
    private static final long P2 = 0x243f_6a88_85a3_08d3L;

    /** The digest of a view; reads it to its end. */
    public static StateDigest of(Snapshot snapshot) {
        Sum sum = new Sum(snapshot.logMillis());
        snapshot.forEach(sum);
        if (!snapshot.nobodyWaits()) {
            sum.part(snapshot.waiters());
        }
        sum.scripts(snapshot.scripts());
        return new StateDigest(sum.high, sum.low, sum.keys);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }

    private static final class Sum implements Snapshot.Visitor, LargeValue.Content {
        private final byte[] digits = new byte[Decimal.LENGTH_MAX];
        private final MemorySegment digitsSegment = MemorySegment.ofArray(digits);
        private long high;
        private long low;
        private long keys;
        private long state;
        private final long logMillis;

        Sum(long logMillis) {
            this.logMillis = logMillis;
        }

        void part(byte[] all) {
            long hashed = hash(P2, MemorySegment.ofArray(all), 0, all.length);
            high += fold(hashed ^ P1, P0);
            low += fold(hashed ^ P2, P1);
        }

        void scripts(Scripts.View all) {
            byte[] scripts = all.toBytes();
            if (scripts.length > 0) {
                part(scripts);
            }
            all.libraries().forEach((name, code) -> part(code));
        }

        @Override
        public void visit(int database, EntryView entry) {
            long state = fold(P0 ^ database, P1 ^ entry.type().ordinal());
            state = fold(state ^ entry.deadlineMillis(), P2);
            state = hash(state, entry.segment(), entry.keyOffset(), entry.keyLength());
            if (entry.hasFieldDeadlines()) {
                state = liveFields(state, entry);
            } else if (entry.isLarge()) {
                this.state = state;
                entry.large().content(this);
                state = this.state;
            } else {
                state = entry.isInteger()
                        ? hash(state, digitsSegment, 0, Decimal.write(entry.integer(), digits))
                        : hash(state, entry.segment(), entry.valueOffset(), entry.valueLength());
            }
            high += fold(state ^ P1, P0);
            low += fold(state ^ P2, P1);
            keys++;
        }

        /** Dead fields may be there or not: removing them is housekeeping. */
        private long liveFields(long before, EntryView entry) {
            state = before;
            if (entry.isLarge()) {
                LargeHash hash = (LargeHash) entry.large();
                StringView view = new StringView(entry.segment());
                hash.table().forEach(field -> {
                    long deadline = hash.deadline(field);
                    if (deadline == 0 || deadline > logMillis) {
                        text(hash.name(field, view));
                        text(hash.value(field, view));
                        number(deadline);
                    }
                });
                return state;
            }
            PackedFields pack = new PackedFields(entry.segment());
            StringView view = new StringView(entry.segment());
            long end = entry.valueOffset() + entry.valueLength();
            for (long p = entry.valueOffset() + Blobs.OWN_DEADLINE_BYTES; p < end; p = pack.next(p, 3)) {
                long value = pack.next(p);
                long deadline = pack.integer(pack.next(value));
                if (deadline == 0 || deadline > logMillis) {
                    text(view.entry(p));
                    text(view.entry(value));
                    number(deadline);
                }
            }
            return state;
        }

        private void text(StringView view) {
            if (view.isNumber()) {
                state = hash(state, digitsSegment, 0, Decimal.write(view.number(), digits));
            } else {
                state = hash(state, view.memory(), view.offset(), view.byteLength());
            }
        }

        @Override
        public void bytes(MemorySegment memory, long offset, int length) {
            state = hash(state, memory, offset, length);
        }

        @Override
        public void number(long value) {
            state = fold(state ^ value, P1);
        }

        private static long hash(long start, MemorySegment memory, long offset, int length) {
            long state = start ^ length;
            long at = offset;
            int left = length;
            for (; left >= 8; left -= 8, at += 8) {
                state = fold(state ^ memory.get(LONG, at), P1);
            }
            long rest = 0;
            for (int i = 0; i < left; i++) {
                rest |= (memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL) << (8 * i);
            }
            return fold(state ^ rest, P2 ^ length);
        }

        private static long fold(long a, long b) {
            return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
        }
    }
}
