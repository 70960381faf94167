package dev.balsa.proxy.route;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The groups of a cluster map, ready for look-up by slot. Immutable. */
public final class SlotMap {
    /** No group, or no slot. */
    public static final int NONE = -1;

    private final int[] groupOfSlot = new int[Slots.COUNT];
    private final int[] groups;
    private final int single;

    public SlotMap(ClusterMap map) {
        Arrays.fill(groupOfSlot, NONE);
        List<ClusterMap.Group> serving = new ArrayList<>();
        for (ClusterMap.Group group : map.groups()) {
            for (SlotRange range : group.slots()) {
                Arrays.fill(groupOfSlot, range.first(), range.last() + 1, group.id());
            }
            if (!group.slots().isEmpty()) {
                serving.add(group);
            }
        }
        serving.sort(Comparator.comparingInt(group -> lowest(group.slots())));
        groups = serving.stream().mapToInt(ClusterMap.Group::id).toArray();
        boolean all = groups.length == 1;
        for (int group : groupOfSlot) {
            all &= group != NONE;
        }
        single = all ? groups[0] : NONE;
    }

    private static int lowest(List<SlotRange> ranges) {
        int lowest = Slots.COUNT;
        for (SlotRange range : ranges) {
            lowest = Math.min(lowest, range.first());
        }
        return lowest;
    }

    /** The group that serves a slot, or {@link #NONE}. */
    public int groupOf(int slot) {
        return groupOfSlot[slot];
    }

    /** The group that serves all slots, or {@link #NONE} if there are several. */
    public int single() {
        return single;
    }

    /** Number of groups that serve slots. */
    public int count() {
        return groups.length;
    }

    /** Id of the {@code i}-th group, in the order of their first slots. */
    public int group(int i) {
        return groups[i];
    }

    /** The first slot from {@code from} on that the group serves, or {@link #NONE}. */
    public int nextSlot(int group, int from) {
        for (int slot = from; slot < Slots.COUNT; slot++) {
            if (groupOfSlot[slot] == group) {
                return slot;
            }
        }
        return NONE;
    }

    /** Position of a group in the order of first slots, or {@link #NONE}. */
    public int position(int group) {
        for (int i = 0; i < groups.length; i++) {
            if (groups[i] == group) {
                return i;
            }
        }
        return NONE;
    }
}
