package dev.balsa.node.command;

import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.Stream;
import dev.balsa.node.engine.value.StreamCursor;
import dev.balsa.node.engine.value.StreamId;
import dev.balsa.proto.resp.RespWriter;

/** Writes ids and entries into replies, straight from a stream's memory. Pure functions. */
final class StreamReplies {
    private StreamReplies() {}

    static void id(Call call, StreamId id) {
        id(call, id.ms(), id.seq());
    }

    /** An id as a bulk string. */
    static void id(Call call, long ms, long seq) {
        byte[] text = call.scratch();
        int length = unsigned(ms, text, 0);
        text[length++] = '-';
        length = unsigned(seq, text, length);
        call.reply().bulk(text, 0, length);
    }

    private static int unsigned(long value, byte[] into, int at) {
        long tens = Long.divideUnsigned(value, 10);
        int end = at + (tens == 0 ? 1 : Decimal.length(tens) + 1);
        into[end - 1] = (byte) ('0' + (value - tens * 10));
        int place = end - 2;
        for (long rest = tens; rest != 0; rest /= 10) {
            into[place--] = (byte) ('0' + rest % 10);
        }
        return end;
    }

    /** The entry under the cursor: an array of its id and its fields. */
    static void entry(Call call, Stream stream, StreamCursor entry) {
        RespWriter reply = call.reply();
        reply.array(2);
        id(call, entry.ms(), entry.seq());
        int fields = entry.fieldCount();
        reply.array(2L * fields);
        Listpack lp = stream.listpack();
        for (int i = 0; i < fields; i++) {
            entry.nextField();
            text(reply, lp, entry.field());
            text(reply, lp, entry.value());
        }
    }

    private static void text(RespWriter reply, Listpack lp, long p) {
        if (lp.isInteger(p)) {
            reply.bulk(lp.integer(p));
        } else {
            reply.bulk(lp.memory(), lp.offset(p), lp.length(p));
        }
    }

    /** An array of the entries that the cursor has yet to reach, at most {@code count} of them if that is not 0. */
    static void entries(Call call, Stream stream, StreamCursor cursor, long count) {
        int mark = call.reply().arrayLater();
        int entries = 0;
        while ((count == 0 || entries < count) && cursor.next()) {
            entry(call, stream, cursor);
            entries++;
        }
        call.reply().arrayLength(mark, entries);
    }

    /** The entry of an id, or, if it is gone, an array of the id and nil. */
    static boolean entryOrNil(Call call, Stream stream, StreamId id) {
        StreamCursor cursor = stream.range(id, id, false);
        if (cursor.next()) {
            entry(call, stream, cursor);
            return true;
        }
        call.reply().array(2);
        id(call, id);
        call.reply().nilArray();
        return false;
    }
}
