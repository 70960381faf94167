package dev.balsa.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.raft.GroupStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeaderSpreadTest {
    private static final long AFTER = 10_000;

    private final List<String> moves = new ArrayList<>();
    private final FakeGroup first = new FakeGroup("g1", "node2:1");
    private final FakeGroup second = new FakeGroup("g2", "node3:1");
    private long after = AFTER;
    private final LeaderSpread spread = new LeaderSpread(List.of(first, second), () -> after);
    private long now = 1_000;

    @Test
    void a_leader_hands_over_when_it_has_led_long_enough_one_group_at_a_time() {
        pass(AFTER);
        assertThat(moves).isEmpty();
        pass(1_000);
        assertThat(moves).containsExactly("g1 to node2:1");
        pass(60_000);
        assertThat(moves).as("the first is not over").hasSize(1);
        first.succeed();
        pass(2_000);
        assertThat(moves).containsExactly("g1 to node2:1", "g2 to node3:1");
    }

    @Test
    void an_election_starts_the_wait_anew() {
        second.leads = false;
        pass(AFTER - 2_000);
        first.term++;
        pass(AFTER - 1_000);
        assertThat(moves).isEmpty();
        pass(2_000);
        assertThat(moves).hasSize(1);
    }

    @Test
    void nothing_is_handed_to_a_member_that_is_dead_or_behind() {
        second.leads = false;
        first.alive = false;
        pass(AFTER * 3);
        first.alive = true;
        first.lag = 400;
        pass(AFTER * 3);
        assertThat(moves).isEmpty();
        first.lag = 3;
        pass(1_000);
        assertThat(moves).hasSize(1);
    }

    @Test
    void nothing_is_handed_over_while_a_snapshot_is_written_or_sent() {
        second.leads = false;
        first.saves = true;
        pass(AFTER * 3);
        first.saves = false;
        first.otherMatch = 5;
        pass(AFTER * 3);
        assertThat(moves).isEmpty();
        first.otherMatch = 1_000;
        pass(1_000);
        assertThat(moves).hasSize(1);
    }

    @Test
    void a_group_that_comes_back_is_handed_over_less_and_less_often() {
        second.leads = false;
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 3_600; i++) {
            int before = moves.size();
            pass(1_000);
            if (moves.size() > before) {
                times.add(now);
                // It is elected here again at once.
                first.succeed();
                first.leads = true;
                first.term++;
            }
        }
        assertThat(times).hasSizeBetween(8, 12);
        for (int i = 2; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).isGreaterThanOrEqualTo(times.get(i - 1) - times.get(i - 2));
        }
        assertThat(times.getLast() - times.get(times.size() - 2)).isGreaterThanOrEqualTo(600_000);
    }

    @Test
    void zero_switches_it_off() {
        after = 0;
        pass(AFTER * 10);
        assertThat(moves).isEmpty();
    }

    @Test
    void preferred_leaders_are_spread_evenly_whatever_order_the_nodes_are_named_in() {
        List<String> names = List.of("c", "a", "b");
        List<String> preferred = new ArrayList<>();
        ClusterMap map = map(names);
        map.groups().forEach(group -> preferred.add(PreferredLeaders.of(map, group)));
        assertThat(preferred).containsExactly("a", "b", "c", "a", "b", "c");
        ClusterMap other = map(List.of("b", "c", "a"));
        assertThat(other.groups().stream().map(group -> PreferredLeaders.of(other, group))).containsExactlyElementsOf(preferred);
    }

    private static ClusterMap map(List<String> names) {
        List<ClusterMap.Node> nodes = names.stream().map(name -> new ClusterMap.Node(name, "host", 1, 2, 3)).toList();
        List<ClusterMap.Group> groups = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            groups.add(new ClusterMap.Group(i, List.of(new SlotRange(i, i)), names));
        }
        return new ClusterMap(1, nodes, groups);
    }

    private void pass(long millis) {
        long end = now + millis;
        while (now < end) {
            now = Math.min(end, now + 1_000);
            spread.look(now);
        }
    }

    private final class FakeGroup implements LeaderSpread.Led {
        private final String name;
        private final String preferred;
        private CompletableFuture<Boolean> move = new CompletableFuture<>();
        private boolean leads = true;
        private boolean alive = true;
        private boolean saves;
        private long term = 1;
        private long lag;
        private long otherMatch = 1_000;

        FakeGroup(String name, String preferred) {
            this.name = name;
            this.preferred = preferred;
        }

        void succeed() {
            leads = false;
            move.complete(true);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String preferred() {
            return preferred;
        }

        @Override
        public boolean isLeader() {
            return leads;
        }

        @Override
        public GroupStatus status() {
            return new GroupStatus("leader", term, "node1:1", 500, 1_000, 1_000, 1_000, 499, 0, List.of(
                    new GroupStatus.Follower(preferred, 1_000 - lag, lag, alive),
                    new GroupStatus.Follower("other:1", otherMatch, 1_000 - otherMatch, true)), null);
        }

        @Override
        public boolean savesSnapshot() {
            return saves;
        }

        @Override
        public CompletableFuture<Boolean> handOver(String raftAddress) {
            moves.add(name + " to " + raftAddress);
            move = new CompletableFuture<>();
            return move;
        }
    }
}
