package dev.balsa.node.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.StateDigest;
import dev.balsa.node.engine.Streams;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamConsumer;
import dev.balsa.node.engine.value.StreamCursor;
import dev.balsa.node.engine.value.StreamFields;
import dev.balsa.node.engine.value.StreamGroup;
import dev.balsa.node.engine.value.StreamId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Damaged payloads of streams, under a checksum that is right. */
class StreamFuzzTest {
    private static final byte[] KEY = RdbTest.bytes("s");
    private static final byte[] TO = RdbTest.bytes("t");
    private static final EncodingLimits LIMITS =
            new EncodingLimits(128, 64, 512, 128, 64, 128, 64, -2, 4096, 3, 3000);

    @Test
    void every_flipped_byte_and_every_cut_is_refused_or_gives_a_whole_stream() {
        try (Keyspace keyspace = new Keyspace(1, 1L << 28, true)) {
            Database database = keyspace.database(0);
            fill(Streams.create(keyspace, database, KEY, 0, KEY.length));
            byte[] payload = DumpPayload.dump(database, database.find(KEY, 0, KEY.length));
            StateDigest before = RdbTest.digest(keyspace);
            int body = payload.length - 10;
            int refused = 0;
            for (int i = 0; i < body; i++) {
                for (int flip : new int[] {1, 0x80, 0xff, 0x10, 0x7f}) {
                    byte[] damaged = payload.clone();
                    damaged[i] ^= (byte) flip;
                    refused += restore(keyspace, seal(damaged), before) ? 0 : 1;
                }
            }
            for (int length = 1; length < body; length++) {
                byte[] cut = Arrays.copyOf(payload, length + 10);
                cut[length] = payload[body];
                cut[length + 1] = payload[body + 1];
                assertThat(restore(keyspace, seal(cut), before)).as("cut at " + length).isFalse();
            }
            assertThat(refused).isGreaterThan(body);
            assertThat(restore(keyspace, payload, before)).isTrue();
        }
    }

    /** Whether it was taken; a stream that was taken is read from end to end, one that was not has left nothing. */
    private static boolean restore(Keyspace keyspace, byte[] payload, StateDigest before) {
        Database database = keyspace.database(0);
        long heap = keyspace.space().heapBytes();
        DumpPayload.Restored restored = DumpPayload.restore(payload, 0, payload.length, database, TO, 0);
        if (restored != DumpPayload.Restored.DONE) {
            assertThat(keyspace.space().heapBytes()).isEqualTo(heap);
            assertThat(RdbTest.digest(keyspace)).isEqualTo(before);
            return false;
        }
        int ref = database.find(TO, 0, TO.length);
        if (database.isLarge(ref) && database.large(ref) instanceof Stream stream) {
            assertThat(walk(stream, false)).isEqualTo(stream.size());
            assertThat(walk(stream, true)).isEqualTo(stream.size());
        }
        assertThat(database.remove(TO, 0, TO.length)).isTrue();
        while (keyspace.reclaim(1000)) {}
        assertThat(keyspace.space().heapBytes()).isEqualTo(heap);
        return true;
    }

    private static long walk(Stream stream, boolean backwards) {
        StreamCursor cursor = stream.range(StreamId.ZERO, StreamId.MAX, backwards);
        Listpack lp = stream.listpack();
        long entries = 0;
        long text = 0;
        StreamId last = backwards ? StreamId.MAX : StreamId.ZERO;
        while (cursor.next()) {
            if (backwards) {
                assertThat(cursor.id()).isLessThan(last);
            } else {
                assertThat(cursor.id()).isGreaterThan(last);
            }
            last = cursor.id();
            for (int i = 0; i < cursor.fieldCount(); i++) {
                cursor.nextField();
                text += lp.textLength(cursor.field()) + lp.textLength(cursor.value());
            }
            entries++;
        }
        assertThat(text).isNotNegative();
        return entries;
    }

    private static byte[] seal(byte[] payload) {
        int end = payload.length - Long.BYTES;
        long crc = Crc64.update(0, payload, 0, end);
        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putLong(end, crc);
        return payload;
    }

    private static void fill(Stream stream) {
        for (int i = 1; i <= 8; i++) {
            stream.add(new StreamId(1000 + i, i % 3), new Fields("name", "v" + i, i % 4 == 0 ? "other" : "n", "" + i),
                    LIMITS);
        }
        stream.delete(new StreamId(1002, 2));
        byte[] name = RdbTest.bytes("group");
        StreamGroup group = stream.addGroup(stream.findGroup(name, 0, name.length), name, new StreamId(1005, 2), 5);
        for (int i = 0; i < 2; i++) {
            byte[] consumer = RdbTest.bytes("consumer" + i);
            StreamConsumer added = group.addConsumer(group.findConsumer(consumer, 0, consumer.length), consumer, 99, 98);
            group.add(added, 1001 + i, 1, 1_700_000_000_000L, 1 + i);
        }
    }

    private static final class Fields implements StreamFields {
        private final String[] texts;

        Fields(String... texts) {
            this.texts = texts;
        }

        @Override
        public int count() {
            return texts.length / 2;
        }

        @Override
        public byte[] array() {
            return RdbTest.bytes(String.join("", texts));
        }

        @Override
        public int offset(int i) {
            return String.join("", Arrays.copyOf(texts, i)).length();
        }

        @Override
        public int length(int i) {
            return texts[i].length();
        }
    }
}
