package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.proto.resp.RespWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** String values as the keyspace holds them, number or bytes, seen as bytes. Pure functions. */
final class Strings {
    /**
     * Longest string value: Redis' proto-max-bulk-len, which is no setting here because every replica must agree on
     * it.
     */
    static final int LENGTH_MAX_BYTES = 512 * 1024 * 1024;

    private Strings() {}

    /** Replies a live string. */
    static void reply(Call call, int ref) {
        Database db = call.db();
        if (db.isInteger(ref)) {
            call.reply().bulk(db.integer(ref));
        } else {
            call.reply().bulk(db.segment(), db.valueOffset(ref), db.valueLength(ref));
        }
    }

    /** Replies a string of a collection. */
    static void reply(RespWriter reply, StringView string) {
        if (string.isNumber()) {
            reply.bulk(string.number());
        } else {
            reply.bulk(string.memory(), string.offset(), string.byteLength());
        }
    }

    static int length(Database db, int ref) {
        return db.isInteger(ref) ? Decimal.length(db.integer(ref)) : db.valueLength(ref);
    }

    /** A copy of the bytes. */
    static byte[] bytes(Database db, int ref) {
        if (db.isInteger(ref)) {
            return Long.toString(db.integer(ref)).getBytes(StandardCharsets.US_ASCII);
        }
        return slice(db, ref, 0, db.valueLength(ref));
    }

    /** A copy of {@code length} bytes from {@code from} on, of a string that is kept as bytes. */
    static byte[] slice(Database db, int ref, int from, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(db.segment(), ValueLayout.JAVA_BYTE, db.valueOffset(ref) + from, bytes, 0, length);
        return bytes;
    }
}
