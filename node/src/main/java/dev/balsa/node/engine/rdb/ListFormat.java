package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EntryView;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.QuickList;
import dev.balsa.node.engine.value.Ziplist;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/*
 *     number of nodes, then for each  kind (1 = one element as it is, 2 = listpack)  string
 *
 * is what Redis 7 writes and we write, always in listpacks. Older files have a list of strings, one ziplist, or a
 * number of ziplists. Nodes become chunks as they are, so a list that was saved and loaded goes on as if it had not been.
 */

/** How a list stands in a file or a DUMP. Stateless. */
final class ListFormat {
    static final int TYPE_STRINGS = 1;
    static final int TYPE_ZIPLIST = 10;
    static final int TYPE_QUICKLIST = 14;
    static final int TYPE_QUICKLIST_2 = 18;

    private static final int PLAIN = 1;
    private static final int PACKED = 2;

    /** What is noted of a large list whose only chunk would make a packed one when it is loaded. */
    private static final String LARGE = "quicklist";

    private ListFormat() {}

    static int code() {
        return TYPE_QUICKLIST_2;
    }

    static boolean isKnown(int code) {
        return code == TYPE_STRINGS
                || code == TYPE_ZIPLIST
                || code == TYPE_QUICKLIST
                || code == TYPE_QUICKLIST_2;
    }

    /** What the value's bytes do not tell, or null. */
    static @Nullable String form(EntryView entry) {
        return entry.isLarge() && ((QuickList) entry.large()).isSingleChunk() ? LARGE : null;
    }

    static void write(EntryView entry, RdbOutput out) throws IOException {
        if (!entry.isLarge()) {
            out.writeLength(1);
            out.writeLength(PACKED);
            out.writeValue(entry.segment(), entry.valueOffset(), entry.valueLength());
            return;
        }
        QuickList list = (QuickList) entry.large();
        out.writeLength(list.chunks());
        try {
            list.forEachChunk((memory, at, bytes) -> writeChunk(memory, at, bytes, out));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void writeChunk(MemorySegment memory, long at, int bytes, RdbOutput out) {
        try {
            out.writeLength(PACKED);
            out.writeValue(memory, at, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a list of any form; nothing has changed if it throws. */
    static void read(int code, RdbInput in, Database database, byte[] key, long deadlineMillis, @Nullable String form)
            throws IOException {
        Keyspace keyspace = database.keyspace();
        QuickList list = new QuickList(keyspace.space());
        boolean done = false;
        try {
            readNodes(code, in, list, keyspace.limits().listMaxListpackSize());
            if (list.size() == 0) {
                throw in.problem("a list without elements");
            }
            Lists.put(database, key, list, LARGE.equals(form), form != null, deadlineMillis);
            done = true;
        } finally {
            if (!done) {
                list.free(Integer.MAX_VALUE);
            }
        }
    }

    private static void readNodes(int code, RdbInput in, QuickList list, int limit) throws IOException {
        long nodes = code == TYPE_ZIPLIST ? 1 : in.readLength();
        for (long i = 0; i != nodes; i++) {
            int kind = code == TYPE_QUICKLIST_2 ? in.readByte() : PACKED;
            if (kind != PLAIN && kind != PACKED) {
                throw in.problem("unknown kind of a list's node: " + kind);
            }
            in.readString();
            if (code == TYPE_STRINGS || kind == PLAIN) {
                list.push(false, in.string(), in.stringOffset(), in.stringLength(), limit);
            } else if (code == TYPE_QUICKLIST_2) {
                addListpack(in, MemorySegment.ofArray(in.string()), in.stringOffset(), in.stringLength(), list);
            } else {
                byte[] packed = Ziplist.toListpack(in.string(), in.stringOffset(), in.stringLength());
                if (packed == null) {
                    throw in.problem("a ziplist that is none");
                }
                addListpack(in, MemorySegment.ofArray(packed), 0, packed.length, list);
            }
        }
    }

    private static void addListpack(RdbInput in, MemorySegment from, long at, int bytes, QuickList list)
            throws IOException {
        Listpack pack = new Listpack(from);
        if (!pack.isValid(at, bytes)) {
            throw in.problem("a listpack that is none");
        }
        if (bytes > Listpack.EMPTY_BYTES) {
            list.addChunk(from, at, bytes);
        }
    }
}
