package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.value.Stream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How a value stands in a file or a DUMP, behind its type code. One class for each type does the work. Stateless. */
final class ValueFormat {
    private ValueFormat() {}

    /** The code of the form in which the value will be written. */
    static int code(EntryView entry) {
        return switch (entry.type()) {
            case STRING -> RdbFormat.TYPE_STRING;
            case LIST -> ListFormat.code();
            case SET -> SetFormat.code(entry);
            case HASH -> HashFormat.code(entry);
            case ZSET -> SortedSetFormat.code(entry);
            case STREAM -> StreamFormat.CODE;
        };
    }

    /**
     * What a replica must know of the value that its code does not tell and Redis needs not know, so that its form is
     * the same there; null: nothing. A file has it in the AUX field {@link RdbFormat#NEXT_FIELD} before the key.
     */
    static @Nullable String form(EntryView entry) {
        return switch (entry.type()) {
            case LIST -> ListFormat.form(entry);
            case SET -> SetFormat.form(entry);
            case HASH -> HashFormat.form(entry);
            case ZSET -> SortedSetFormat.form(entry);
            case STREAM -> StreamFormat.form((Stream) entry.large());
            case STRING -> null;
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
            case LIST -> ListFormat.write(entry, out);
            case SET -> SetFormat.write(entry, out);
            case HASH -> HashFormat.write(entry, out);
            case ZSET -> SortedSetFormat.write(entry, out);
            case STREAM -> StreamFormat.write((Stream) entry.large(), out);
        }
    }

    /** Whether values of this code can be read. */
    static boolean isKnown(int code) {
        return code == RdbFormat.TYPE_STRING
                || ListFormat.isKnown(code)
                || SetFormat.isKnown(code)
                || HashFormat.isKnown(code)
                || SortedSetFormat.isKnown(code)
                || StreamFormat.isKnown(code);
    }

    /**
     * Reads a value and puts it under {@code key}, replacing what is there. Nothing has changed if it throws.
     *
     * @param deadlineMillis 0 = none
     * @param form what {@link #form} said when it was written, empty if it said nothing, null if it was not asked
     */
    static void read(int code, RdbInput in, Database database, byte[] key, long deadlineMillis, @Nullable String form)
            throws IOException {
        if (code == RdbFormat.TYPE_STRING) {
            in.readString();
            database.setString(key, 0, key.length, in.string(), in.stringOffset(), in.stringLength(), deadlineMillis);
        } else if (ListFormat.isKnown(code)) {
            ListFormat.read(code, in, database, key, deadlineMillis, form);
        } else if (SetFormat.isKnown(code)) {
            SetFormat.read(code, in, new Target(database, key, deadlineMillis, form));
        } else if (HashFormat.isKnown(code)) {
            HashFormat.read(code, in, new Target(database, key, deadlineMillis, form));
        } else if (SortedSetFormat.isKnown(code)) {
            SortedSetFormat.read(code, in, database, key, deadlineMillis, form);
        } else if (StreamFormat.isKnown(code)) {
            StreamFormat.read(code, in, database, key, deadlineMillis, form);
        } else {
            throw in.problem("values of type " + code + " (" + RdbFormat.typeName(code) + ") are not known");
        }
    }
}
