package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.NUMKEYS;
import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.BLOCKING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;
import static dev.balsa.proto.command.CommandFlag.NOSCRIPT;

import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.Waiters;
import dev.balsa.proto.resp.Args;
import java.util.List;

/**
 * Commands that move elements between lists or pop from the first of several, and their blocking forms. The table is the contents page; methods follow in its order.
 */
final class ListPopCommands {
    static final List<Command> TABLE = table(
            write("lmove", 5, ListPopCommands::lmove, DENYOOM).of("list").key("RW ACCESS DELETE", 1)
                    .key("RW INSERT", 2)
                    .syntax("source:key destination:key@1 wherefrom=(LEFT | RIGHT) whereto=(LEFT | RIGHT)")
                    .doc("6.2.0", "O(1)", "Moves the element at one end of a list to an end of a list."),
            write("rpoplpush", 3, ListPopCommands::rpopLpush, DENYOOM).of("list").key("RW ACCESS DELETE", 1)
                    .key("RW INSERT", 2).replaced("6.2.0", "LMOVE with the RIGHT and LEFT arguments")
                    .syntax("source:key destination:key@1")
                    .doc("1.2.0", "O(1)", "Moves the last element of a list to the beginning of a list."),
            write("lmpop", -4, ListPopCommands::lmpop, MOVABLEKEYS).of("list")
                    .countedKeys("RW ACCESS DELETE", 1)
                    .syntax("numkeys:integer key... where=(LEFT | RIGHT) [COUNT count:integer]")
                    .doc("7.0.0", "O(N + M), N = keys, M = elements replied",
                            "Removes elements at one end of the first list that exists and replies them."),
            write("blpop", -3, ListPopCommands::blpop, NOSCRIPT, BLOCKING).of("list")
                    .keys("RW ACCESS DELETE", 1, -2, 1)
                    .syntax("key... timeout:double")
                    .doc("2.0.0", "O(N), N = keys",
                            "Removes the first element of the first list that exists, or waits for one."),
            write("brpop", -3, ListPopCommands::brpop, NOSCRIPT, BLOCKING).of("list")
                    .keys("RW ACCESS DELETE", 1, -2, 1)
                    .syntax("key... timeout:double")
                    .doc("2.0.0", "O(N), N = keys",
                            "Removes the last element of the first list that exists, or waits for one."),
            write("blmove", 6, ListPopCommands::blmove, DENYOOM, NOSCRIPT, BLOCKING).of("list")
                    .key("RW ACCESS DELETE", 1).key("RW INSERT", 2)
                    .syntax("source:key destination:key@1 wherefrom=(LEFT | RIGHT) whereto=(LEFT | RIGHT) "
                            + "timeout:double")
                    .doc("6.2.0", "O(1)",
                            "Moves the element at one end of a list to an end of a list, or waits for one."),
            write("blmpop", -5, ListPopCommands::blmpop, BLOCKING, MOVABLEKEYS).of("list")
                    .countedKeys("RW ACCESS DELETE", 2)
                    .syntax("timeout:double numkeys:integer key... where=(LEFT | RIGHT) [COUNT count:integer]")
                    .doc("7.0.0", "O(N + M), N = keys, M = elements replied",
                            "Removes elements at one end of the first list that exists, or waits for one."),
            write("brpoplpush", 4, ListPopCommands::brpopLpush, DENYOOM, NOSCRIPT, BLOCKING).of("list")
                    .key("RW ACCESS DELETE", 1).key("RW INSERT", 2)
                    .replaced("6.2.0", "BLMOVE with the RIGHT and LEFT arguments")
                    .syntax("source:key destination:key@1 timeout:double")
                    .doc("2.2.0", "O(1)",
                            "Moves the last element of a list to the beginning of a list, or waits for one."));

    private static final int NO_END = -1;
    private static final int RIGHT = 0;
    private static final int LEFT = 1;

    private ListPopCommands() {}

    // LMOVE source destination LEFT | RIGHT LEFT | RIGHT
    private static void lmove(Call call) {
        int from = end(call, 3);
        int to = from == NO_END ? NO_END : end(call, 4);
        if (to != NO_END) {
            move(call, from == LEFT, to == LEFT);
        }
    }

    // RPOPLPUSH source destination
    private static void rpopLpush(Call call) {
        move(call, false, true);
    }

    // LMPOP numkeys key [key ...] LEFT | RIGHT [COUNT count]
    private static void lmpop(Call call) {
        popFirst(call, 1, false);
    }

    // BLPOP key [key ...] timeout
    private static void blpop(Call call) {
        blockingPop(call, true);
    }

    // BRPOP key [key ...] timeout
    private static void brpop(Call call) {
        blockingPop(call, false);
    }

    // BLMOVE source destination LEFT | RIGHT LEFT | RIGHT timeout
    private static void blmove(Call call) {
        int from = end(call, 3);
        int to = from == NO_END ? NO_END : end(call, 4);
        if (to != NO_END) {
            blockingMove(call, from == LEFT, to == LEFT, 5);
        }
    }

    // BLMPOP timeout numkeys key [key ...] LEFT | RIGHT [COUNT count]
    private static void blmpop(Call call) {
        popFirst(call, 2, true);
    }

    // BRPOPLPUSH source destination timeout
    private static void brpopLpush(Call call) {
        blockingMove(call, false, true, 3);
    }

    // -- what several of them do ----------------------------------------------------------------------------------

    private static void move(Call call, boolean fromFirst, boolean toFirst) {
        int source = call.find(1);
        if (source == MISSING) {
            call.reply().nil();
            return;
        }
        if (call.refusesType(source, ValueType.LIST)) {
            return;
        }
        int destination = call.find(2);
        if (destination != MISSING && call.refusesType(destination, ValueType.LIST)) {
            return;
        }
        Lists list = call.list(1, source);
        if (call.args().same(1, 2) && fromFirst != toFirst) {
            int length = list.rotate(fromFirst);
            call.reply().bulk(list.text(), 0, length);
            return;
        }
        int length = list.copy(list.seek(fromFirst ? 0 : list.size() - 1));
        call.reply().bulk(list.text(), 0, length);
        if (call.args().same(1, 2)) {
            return; // it comes back to where it was
        }
        list.removeRange(fromFirst ? 0 : list.size() - 1, 1);
        // References died with the change.
        call.list(2, call.peek(2));
        list.willAdd(length, 1);
        list.push(toFirst, list.text(), 0, length);
    }

    private static void blockingMove(Call call, boolean fromFirst, boolean toFirst, int timeoutAt) {
        long timeout = BlockTimeout.read(call, timeoutAt);
        if (timeout == BlockTimeout.INVALID) {
            return;
        }
        if (call.peek(1) != MISSING || !call.waits(Waiters.Kind.LIST, 1, 2, timeout)) {
            move(call, fromFirst, toFirst);
        }
    }

    private static void blockingPop(Call call, boolean first) {
        int last = call.args().count() - 1;
        long timeout = BlockTimeout.read(call, last);
        if (timeout == BlockTimeout.INVALID) {
            return;
        }
        for (int i = 1; i < last; i++) {
            int ref = call.find(i);
            if (ref == MISSING) {
                continue;
            }
            if (!call.refusesType(ref, ValueType.LIST)) {
                call.reply().array(2);
                call.reply().bulk(call.args(), i);
                ListCommands.popOne(call, call.list(i, ref), first);
            }
            return;
        }
        if (!call.waits(Waiters.Kind.LIST, 1, last, timeout)) {
            call.reply().nilArray();
        }
    }

    /** LMPOP whose number of keys stands at argument {@code numkeysAt}; a timeout, argument 1, is read last. */
    private static void popFirst(Call call, int numkeysAt, boolean blocks) {
        Args args = call.args();
        if (!call.readsRange(numkeysAt, 1, Long.MAX_VALUE, NUMKEYS)) {
            return;
        }
        long keys = call.number();
        if (keys >= args.count() - numkeysAt - 1L) {
            call.reply().error(SYNTAX);
            return;
        }
        int endAt = (int) (numkeysAt + keys + 1);
        int end = end(call, endAt);
        if (end == NO_END) {
            return;
        }
        long count = 1;
        if (args.count() > endAt + 1) {
            if (args.count() != endAt + 3 || !args.is(endAt + 1, "COUNT")) {
                countError(call, endAt);
                return;
            }
            if (!call.readsRange(endAt + 2, 1, Long.MAX_VALUE, CommandError.COUNT)) {
                return;
            }
            count = call.number();
        }
        long timeout = blocks ? BlockTimeout.read(call, 1) : 0;
        if (timeout == BlockTimeout.INVALID) {
            return;
        }
        for (int i = numkeysAt + 1; i < endAt; i++) {
            int ref = call.find(i);
            if (ref == MISSING) {
                continue;
            }
            if (!call.refusesType(ref, ValueType.LIST)) {
                call.reply().array(2);
                call.reply().bulk(args, i);
                ListCommands.pop(call, call.list(i, ref), end == LEFT, count);
            }
            return;
        }
        if (!blocks || !call.waits(Waiters.Kind.LIST, numkeysAt + 1, endAt, timeout)) {
            call.reply().nilArray();
        }
    }

    /** Options that are not one COUNT: a count that is none is told before what follows it. */
    private static void countError(Call call, int endAt) {
        Args args = call.args();
        boolean counted = args.is(endAt + 1, "COUNT") && args.count() > endAt + 2;
        if (!counted || call.readsRange(endAt + 2, 1, Long.MAX_VALUE, CommandError.COUNT)) {
            call.reply().error(SYNTAX);
        }
    }

    /** Reads LEFT or RIGHT, or replies the error of Redis. */
    private static int end(Call call, int i) {
        if (call.args().is(i, "LEFT")) {
            return LEFT;
        }
        if (call.args().is(i, "RIGHT")) {
            return RIGHT;
        }
        call.reply().error(SYNTAX);
        return NO_END;
    }
}
