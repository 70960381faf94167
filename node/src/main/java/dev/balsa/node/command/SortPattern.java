package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * What SORT's BY and GET name: {@code #} is the element itself, {@code weight_*} the string under the key that the
 * element makes of it, {@code object_*->field} the field of a hash. Without a star it is nothing. Immutable.
 */
final class SortPattern {
    private final byte[] text;
    private final int star;
    private final int keyEnd;
    private final boolean self;

    SortPattern(byte[] text) {
        this.text = text;
        self = text.length == 1 && text[0] == '#';
        star = star(text);
        keyEnd = star < 0 ? text.length : keyEnd(text, star);
    }

    /** Whether keys depend on the elements. */
    boolean hasStar() {
        return star >= 0;
    }

    /** The value for an element, or null if there is none. */
    byte @Nullable [] value(Database db, byte[] element) {
        if (self) {
            return element;
        }
        if (star < 0) {
            return null;
        }
        byte[] key = new byte[keyEnd - 1 + element.length];
        System.arraycopy(text, 0, key, 0, star);
        System.arraycopy(element, 0, key, star, element.length);
        System.arraycopy(text, star + 1, key, star + element.length, keyEnd - star - 1);
        int ref = db.find(key, 0, key.length);
        if (ref == Keyspace.MISSING) {
            return null;
        }
        db.touch(ref);
        if (keyEnd < text.length) {
            boolean found = db.type(ref) == ValueType.HASH
                    && db.hashes().find(ref, text, keyEnd + 2, text.length - keyEnd - 2);
            return found ? db.hashes().value().copy() : null;
        }
        return db.type(ref) == ValueType.STRING ? Strings.bytes(db, ref) : null;
    }

    /** A field is named behind an arrow that is not at the very end. */
    private static int keyEnd(byte[] text, int star) {
        for (int i = star + 1; i + 2 < text.length; i++) {
            if (text[i] == '-' && text[i + 1] == '>') {
                return i;
            }
        }
        return text.length;
    }

    private static int star(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '*') {
                return i;
            }
        }
        return -1;
    }
}
