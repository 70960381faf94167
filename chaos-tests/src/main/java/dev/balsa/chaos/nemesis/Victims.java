package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.util.List;
import java.util.stream.Collectors;

/** Nodes by name. Stateless. */
final class Victims {
    private Victims() {}

    static String names(List<NodeProcess> nodes) {
        return "node " + nodes.stream().map(node -> Integer.toString(node.number())).sorted()
                .collect(Collectors.joining(", "));
    }
}
