package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits MGET, MSET, DEL, UNLINK, EXISTS and TOUCH by group and merges the replies. What the parts do, they do one
 * by one: the whole
 * is not atomic. Owned by an event loop.
 */
final class MultiKeySplitter {
    private final Router router;
    private final Keys keys;

    MultiKeySplitter(Router router, Keys keys) {
        this.router = router;
        this.keys = keys;
    }

    /** How the parts' replies become one. */
    private enum Merge { VALUES, SUM, OK }

    void split(Pending whole, Args args) {
        CommandEntry entry = whole.entry();
        keys.find(entry.spec(), args);
        Merge merge = switch (entry.name()) {
            case "mget" -> Merge.VALUES;
            case "mset" -> Merge.OK;
            default -> Merge.SUM;
        };
        int width = merge == Merge.OK ? 2 : 1;
        if (merge == Merge.OK && args.count() % 2 == 0) {
            router.fail(whole, "ERR wrong number of arguments for 'mset' command");
            return;
        }
        int[] partOfKey = new int[keys.count()];
        List<Integer> groups = new ArrayList<>();
        List<List<byte[]>> requests = new ArrayList<>();
        for (int i = 0; i < keys.count(); i++) {
            int group = router.slots().groupOf(Slots.slot(args, keys.get(i)));
            if (group == SlotMap.NONE) {
                router.fail(whole, "CLUSTERDOWN Hash slot not served");
                return;
            }
            int part = groups.indexOf(group);
            if (part < 0) {
                part = groups.size();
                groups.add(group);
                requests.add(new ArrayList<>(List.of(args.copy(0))));
            }
            partOfKey[i] = part;
            for (int k = 0; k < width; k++) {
                requests.get(part).add(args.copy(keys.get(i) + k));
            }
        }
        Args[] parts = requests.stream().map(words -> Args.of(words.toArray(byte[][]::new))).toArray(Args[]::new);
        int[] targets = groups.stream().mapToInt(Integer::intValue).toArray();
        new Split(router, whole, merge, partOfKey).submit(entry, targets, parts);
    }

    private static final class Split extends Parts {
        private final Merge merge;
        private final int[] partOfKey;

        Split(Router router, Pending whole, Merge merge, int[] partOfKey) {
            super(router, whole);
            this.merge = merge;
            this.partOfKey = partOfKey;
        }

        @Override
        void complete(byte[][] replies) {
            RespWriter out = new RespWriter(256).protocol(whole().protocol());
            switch (merge) {
                case OK -> out.ok();
                case SUM -> out.integer(sum(replies));
                case VALUES -> values(replies, out);
            }
            whole().reply(out.array(), 0, out.length());
        }

        private void values(byte[][] replies, RespWriter out) {
            int[] at = new int[replies.length];
            for (int i = 0; i < replies.length; i++) {
                at[i] = lineEnd(replies[i], 0);
            }
            out.array(partOfKey.length);
            for (int part : partOfKey) {
                int from = at[part];
                at[part] = elementEnd(replies[part], from);
                out.raw(replies[part], from, at[part] - from);
            }
        }
    }

    /** Sum of replies that are integers. */
    static long sum(byte[][] replies) {
        long sum = 0;
        for (byte[] reply : replies) {
            sum += number(reply, 0);
        }
        return sum;
    }

    /** The number in the line at {@code from}, after its type. */
    static long number(byte[] reply, int from) {
        return Long.parseLong(new String(reply, from + 1, lineEnd(reply, from) - 3 - from, StandardCharsets.US_ASCII));
    }

    /** The position behind the line at {@code from}. */
    static int lineEnd(byte[] reply, int from) {
        int i = from;
        while (reply[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    /** The position behind the bulk string, null or one-line element at {@code from}. */
    static int elementEnd(byte[] reply, int from) {
        int end = lineEnd(reply, from);
        if (reply[from] != '$') {
            return end;
        }
        long length = number(reply, from);
        return length < 0 ? end : Math.toIntExact(end + length + 2);
    }
}
