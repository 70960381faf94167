package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import org.jspecify.annotations.Nullable;

/** Where a value that is read is to be put. Immutable. */
final class Target {
    /** The form of a value that is large, whatever its elements are. */
    static final String HASHTABLE = "hashtable";

    private final Database database;
    private final byte[] key;
    private final long deadlineMillis;
    private final @Nullable String form;

    /**
     * @param key all of it; what it holds is replaced
     * @param deadlineMillis 0 = none
     * @param form what the field {@link RdbFormat#NEXT_FIELD} before the key says of the value's form; empty: nothing,
     *     so a packed value stays packed; null: the file says nothing of any, so the form is that which Redis would
     *     give the value
     */
    Target(Database database, byte[] key, long deadlineMillis, @Nullable String form) {
        this.database = database;
        this.key = key;
        this.deadlineMillis = deadlineMillis;
        this.form = form;
    }

    Database database() {
        return database;
    }

    byte[] key() {
        return key;
    }

    long deadlineMillis() {
        return deadlineMillis;
    }

    /** Whether the value is to have this form, whatever its elements are. */
    boolean isForm(String name) {
        return name.equals(form);
    }

    /** Whether the value is to stay packed, whatever the limits are. */
    boolean isPacked() {
        return form != null && !isForm(HASHTABLE);
    }
}
