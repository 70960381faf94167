package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import java.io.IOException;

/** How a value stands in a file or a DUMP, behind its type code. One class for each type does the work. Stateless. */
final class ValueFormat {
    private ValueFormat() {}

    /** The code of the form in which the value will be written. */
    static int code(EntryView entry) {
        return switch (entry.type()) {
            case STRING -> RdbFormat.TYPE_STRING;
            case LIST, SET, ZSET, HASH, STREAM ->
                throw new IllegalStateException("No RDB form for a " + entry.type().shown());
        };
    }

    /** Writes a value, without its code. */
    static void write(EntryView entry, RdbOutput out) throws IOException {
        switch (entry.type()) {
            case STRING -> {
                if (entry.isInteger()) {
                    out.writeInteger(entry.integer());
                } else {
                    out.writeValue(entry.segment(), entry.valueOffset(), entry.valueLength());
                }
            }
            case LIST, SET, ZSET, HASH, STREAM -> throw new IllegalStateException(entry.type().shown());
        }
    }

    /** Whether values of this code can be read. */
    static boolean isKnown(int code) {
        return code == RdbFormat.TYPE_STRING;
    }

    /**
     * Reads a value and puts it under {@code key}, replacing what is there. Nothing has changed if it throws.
     *
     * @param deadlineMillis 0 = none
     */
    static void read(int code, RdbInput in, Database database, byte[] key, long deadlineMillis) throws IOException {
        switch (code) {
            case RdbFormat.TYPE_STRING -> {
                in.readString();
                database.setString(
                        key, 0, key.length, in.string(), in.stringOffset(), in.stringLength(), deadlineMillis);
            }
            default -> throw in.problem("values of type " + code + " (" + RdbFormat.typeName(code) + ") are not known");
        }
    }
}
