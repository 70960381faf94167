package dev.balsa.proxy;

import dev.balsa.proto.resp.RespReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What several nodes say about who leads: their replies to {@code CLUSTER SLOTS}. A node that says of itself that it
 * leads counts twice, so that of
 * two old stories and one new one the leader's own wins. Thread-safe by its lock.
 */
final class LeaderVotes {
    /** A node's word: the leader of a range. */
    private record Vote(int first, int last, String leader, int weight) {}

    private final List<Vote> votes = new ArrayList<>();
    private int voters;

    /** Nodes that have answered. */
    synchronized int voters() {
        return voters;
    }

    /** Takes a node's reply; what is no such reply is passed over. */
    synchronized void add(String node, byte[] bytes) {
        try {
            if (RespReply.parse(bytes) instanceof RespReply.Array ranges) {
                voters++;
                for (RespReply range : ranges.items()) {
                    add(node, range);
                }
            }
        } catch (IllegalArgumentException _) {
            // Not a node of this version; the others will tell.
        }
    }

    private void add(String node, RespReply reply) {
        boolean known = reply instanceof RespReply.Array range
                && range.items().size() > 2
                && range.items().get(0) instanceof RespReply.Int
                && range.items().get(1) instanceof RespReply.Int
                && range.items().get(2) instanceof RespReply.Array leader
                && leader.items().size() > 1
                && leader.items().get(1) instanceof RespReply.Int;
        if (!known) {
            return;
        }
        List<RespReply> items = ((RespReply.Array) reply).items();
        List<RespReply> leader = ((RespReply.Array) items.get(2)).items();
        String host = Topology.text(leader.get(0));
        String address = host + ":" + ((RespReply.Int) leader.get(1)).value();
        votes.add(new Vote((int) ((RespReply.Int) items.get(0)).value(), (int) ((RespReply.Int) items.get(1)).value(),
                address, address.equals(node) ? 2 : 1));
    }

    /** Who leads the slot, as most say; empty if nobody says anything. */
    synchronized String leaderOf(int slot) {
        Map<String, Integer> weights = new HashMap<>();
        String best = "";
        for (Vote vote : votes) {
            if (slot >= vote.first && slot <= vote.last && !vote.leader.startsWith(":")) {
                int weight = weights.merge(vote.leader, vote.weight, Integer::sum);
                if (best.isEmpty() || weight > weights.getOrDefault(best, 0)) {
                    best = vote.leader;
                }
            }
        }
        return best;
    }
}
