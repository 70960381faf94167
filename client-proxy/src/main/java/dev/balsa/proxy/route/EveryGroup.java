package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** A keyless command over several groups: DBSIZE, KEYS, RANDOMKEY, SCAN, FLUSHDB, FLUSHALL,
 * scripts and functions. Owned by an event loop. */
final class EveryGroup {
    private final Router router;
    private final Pending whole;

    EveryGroup(Router router, Pending whole) {
        this.router = router;
        this.whole = whole;
    }

    /** Answers the command for these groups, which are in the order of their first slots. */
    void start(int[] groups, Args args) {
        if (groups.length == 0) {
            nothingHere();
            return;
        }
        CommandEntry entry = whole.entry();
        switch (entry.name()) {
            case "scan" -> new ClusterScan(router, whole, groups, args).start();
            case "randomkey" -> randomKey(groups, args);
            default -> new Parts(router, whole) {
                @Override
                boolean isFailure(byte[] reply) {
                    return super.isFailure(reply) && !(entry.name().equals("script|show") && isUnknownScript(reply));
                }

                @Override
                void complete(byte[][] replies) {
                    merge(replies);
                }
            }.submit(entry, groups, repeated(args, groups.length));
        }
    }

    private static Args[] repeated(Args args, int times) {
        Args[] all = new Args[times];
        Arrays.fill(all, args);
        return all;
    }

    /** A cluster-aware client asks a node that leads no group. */
    private void nothingHere() {
        if (whole.entry().writes()) {
            router.fail(whole, "READONLY You can't write against a read only replica.");
            return;
        }
        RespWriter out = writer();
        switch (whole.entry().name()) {
            case "dbsize" -> out.integer(0);
            case "keys" -> out.array(0);
            case "scan" -> {
                out.array(2);
                out.bulk(0);
                out.array(0);
            }
            default -> out.nil();
        }
        answer(out);
    }

    private void merge(byte[][] replies) {
        RespWriter out = writer();
        switch (whole.entry().name()) {
            case "dbsize" -> out.integer(ReplyBytes.sum(replies));
            case "keys" -> {
                out.array(ReplyBytes.sum(replies));
                for (byte[] reply : replies) {
                    int from = ReplyBytes.lineEnd(reply, 0);
                    out.raw(reply, from, reply.length - from);
                }
            }
            case "script|load", "function|load" -> out.raw(replies[0], 0, replies[0].length);
            case "script|exists" -> existsSomewhere(replies, out);
            case "script|show" -> {
                byte[] text = Arrays.stream(replies).filter(reply -> reply[0] != '-').findFirst().orElse(replies[0]);
                out.raw(text, 0, text.length);
            }
            default -> out.ok();
        }
        answer(out);
    }

    /** SCRIPT SHOW, of a group that does not have the script. */
    private static boolean isUnknownScript(byte[] reply) {
        return reply.length > 3 && reply[1] == 'N' && reply[2] == 'O' && reply[3] == 'S';
    }

    /** A script that one group knows runs whatever its keys are. */
    private static void existsSomewhere(byte[][] replies, RespWriter out) {
        int[] at = new int[replies.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = ReplyBytes.lineEnd(replies[i], 0);
        }
        long scripts = ReplyBytes.number(replies[0], 0);
        out.array(scripts);
        for (long script = 0; script < scripts; script++) {
            long known = 0;
            for (int i = 0; i < at.length; i++) {
                known |= ReplyBytes.number(replies[i], at[i]);
                at[i] = ReplyBytes.lineEnd(replies[i], at[i]);
            }
            out.integer(known);
        }
    }

    // -- RANDOMKEY: groups count by how many keys they have -----------------------------------------------------

    private void randomKey(int[] groups, Args args) {
        Args sizeRequest = Args.of("DBSIZE");
        CommandEntry sizes = router.commands().find(sizeRequest);
        if (sizes == null) {
            randomKeyOf(groups, new long[groups.length], args);
            return;
        }
        Args kept = Frames.copy(args);
        new Parts(router, whole) {
            @Override
            void complete(byte[][] replies) {
                long[] weights = new long[replies.length];
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = ReplyBytes.number(replies[i], 0);
                }
                randomKeyOf(groups, weights, kept);
            }
        }.submit(sizes, groups, repeated(sizeRequest, groups.length));
    }

    private void randomKeyOf(int[] groups, long[] weights, Args args) {
        int favourite = pick(weights);
        new Parts(router, whole) {
            @Override
            void complete(byte[][] replies) {
                byte[] best = replies[favourite];
                for (int i = 0; i < replies.length && isNil(best); i++) {
                    best = replies[i];
                }
                whole.reply(best, 0, best.length);
            }
        }.submit(whole.entry(), groups, repeated(args, groups.length));
    }

    private static boolean isNil(byte[] reply) {
        return reply[0] == '_' || reply[1] == '-';
    }

    private static int pick(long[] weights) {
        long left = Arrays.stream(weights).sum();
        if (left <= 0) {
            return 0;
        }
        left = ThreadLocalRandom.current().nextLong(left);
        int i = 0;
        while (left >= weights[i]) {
            left -= weights[i++];
        }
        return i;
    }

    private RespWriter writer() {
        return new RespWriter(256).protocol(whole.protocol());
    }

    private void answer(RespWriter out) {
        whole.reply(out.array(), 0, out.length());
    }
}
