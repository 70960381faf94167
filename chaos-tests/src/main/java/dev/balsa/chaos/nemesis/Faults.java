package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.nemesis.Kill.Whom;
import dev.balsa.chaos.nemesis.Partition.Shape;
import java.util.ArrayList;
import java.util.List;

/** All faults by name. Stateless. */
public final class Faults {
    private static final List<String> FAMILIES = List.of("partition", "clock");

    private Faults() {}

    public static List<Fault> all() {
        return List.of(
                new Kill(Whom.ONE), new Kill(Whom.LEADER), new Kill(Whom.MAJORITY), new Kill(Whom.ALL),
                new Pause(),
                new Partition(Shape.LEADER), new Partition(Shape.HALVES), new Partition(Shape.BRIDGE),
                new Partition(Shape.RING), new Partition(Shape.ONE_WAY),
                new BadLink(true), new BadLink(false),
                new Told("FAILOVER"), new Told("BGSAVE"), new RollingRestart(),
                new FullDisk(), new StalledDisk(), new PowerFailure(false), new PowerFailure(true),
                new WipedDisk(), new DamagedLog(),
                new WrongClock(false), new WrongClock(true),
                new KilledProxy(), new CutConnections(false), new CutConnections(true));
    }

    /**
     * Those of some names; {@code partition} and {@code clock} stand for all whose names begin so, {@code all}
     * for everything.
     *
     * @throws IllegalArgumentException if there is none of a name
     */
    public static List<Fault> named(List<String> names) {
        List<Fault> chosen = new ArrayList<>();
        for (String name : names) {
            List<Fault> found = all().stream()
                    .filter(fault -> name.equals("all") || fault.name().equals(name)
                            || FAMILIES.contains(name) && fault.name().startsWith(name + "-"))
                    .toList();
            if (found.isEmpty() && !name.equals("none")) {
                throw new IllegalArgumentException("no fault '" + name + "'; there are all, none, partition, clock, "
                        + String.join(", ", all().stream().map(Fault::name).toList()));
            }
            chosen.addAll(found);
        }
        return chosen;
    }
}
