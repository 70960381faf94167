package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.HashBuilder;
import dev.balsa.node.engine.value.LargeHash;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.PackedFields;
import dev.balsa.node.engine.value.StringView;
import dev.balsa.node.engine.value.Ziplist;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 *     4    count, field, value ...        read and written, of large hashes
 *     9    a zipmap                       read (2.4 and older)
 *     13   a ziplist                      read (6.2 and older)
 *     16   a listpack                     read and written
 *     22   as 24, without the first deadline; deadlines as they are       read (7.4 before its release)
 *     23   as 25, without the first deadline                              read (7.4 before its release)
 *     24   first deadline (8 bytes), count, { deadline, field, value } ...     read and written, of large hashes; a
 *          deadline is written like a length: 0 = none, else how much it is after the first, and 1
 *     25   first deadline (8 bytes), a listpack of field, value, deadline (0 = none) ..., rising     read and written
 *
 * zipmap:  count (1)  { length, field, length, spare (1), value, spare bytes } ...  0xff
 *          a length is one byte up to 253, or 254 and four little-endian ones
 */

/** Hashes in files and payloads. Stateless. */
final class HashFormat {
    private static final int TYPE_HASH = 4;
    private static final int TYPE_ZIPMAP = 9;
    private static final int TYPE_ZIPLIST = 13;
    private static final int TYPE_LISTPACK = 16;
    private static final int TYPE_TIMED_EARLY = 22;
    private static final int TYPE_TIMED_LISTPACK_EARLY = 23;
    private static final int TYPE_TIMED = 24;
    private static final int TYPE_TIMED_LISTPACK = 25;

    private static final int OWN_DEADLINE_BYTES = 8;
    /** Redis allows 48 bits. */
    private static final long DEADLINE_MAX_MILLIS = (1L << 48) - 1;
    private static final int ZIPMAP_WIDE = 254;
    private static final int ZIPMAP_END = 255;

    private HashFormat() {}

    static boolean isKnown(int code) {
        return code == TYPE_HASH || code == TYPE_ZIPMAP || code == TYPE_ZIPLIST || code == TYPE_LISTPACK
                || isTimed(code);
    }

    /** Whether the form came with field expiry, in version 12. */
    static boolean isTimed(int code) {
        return code >= TYPE_TIMED_EARLY && code <= TYPE_TIMED_LISTPACK;
    }

    static int code(EntryView entry) {
        if (!entry.isLarge()) {
            return entry.hasFieldDeadlines() ? TYPE_TIMED_LISTPACK : TYPE_LISTPACK;
        }
        return ((LargeHash) entry.large()).timed() > 0 ? TYPE_TIMED : TYPE_HASH;
    }

    /** What a reader has to be told to keep the hash in the same form, or null. */
    static @Nullable String form(EntryView entry) {
        return entry.isLarge() ? Target.HASHTABLE : null;
    }

    static void write(EntryView entry, RdbOutput out) throws IOException {
        if (!entry.isLarge()) {
            writePacked(entry, out);
            return;
        }
        LargeHash hash = (LargeHash) entry.large();
        StringView view = new StringView(entry.segment());
        long first = hash.timed() == 0 ? 0 : firstDeadline(hash);
        if (first != 0) {
            out.writeLong(first);
        }
        out.writeLength(hash.size());
        hash.table().forEach(field -> {
            if (first != 0) {
                long deadline = hash.deadline(field);
                out.putLength(deadline == 0 ? 0 : deadline - first + 1);
            }
            out.put(hash.name(field, view));
            out.put(hash.value(field, view));
        });
    }

    private static void writePacked(EntryView entry, RdbOutput out) throws IOException {
        PackedFields fields = new PackedFields(entry.segment());
        long from = entry.valueOffset() + (entry.hasFieldDeadlines() ? OWN_DEADLINE_BYTES : 0);
        long end = entry.valueOffset() + entry.valueLength();
        if (entry.hasFieldDeadlines()) {
            out.writeLong(fields.integer(fields.next(from, 2)));
        }
        int bytes = fields.listpackBytes(from, end);
        MemorySegment pack = out.scratch(bytes);
        fields.toListpack(from, end, pack, 0);
        out.writeValue(pack, 0, bytes);
    }

    private static long firstDeadline(LargeHash hash) {
        long[] first = {Long.MAX_VALUE};
        hash.table().forEach(field -> {
            long deadline = hash.deadline(field);
            first[0] = deadline == 0 ? first[0] : Math.min(first[0], deadline);
        });
        return first[0];
    }

    static void read(int code, RdbInput in, Target target) throws IOException {
        HashBuilder hash = new HashBuilder(target.database());
        if (target.isPacked()) {
            hash.keepPacked();
        }
        boolean read = false;
        try {
            switch (code) {
                case TYPE_HASH -> readFields(in, target, hash);
                case TYPE_ZIPMAP -> readZipmap(in, hash);
                case TYPE_TIMED_EARLY -> readTimedFields(in, hash, 1);
                case TYPE_TIMED -> readTimedFields(in, hash, in.readLong());
                case TYPE_TIMED_LISTPACK_EARLY, TYPE_TIMED_LISTPACK -> {
                    if (code == TYPE_TIMED_LISTPACK) {
                        in.readLong(); // the first deadline: its fields tell it, too
                    }
                    in.readString();
                    readListpack(in, in.copyOfString(), hash, true);
                }
                case TYPE_ZIPLIST -> {
                    in.readString();
                    byte[] pack = Ziplist.toListpack(in.string(), in.stringOffset(), in.stringLength());
                    if (pack == null) {
                        throw in.problem("a damaged ziplist");
                    }
                    readListpack(in, pack, hash, false);
                }
                default -> {
                    in.readString();
                    readListpack(in, in.copyOfString(), hash, false);
                }
            }
            if (hash.hasTwins()) {
                throw in.problem("a hash has a field twice");
            }
            read = true;
        } finally {
            if (!read) {
                hash.discard();
            }
        }
        byte[] key = target.key();
        hash.store(key, 0, key.length, target.deadlineMillis());
    }

    private static void readFields(RdbInput in, Target target, HashBuilder hash) throws IOException {
        int count = in.readCount(2);
        if (target.isForm(Target.HASHTABLE)) {
            hash.makeLarge();
        }
        for (int i = 0; i < count; i++) {
            in.readString();
            byte[] name = in.copyOfString();
            in.readString();
            hash.add(name, in.copyOfString());
        }
    }

    /** @param first a field's deadline is that many milliseconds, less one, after its number */
    private static void readTimedFields(RdbInput in, HashBuilder hash, long first) throws IOException {
        int count = in.readCount(3);
        hash.keepDeadlines();
        hash.makeLarge();
        for (int i = 0; i < count; i++) {
            long beyond = in.readLength();
            in.readString();
            byte[] name = in.copyOfString();
            in.readString();
            hash.add(name, in.copyOfString(), beyond == 0 ? 0 : deadline(in, first + beyond - 1));
        }
    }

    private static void readListpack(RdbInput in, byte[] bytes, HashBuilder hash, boolean timed) throws IOException {
        MemorySegment segment = MemorySegment.ofArray(bytes);
        Listpack pack = new Listpack(segment);
        int step = timed ? 3 : 2;
        if (!pack.isValid(0, bytes.length) || pack.first(0) == Listpack.NONE || pack.count(0) % step != 0) {
            throw in.problem("a damaged listpack");
        }
        if (timed) {
            hash.keepDeadlines();
        }
        StringView view = new StringView(segment);
        long before = 0;
        for (long p = pack.first(0); p != Listpack.NONE; p = pack.next(p)) {
            byte[] name = view.entry(p).copy();
            p = pack.next(p);
            byte[] value = view.entry(p).copy();
            long deadline = 0;
            if (timed) {
                p = pack.next(p);
                deadline = !pack.isInteger(p) ? -1 : pack.integer(p) == 0 ? 0 : deadline(in, pack.integer(p));
                long rank = deadline == 0 ? Long.MAX_VALUE : deadline;
                if (deadline < 0 || rank < before) {
                    throw in.problem("the fields of a hash are not in the order of their deadlines");
                }
                before = rank;
            }
            hash.add(name, value, deadline);
        }
    }

    /** A deadline, if it is one. */
    private static long deadline(RdbInput in, long millis) throws IOException {
        if (millis <= 0 || millis > DEADLINE_MAX_MILLIS) {
            throw in.problem("impossible deadline of a field: " + millis);
        }
        return millis;
    }

    private static void readZipmap(RdbInput in, HashBuilder hash) throws IOException {
        in.readString();
        byte[] bytes = in.copyOfString();
        int at = 1;
        int fields = 0;
        while (at < bytes.length && (bytes[at] & 0xff) != ZIPMAP_END) {
            int name = zipmapLength(in, bytes, at);
            int nameAt = at + lengthBytes(bytes, at);
            int valueHead = nameAt + name;
            int value = zipmapLength(in, bytes, valueHead);
            int valueAt = valueHead + lengthBytes(bytes, valueHead) + 1;
            at = valueAt + value;
            if (at >= bytes.length) {
                throw in.problem("a damaged zipmap");
            }
            at += bytes[valueAt - 1] & 0xff;
            hash.add(
                    Arrays.copyOfRange(bytes, nameAt, nameAt + name),
                    Arrays.copyOfRange(bytes, valueAt, valueAt + value));
            fields++;
        }
        if (at != bytes.length - 1 || fields == 0) {
            throw in.problem("a damaged zipmap");
        }
    }

    private static int lengthBytes(byte[] bytes, int at) {
        return (bytes[at] & 0xff) == ZIPMAP_WIDE ? 5 : 1;
    }

    /** The length at {@code at}; the string it belongs to is within the bytes. */
    private static int zipmapLength(RdbInput in, byte[] bytes, int at) throws IOException {
        int first = at < bytes.length ? bytes[at] & 0xff : ZIPMAP_END;
        long length = first;
        if (first == ZIPMAP_WIDE && at + 5 <= bytes.length) {
            length = (bytes[at + 1] & 0xff) | (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff) << 16
                    | (bytes[at + 4] & 0xffL) << 24;
        } else if (first >= ZIPMAP_WIDE) {
            throw in.problem("a damaged zipmap");
        }
        if (at + lengthBytes(bytes, at) + length >= bytes.length) {
            throw in.problem("a damaged zipmap");
        }
        return (int) length;
    }
}
