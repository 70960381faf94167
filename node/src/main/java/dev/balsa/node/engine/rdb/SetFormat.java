package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.SetBuilder;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Intset;
import dev.balsa.node.engine.value.LargeSet;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.StringView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/*
 *     2    count, member ...     read and written: Redis 7.0 knows no other form for strings
 *     11   an intset             read and written
 *     20   a listpack            read (7.2)
 *
 * A reader gives a set of type 2 the form that its members call for, unless the file says something before the key:
 * "hashtable" of a large set (it may have few members by now), "listpack" of one whose strings are gone.
 */

/** Sets in files and payloads. Stateless. */
final class SetFormat {
    private static final int TYPE_SET = 2;
    private static final int TYPE_INTSET = 11;
    private static final int TYPE_LISTPACK = 20;

    private static final String LISTPACK = "listpack";

    private SetFormat() {}

    static boolean isKnown(int code) {
        return code == TYPE_SET || code == TYPE_INTSET || code == TYPE_LISTPACK;
    }

    static int code(EntryView entry) {
        return entry.isIntset() ? TYPE_INTSET : TYPE_SET;
    }

    /** What a reader has to be told to keep the set in the same form, or null. */
    static @Nullable String form(EntryView entry) {
        if (entry.isLarge()) {
            return Target.HASHTABLE;
        }
        return entry.isIntset() || hasString(entry) ? null : LISTPACK;
    }

    private static boolean hasString(EntryView entry) {
        Listpack packs = new Listpack(entry.segment());
        for (long p = packs.first(entry.valueOffset()); p != Listpack.NONE; p = packs.next(p)) {
            if (!packs.isInteger(p)) {
                return true;
            }
        }
        return false;
    }

    static void write(EntryView entry, RdbOutput out) throws IOException {
        StringView view = new StringView(entry.segment());
        if (entry.isIntset()) {
            out.writeValue(entry.segment(), entry.valueOffset(), entry.valueLength());
        } else if (entry.isLarge()) {
            LargeSet set = (LargeSet) entry.large();
            out.writeLength(set.size());
            set.table().forEach(element -> out.put(set.member(element, view)));
        } else {
            Listpack packs = new Listpack(entry.segment());
            out.writeLength(packs.count(entry.valueOffset()));
            for (long p = packs.first(entry.valueOffset()); p != Listpack.NONE; p = packs.next(p)) {
                out.writeString(view.entry(p));
            }
        }
    }

    static void read(int code, RdbInput in, Target target) throws IOException {
        byte[] key = target.key();
        if (code == TYPE_INTSET) {
            readIntset(in, target);
            return;
        }
        SetBuilder set = new SetBuilder(target.database());
        if (target.isPacked()) {
            set.keepPacked();
        }
        boolean read = false;
        try {
            if (code == TYPE_SET) {
                readMembers(in, target, set);
            } else {
                readListpack(in, set);
            }
            if (set.hasTwins()) {
                throw in.problem("a set has a member twice");
            }
            read = true;
        } finally {
            if (!read) {
                set.discard();
            }
        }
        if (code == TYPE_LISTPACK || target.isForm(LISTPACK) || !set.isOfIntegers()) {
            set.storeListpack(key, 0, key.length, target.deadlineMillis());
        } else {
            set.store(key, 0, key.length, target.deadlineMillis());
        }
    }

    private static void readMembers(RdbInput in, Target target, SetBuilder set) throws IOException {
        int count = in.readCount(1);
        if (target.isForm(Target.HASHTABLE)) {
            set.makeLarge();
        }
        for (int i = 0; i < count; i++) {
            in.readString();
            set.add(in.copyOfString());
        }
    }

    /** Byte for byte: the width of its numbers is part of the state. */
    private static void readIntset(RdbInput in, Target target) throws IOException {
        in.readString();
        byte[] bytes = in.copyOfString();
        byte[] key = target.key();
        MemorySegment segment = MemorySegment.ofArray(bytes);
        Intset intset = new Intset(segment);
        if (!intset.isValid(0, bytes.length) || intset.count(0) == 0) {
            throw in.problem("a damaged intset");
        }
        Database database = target.database();
        if (target.isPacked() || intset.count(0) <= database.limits().setMaxIntsetEntries()) {
            int ref =
                    database.putPacked(key, 0, key.length, ValueType.SET, true, bytes.length, target.deadlineMillis());
            MemorySegment.copy(segment, 0, database.segment(), database.valueOffset(ref), bytes.length);
            return;
        }
        SetBuilder set = new SetBuilder(database);
        StringView view = new StringView(segment);
        for (int i = 0; i < intset.count(0); i++) {
            set.add(view.number(intset.get(0, i)));
        }
        set.store(key, 0, key.length, target.deadlineMillis());
    }

    private static void readListpack(RdbInput in, SetBuilder set) throws IOException {
        in.readString();
        byte[] bytes = in.copyOfString();
        MemorySegment segment = MemorySegment.ofArray(bytes);
        Listpack pack = new Listpack(segment);
        if (!pack.isValid(0, bytes.length) || pack.first(0) == Listpack.NONE) {
            throw in.problem("a damaged listpack");
        }
        StringView view = new StringView(segment);
        for (long p = pack.first(0); p != Listpack.NONE; p = pack.next(p)) {
            set.add(view.entry(p));
        }
    }
}
