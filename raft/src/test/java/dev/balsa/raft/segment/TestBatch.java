package dev.balsa.raft.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Entries for tests. */
record TestBatch(List<Entry> entries) implements EntryBatch {
    /** One entry; equal if the log gives back what it was given. */
    record Entry(long index, long term, RecordType type, String payload, long mark) {
        static Entry of(LogRecord read) {
            return new Entry(
                    read.index(),
                    read.term(),
                    read.type(),
                    new String(read.payload(), StandardCharsets.ISO_8859_1),
                    read.hasMark() ? read.mark() : -1);
        }
    }

    /** {@code count} entries of {@code bytes} each. */
    static TestBatch of(long first, int count, long term, int bytes) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long index = first + i;
            String text = "[" + index + "/" + term + "]";
            String payload = text.repeat(bytes / text.length() + 1).substring(0, bytes);
            entries.add(new Entry(index, term, RecordType.DATA, payload, index % 2 == 0 ? index : -1));
        }
        return new TestBatch(entries);
    }

    /** Of random sizes: mostly small, some larger than the buffer or a segment of the tests. */
    static TestBatch random(Random random, long first, long term) {
        List<Entry> entries = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 5);
        for (int i = 0; i < count; i++) {
            int bytes = random.nextInt(random.nextInt(20) == 0 ? 12_000 : 300);
            byte[] payload = new byte[bytes];
            random.nextBytes(payload);
            entries.add(new Entry(
                    first + i,
                    term,
                    RecordType.values()[random.nextInt(3)],
                    new String(payload, StandardCharsets.ISO_8859_1),
                    random.nextBoolean() ? -1 : random.nextLong(Long.MAX_VALUE)));
        }
        return new TestBatch(entries);
    }

    @Override
    public int count() {
        return entries.size();
    }

    @Override
    public long index(int i) {
        return entries.get(i).index;
    }

    @Override
    public long term(int i) {
        return entries.get(i).term;
    }

    @Override
    public RecordType type(int i) {
        return entries.get(i).type;
    }

    @Override
    public ByteBuffer payload(int i) {
        return ByteBuffer.wrap(entries.get(i).payload.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public boolean hasMark(int i) {
        return entries.get(i).mark != -1;
    }

    @Override
    public long mark(int i) {
        return entries.get(i).mark;
    }
}
