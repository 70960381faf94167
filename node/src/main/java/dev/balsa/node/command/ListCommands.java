package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.INDEX;
import static dev.balsa.node.command.CommandError.NO_SUCH_KEY;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.node.engine.value.QuickList;
import dev.balsa.proto.resp.Args;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands on one list. The table is the contents page; methods follow in its order. Those that move or pop among
 * several lists are in {@link ListPopCommands}.
 */
final class ListCommands {
    static final List<Command> TABLE = table(
            write("lpush", -3, ListCommands::lpush, DENYOOM, FAST).of("list").key("RW INSERT", 1)
                    .syntax("key element...")
                    .doc("1.0.0", "O(1) an element", "Adds elements at the beginning of a list, creating it."),
            write("rpush", -3, ListCommands::rpush, DENYOOM, FAST).of("list").key("RW INSERT", 1)
                    .syntax("key element...")
                    .doc("1.0.0", "O(1) an element", "Adds elements at the end of a list, creating it."),
            write("lpushx", -3, ListCommands::lpushX, DENYOOM, FAST).of("list").key("RW INSERT", 1)
                    .syntax("key element...")
                    .doc("2.2.0", "O(1) an element", "Adds elements at the beginning of a list that exists."),
            write("rpushx", -3, ListCommands::rpushX, DENYOOM, FAST).of("list").key("RW INSERT", 1)
                    .syntax("key element...")
                    .doc("2.2.0", "O(1) an element", "Adds elements at the end of a list that exists."),
            write("lpop", -2, ListCommands::lpop, FAST).of("list").key("RW ACCESS DELETE", 1)
                    .syntax("key [count:integer^6.2.0]")
                    .doc("1.0.0", "O(N), N = elements replied", "Removes and replies the first elements of a list."),
            write("rpop", -2, ListCommands::rpop, FAST).of("list").key("RW ACCESS DELETE", 1)
                    .syntax("key [count:integer^6.2.0]")
                    .doc("1.0.0", "O(N), N = elements replied", "Removes and replies the last elements of a list."),
            read("llen", 2, ListCommands::llen, FAST).of("list").key("RO", 1)
                    .syntax("key")
                    .doc("1.0.0", "O(1)", "Replies with the number of elements of a list."),
            read("lrange", 4, ListCommands::lrange).of("list").key("RO ACCESS", 1)
                    .syntax("key start:integer stop:integer")
                    .doc("1.0.0", "O(log N + M), N = elements, M = elements replied",
                            "Replies with the elements of a list between two indices."),
            read("lindex", 3, ListCommands::lindex).of("list").key("RO ACCESS", 1)
                    .syntax("key index:integer")
                    .doc("1.0.0", "O(log N), N = elements", "Replies with the element of a list at an index."),
            write("lset", 4, ListCommands::lset, DENYOOM).of("list").key("RW UPDATE", 1)
                    .syntax("key index:integer element")
                    .doc("1.0.0", "O(log N), N = elements", "Replaces the element of a list at an index."),
            write("linsert", 5, ListCommands::linsert, DENYOOM).of("list").key("RW INSERT", 1)
                    .syntax("key where=(BEFORE | AFTER) pivot element")
                    .doc("2.2.0", "O(N), N = elements before the one that is searched for",
                            "Inserts an element before or after another one of a list."),
            write("lrem", 4, ListCommands::lrem).of("list").key("RW DELETE", 1)
                    .syntax("key count:integer element")
                    .doc("1.0.0", "O(N), N = elements", "Removes elements that equal a value from a list."),
            write("ltrim", 4, ListCommands::ltrim).of("list").key("RW DELETE", 1)
                    .syntax("key start:integer stop:integer")
                    .doc("1.0.0", "O(N), N = elements removed",
                            "Removes the elements of a list that are not between two indices."),
            read("lpos", -3, ListCommands::lpos).of("list").key("RO ACCESS", 1)
                    .syntax("key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]")
                    .doc("6.0.6", "O(N), N = elements", "Finds the indices of elements that equal a value."));

    private ListCommands() {}

    // LPUSH key element [element ...]
    private static void lpush(Call call) {
        push(call, true, true);
    }

    // RPUSH key element [element ...]
    private static void rpush(Call call) {
        push(call, false, true);
    }

    // LPUSHX key element [element ...]
    private static void lpushX(Call call) {
        push(call, true, false);
    }

    // RPUSHX key element [element ...]
    private static void rpushX(Call call) {
        push(call, false, false);
    }

    // LPOP key [count]
    private static void lpop(Call call) {
        pop(call, true, "lpop");
    }

    // RPOP key [count]
    private static void rpop(Call call) {
        pop(call, false, "rpop");
    }

    // LLEN key
    private static void llen(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            call.reply().integer(call.list(1, ref).size());
        }
    }

    // LRANGE key start stop
    private static void lrange(Call call) {
        if (!call.readsStartAndStop(2)) {
            return;
        }
        long start = call.start();
        long stop = call.number();
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().array(0);
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            Lists list = call.list(1, ref);
            long size = list.size();
            long first = Math.max(0, start < 0 ? start + size : start);
            long last = Math.min(size - 1, stop < 0 ? stop + size : stop);
            long count = first > last ? 0 : last - first + 1;
            if (count > Call.DIRECT_MAX && call.db().isLarge(ref)) {
                call.reply().array(count);
                call.reply(ref, new ListSlices((QuickList) call.db().large(ref), first, count));
            } else {
                replyRange(call, list, first, count, true);
            }
        }
    }

    // LINDEX key index
    private static void lindex(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().nil();
        } else if (!call.refusesType(ref, ValueType.LIST) && call.readsInteger(2)) {
            Lists list = call.list(1, ref);
            long index = index(call.number(), list.size());
            if (index < 0) {
                call.reply().nil();
            } else {
                call.reply(list.pack(), list.seek(index));
            }
        }
    }

    // LSET key index element
    private static void lset(Call call) {
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().error(NO_SUCH_KEY);
        } else if (!call.refusesType(ref, ValueType.LIST) && call.readsInteger(2)) {
            Args args = call.args();
            Lists list = call.list(1, ref);
            long index = index(call.number(), list.size());
            if (index < 0) {
                call.reply().error(INDEX);
            } else {
                list.set(index, args.array(), args.offset(3), args.length(3));
                call.reply().ok();
            }
        }
    }

    // LINSERT key BEFORE | AFTER pivot element
    private static void linsert(Call call) {
        Args args = call.args();
        boolean after = args.is(2, "AFTER");
        if (!after && !args.is(2, "BEFORE")) {
            call.reply().error(SYNTAX);
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            Lists list = call.list(1, ref);
            // Redis makes the list large before it knows whether the pivot is there.
            list.willAdd(args.length(4), 1);
            long index = 0;
            long p = list.seek(0);
            while (p != Listpack.NONE && !list.pack().equals(p, args.array(), args.offset(3), args.length(3))) {
                p = list.next(p);
                index++;
            }
            if (p == Listpack.NONE) {
                call.reply().integer(-1);
            } else {
                list.insert(after ? index + 1 : index, args.array(), args.offset(4), args.length(4));
                call.reply().integer(list.size());
            }
        }
    }

    // LREM key count element
    private static void lrem(Call call) {
        if (!call.readsInteger(2)) {
            return;
        }
        long count = Math.max(call.number(), -Long.MAX_VALUE);
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            Args args = call.args();
            long most = count == 0 ? Long.MAX_VALUE : Math.abs(count);
            call.reply().integer(
                    call.list(1, ref).remove(args.array(), args.offset(3), args.length(3), most, count < 0));
        }
    }

    // LTRIM key start stop
    private static void ltrim(Call call) {
        if (!call.readsStartAndStop(2)) {
            return;
        }
        long start = call.start();
        long stop = call.number();
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref, ValueType.LIST)) {
            return;
        }
        if (ref != MISSING) {
            Lists list = call.list(1, ref);
            long size = list.size();
            long first = Math.max(0, start < 0 ? start + size : start);
            long last = Math.min(size - 1, stop < 0 ? stop + size : stop);
            if (first > last) {
                call.remove(1);
            } else {
                list.trim(first, last - first + 1);
            }
        }
        call.reply().ok();
    }

    // LPOS key element [RANK rank] [COUNT count] [MAXLEN length]
    private static void lpos(Call call) {
        LposOptions options = LposOptions.parse(call);
        if (options == null) {
            return;
        }
        int ref = call.find(1);
        if (ref == MISSING) {
            if (options.one()) {
                call.reply().nil();
            } else {
                call.reply().array(0);
            }
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            positions(call, call.list(1, ref), options);
        }
    }

    /**
     * What LPOS is to find.
     *
     * @param rank which match is the first one that counts, from the end if negative
     * @param count how many matches to reply, 0 = all, -1 = the first one alone, not as an array
     * @param length how many elements to look at, 0 = all
     */
    private record LposOptions(long rank, long count, long length) {
        boolean one() {
            return count < 0;
        }

        static @Nullable LposOptions parse(Call call) {
            Args args = call.args();
            long rank = 1;
            long count = -1;
            long length = 0;
            for (int i = 3; i < args.count(); i += 2) {
                boolean more = i + 1 < args.count();
                if (more && args.is(i, "RANK")) {
                    if (!call.readsRange(i + 1, -Long.MAX_VALUE, Long.MAX_VALUE, null)) {
                        return null;
                    }
                    rank = call.number();
                    if (rank == 0) {
                        call.reply().error(CommandError.RANK_ZERO);
                        return null;
                    }
                } else if (more && args.is(i, "COUNT")) {
                    if (!call.readsRange(i + 1, 0, Long.MAX_VALUE, CommandError.NEGATIVE_COUNT)) {
                        return null;
                    }
                    count = call.number();
                } else if (more && args.is(i, "MAXLEN")) {
                    if (!call.readsRange(i + 1, 0, Long.MAX_VALUE, CommandError.NEGATIVE_MAXLEN)) {
                        return null;
                    }
                    length = call.number();
                } else {
                    call.reply().error(SYNTAX);
                    return null;
                }
            }
            return new LposOptions(rank, count, length);
        }
    }

    private static void positions(Call call, Lists list, LposOptions options) {
        Args args = call.args();
        boolean backward = options.rank < 0;
        long size = list.size();
        long most = options.count <= 0 ? options.one() ? 1 : Long.MAX_VALUE : options.count;
        long look = options.length == 0 ? size : Math.min(size, options.length);
        long skip = Math.abs(options.rank) - 1;
        int found = 0;
        int mark = options.one() ? 0 : call.reply().arrayLater();
        long p = list.seek(backward ? size - 1 : 0);
        for (long i = 0; i < look && found < most; i++) {
            if (list.pack().equals(p, args.array(), args.offset(2), args.length(2)) && skip-- <= 0) {
                call.reply().integer(backward ? size - 1 - i : i);
                found++;
            }
            p = backward ? list.previous(p) : list.next(p);
        }
        if (!options.one()) {
            call.reply().arrayLength(mark, found);
        } else if (found == 0) {
            call.reply().nil();
        }
    }

    // -- what several of them do ----------------------------------------------------------------------------------

    private static void push(Call call, boolean first, boolean creates) {
        int ref = call.find(1);
        if (ref == MISSING && !creates) {
            call.reply().integer(0);
            return;
        }
        if (ref != MISSING && call.refusesType(ref, ValueType.LIST)) {
            return;
        }
        Args args = call.args();
        Lists list = call.list(1, ref);
        int count = args.count();
        long bytes = 0;
        for (int i = 2; i < count; i++) {
            bytes += args.length(i);
        }
        list.willAdd(bytes, count - 2);
        for (int i = 2; i < count; i++) {
            list.push(first, args.array(), args.offset(i), args.length(i));
        }
        call.reply().integer(list.size());
    }

    private static void pop(Call call, boolean first, String name) {
        Args args = call.args();
        boolean several = args.count() == 3;
        if (args.count() > 3) {
            call.reply().error(CommandError.arity(name));
            return;
        }
        if (several && !call.readsRange(2, 0, Long.MAX_VALUE, CommandError.NOT_POSITIVE)) {
            return;
        }
        long count = several ? call.number() : 1;
        int ref = call.find(1);
        if (ref == MISSING) {
            if (several) {
                call.reply().nilArray();
            } else {
                call.reply().nil();
            }
        } else if (!call.refusesType(ref, ValueType.LIST)) {
            Lists list = call.list(1, ref);
            if (several) {
                pop(call, list, first, count);
            } else {
                popOne(call, list, first);
            }
        }
    }

    /** Removes the element at one end and replies it. */
    static void popOne(Call call, Lists list, boolean first) {
        long index = first ? 0 : list.size() - 1;
        call.reply(list.pack(), list.seek(index));
        list.removeRange(index, 1);
    }

    /** Removes up to {@code count} elements at one end and replies them as an array, the outermost first. */
    static void pop(Call call, Lists list, boolean first, long count) {
        long size = list.size();
        long taken = Math.min(count, size);
        if (first) {
            replyRange(call, list, 0, taken, true);
            if (taken > 0) {
                list.removeRange(0, taken);
            }
        } else {
            replyRange(call, list, size - 1, taken, false);
            if (taken > 0) {
                list.removeRange(size - taken, taken);
            }
        }
    }

    private static void replyRange(Call call, Lists list, long from, long count, boolean forward) {
        call.reply().array(count);
        long p = count == 0 ? Listpack.NONE : list.seek(from);
        for (long i = 0; i < count; i++) {
            call.reply(list.pack(), p);
            if (i + 1 < count) {
                p = forward ? list.next(p) : list.previous(p);
            }
        }
    }

    /** The index from the beginning, or -1 if there is no such element. */
    private static long index(long given, long size) {
        long index = given < 0 ? given + size : given;
        return index < size ? Math.max(-1, index) : -1;
    }
}
