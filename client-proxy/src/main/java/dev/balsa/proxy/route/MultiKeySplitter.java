package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Split.Merge;
import java.util.ArrayList;
import java.util.List;

/** Cuts MGET, MSET, DEL, UNLINK, EXISTS and TOUCH by group. Owned by an event loop. */
final class MultiKeySplitter {
    private final Keys keys;

    MultiKeySplitter(Keys keys) {
        this.keys = keys;
    }

    /** What is wrong with a request that {@link #split} cannot cut: the error without its minus, else empty. */
    String problem(CommandEntry entry, Args args) {
        return isMset(entry) && args.count() % 2 == 0 ? "ERR wrong number of arguments for 'mset' command" : "";
    }

    /** The parts, in the order in which their first keys come. Keys whose slot nobody serves have a part, too. */
    Split split(CommandEntry entry, Args args, SlotMap slots) {
        keys.find(entry.spec(), args);
        int[] partOfKey = new int[keys.count()];
        int[] groups = new int[Math.min(partOfKey.length, slots.count() + 1)];
        List<Args> requests = new ArrayList<>(groups.length);
        for (int i = 0; i < partOfKey.length; i++) {
            int position = keys.get(i);
            int group = slots.groupOf(Slots.slot(args, position));
            int part = 0;
            while (part < requests.size() && groups[part] != group) {
                part++;
            }
            if (part == requests.size()) {
                groups[part] = group;
                requests.add(begun(args));
            }
            partOfKey[i] = part;
            Args request = requests.get(part);
            request.add(args.offset(position), args.length(position));
            if (isMset(entry)) {
                request.add(args.offset(position + 1), args.length(position + 1));
            }
        }
        return new Split(merge(entry), groups, requests, partOfKey);
    }

    /** A request in the same bytes that has the command's name so far. */
    private static Args begun(Args args) {
        Args request = new Args();
        request.reset(args.array());
        request.add(args.offset(0), args.length(0));
        return request;
    }

    private static boolean isMset(CommandEntry entry) {
        return entry.name().equals("mset");
    }

    private static Merge merge(CommandEntry entry) {
        return switch (entry.name()) {
            case "mget" -> Merge.VALUES;
            case "mset" -> Merge.OK;
            default -> Merge.SUM;
        };
    }
}
