package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** A node is given an administrator's command: to hand over what it leads, or to save a snapshot. */
record Told(String command) implements Fault {
    @Override
    public String name() {
        return command.equals("FAILOVER") ? "transfer" : "snapshot";
    }

    @Override
    public String does() {
        return command.equals("FAILOVER") ? "the leader hands over, twice" : "all nodes save a snapshot and compact";
    }

    @Override
    public String inject(Arena arena, Random random) {
        List<NodeProcess> nodes = command.equals("FAILOVER") ? List.of(arena.leader(random)) : arena.alive();
        nodes.forEach(this::tell);
        return Victims.names(nodes);
    }

    private void tell(NodeProcess node) {
        try (RespSocket socket = node.ports().connect(3_000)) {
            socket.call(command);
        } catch (IOException gone) {
            // Another fault was there first.
        }
    }

    @Override
    public void heal(Arena arena) {
        if (command.equals("FAILOVER")) {
            tell(arena.leader(new Random(0)));
        }
    }
}
