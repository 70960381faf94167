package dev.balsa.proto.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proto.cluster.ClusterMap.Group;
import dev.balsa.proto.cluster.ClusterMap.Node;
import dev.balsa.proto.slot.SlotRange;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class ClusterMapTest {
    private static final Node A = new Node("a".repeat(40), "10.0.0.1", 6379, 7379, 8379);
    private static final Node B = new Node("b".repeat(40), "host-b", 0, 7379, 8379);
    private static final ClusterMap MAP = new ClusterMap(
            7,
            List.of(A, B),
            List.of(
                    new Group(3, List.of(new SlotRange(0, 99), new SlotRange(200, 200)), List.of(A.id(), B.id())),
                    new Group(1, List.of(new SlotRange(100, 199)), List.of(B.id()))));

    @Test
    void a_map_survives_its_bytes() {
        ClusterMap read = ClusterMapCodec.decode(ClusterMapCodec.encode(MAP));

        assertThat(read).isEqualTo(MAP).hasSameHashCodeAs(MAP).hasToString(MAP.toString());
        assertThat(ClusterMapCodec.decode(ClusterMapCodec.encode(ClusterMap.EMPTY))).isEqualTo(ClusterMap.EMPTY);
    }

    @Test
    void each_slot_has_its_group_or_none() {
        assertThat(MAP.groupOf(0)).isEqualTo(MAP.group(3));
        assertThat(MAP.groupOf(99)).isEqualTo(MAP.group(3));
        assertThat(MAP.groupOf(100)).isEqualTo(MAP.group(1));
        assertThat(MAP.groupOf(200)).isEqualTo(MAP.group(3));
        assertThat(MAP.groupOf(201)).isNull();
        assertThat(MAP.groupOf(16_383)).isNull();
        assertThat(MAP.slotsServed()).isEqualTo(201);
        assertThat(MAP.group(2)).isNull();
        assertThat(MAP.node(B.id())).isEqualTo(B);
        assertThat(MAP.node("c")).isNull();
    }

    @Test
    void a_map_that_contradicts_itself_is_refused() {
        Group group = new Group(1, List.of(new SlotRange(5, 9)), List.of(A.id()));
        refused(() -> map(List.of(A), group, new Group(2, List.of(new SlotRange(9, 10)), List.of())), "slot 9");
        refused(() -> map(List.of(A), group, new Group(1, List.of(), List.of())), "group 1");
        refused(() -> map(List.of(A, A), group), "stands twice");
        refused(() -> map(List.of(B), group), "is no node");
        refused(() -> new Node("x", "h", 70_000, 1, 1), "port 70000");
        refused(() -> new Node("x", "h", 1, -1, 1), "cluster port -1");
        refused(() -> new Node("x", "", 1, 1, 1), "without host");
    }

    @Test
    void any_bytes_are_a_map_or_the_declared_exception() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = ClusterMapCodec.encode(MAP);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(ClusterMapCodec.decode(bytes).nodes()).isNotNull();
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static ClusterMap map(List<Node> nodes, Group... groups) {
        return new ClusterMap(1, nodes, List.of(groups));
    }

    private static void refused(ThrowingCallable making, String why) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
