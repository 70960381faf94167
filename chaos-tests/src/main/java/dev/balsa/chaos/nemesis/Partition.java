package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Nodes that do not hear each other any more; clients reach all of them. */
record Partition(Shape shape) implements Fault {
    enum Shape {
        LEADER("the leader alone"),
        HALVES("a minority from a majority"),
        BRIDGE("two halves that one node sees both of"),
        RING("each sees its two neighbours only"),
        ONE_WAY("the leader is heard by nobody, but hears all; or the other way round");

        private final String words;

        Shape(String words) {
            this.words = words;
        }
    }

    @Override
    public String name() {
        return "partition-" + shape.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String does() {
        return "partition: " + shape.words;
    }

    @Override
    public String impossible(Arena arena) {
        return arena.needsNetwork();
    }

    @Override
    public String inject(Arena arena, Random random) throws IOException {
        List<NodeProcess> nodes = arena.shuffled(random);
        return switch (shape) {
            case LEADER -> {
                NodeProcess leader = arena.leader(random);
                apart(arena, List.of(leader), nodes.stream().filter(node -> node != leader).toList());
                yield Victims.names(List.of(leader)) + " alone";
            }
            case HALVES -> {
                List<NodeProcess> minority = nodes.subList(arena.majority(), nodes.size());
                apart(arena, minority, nodes.subList(0, arena.majority()));
                yield Victims.names(minority) + " from the others";
            }
            case BRIDGE -> {
                int half = nodes.size() / 2;
                apart(arena, nodes.subList(0, half), nodes.subList(half + 1, nodes.size()));
                yield Victims.names(nodes.subList(half, half + 1)) + " between the halves";
            }
            case RING -> {
                ring(arena, nodes);
                yield "ring";
            }
            case ONE_WAY -> {
                NodeProcess leader = arena.leader(random);
                boolean mute = random.nextBoolean();
                for (NodeProcess other : nodes) {
                    if (other != leader) {
                        arena.wires().cut(mute ? leader.number() : other.number(),
                                mute ? other.number() : leader.number());
                    }
                }
                yield Victims.names(List.of(leader)) + (mute ? " mute" : " deaf");
            }
        };
    }

    private static void apart(Arena arena, List<NodeProcess> one, List<NodeProcess> other) throws IOException {
        for (NodeProcess a : one) {
            for (NodeProcess b : other) {
                arena.wires().cut(a.number(), b.number());
                arena.wires().cut(b.number(), a.number());
            }
        }
    }

    private static void ring(Arena arena, List<NodeProcess> nodes) throws IOException {
        int n = nodes.size();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int distance = Math.floorMod(i - j, n);
                if (distance > 1 && distance < n - 1) {
                    arena.wires().cut(nodes.get(i).number(), nodes.get(j).number());
                }
            }
        }
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.wires().healAll();
    }
}
