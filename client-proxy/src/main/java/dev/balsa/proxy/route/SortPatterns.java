package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.slot.Slots;
import org.jspecify.annotations.Nullable;

/**
 * Whether the keys that SORT's BY and GET lead to may belong to another group than the key that is sorted: they may,
 * unless a hash tag before the star says where they are. Pure functions.
 */
final class SortPatterns {
    private SortPatterns() {}

    static boolean isSort(CommandEntry entry) {
        return entry.name().equals("sort") || entry.name().equals("sort_ro");
    }

    /** The error line of Redis for patterns that may lead out of a group, else null. */
    static @Nullable String refusal(SlotMap slots, Args args, int group) {
        for (int i = 2; i + 1 < args.count(); i++) {
            boolean by = args.is(i, "BY");
            if (by || args.is(i, "GET")) {
                i++;
                if (leaves(slots, args.array(), args.offset(i), args.length(i), group)) {
                    return "ERR " + (by ? "BY" : "GET") + " option of SORT denied in cluster mode when keys formed by"
                            + " the pattern may be in different slots.";
                }
            } else if (args.is(i, "LIMIT")) {
                i += 2;
            } else if (args.is(i, "STORE")) {
                i++;
            }
        }
        return null;
    }

    private static boolean leaves(SlotMap slots, byte[] pattern, int offset, int length, int group) {
        int star = indexOf(pattern, '*', offset, offset + length);
        if (star < 0) {
            return false; // one key for all elements, which is none
        }
        int open = indexOf(pattern, '{', offset, star);
        int close = open < 0 ? -1 : indexOf(pattern, '}', open, star);
        boolean tagged = close > open + 1;
        return !tagged || slots.groupOf(Slots.slot(pattern, offset, length)) != group;
    }

    private static int indexOf(byte[] text, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
