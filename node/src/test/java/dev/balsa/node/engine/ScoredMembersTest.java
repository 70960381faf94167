package dev.balsa.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sorting by score against a comparator: scores that differ in their lowest bits, ties, both zeros, infinities. */
class ScoredMembersTest {
    @Test
    void the_order_is_that_of_score_then_name_then_addition() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("ScoredMembersTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            ScoredMembers members = new ScoredMembers();
            int count = random.nextInt(200);
            Integer[] expected = new Integer[count];
            for (int i = 0; i < count; i++) {
                byte[] name = new byte[random.nextInt(3)];
                random.nextBytes(name);
                members.add(name, 0, name.length, score(random));
                expected[i] = i;
            }
            Arrays.sort(expected, byScore(members));
            assertThat(Arrays.copyOf(members.byScore(), count))
                    .as("seed %d", seed)
                    .isEqualTo(Arrays.stream(expected).mapToInt(i -> i).toArray());
        }
    }

    private static Comparator<Integer> byScore(ScoredMembers members) {
        return (a, b) -> members.score(a) < members.score(b) ? -1
                : members.score(a) > members.score(b) ? 1
                : Arrays.compareUnsigned(name(members, a), name(members, b));
    }

    private static byte[] name(ScoredMembers members, int i) {
        return Arrays.copyOfRange(members.bytes(), members.offset(i), members.offset(i) + members.length(i));
    }

    private static double score(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextBoolean() ? 0.0 : -0.0;
            case 1 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            case 2 -> 1.0 + random.nextInt(4) * Math.ulp(1.0);
            case 3 -> -1.0 - random.nextInt(4) * Math.ulp(1.0);
            case 4 -> random.nextInt(-5, 5);
            default -> random.nextGaussian() * 1e9;
        };
    }
}
