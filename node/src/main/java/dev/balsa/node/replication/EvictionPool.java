package dev.balsa.node.replication;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.EvictionPolicy;
import dev.balsa.node.engine.Keyspace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * The problem: the best key to evict, without an order of all keys by idle time.
 *
 * Redis' way (evict.c, since 3.0): look at a few random keys a time, and keep the best of all that were ever looked at. With five
 * samples and sixteen kept, what goes is nearly always among the oldest tenth.
 *
 *     samples ──► candidates, worst first, at most 16 ──► the last one that still is what it was ──► evicted
 *
 * Unlike there, a key that was chosen stays until its command comes back from the log; until then it is leaving and not
 * chosen again.
 */

/** Picks keys to evict. Owned by the group's loop, on the leader. */
final class EvictionPool {
    private static final int KEPT = 16;
    /** Rounds without anything to evict, after which there is taken to be nothing. */
    private static final int ROUNDS = 8;

    private final LongSupplier chance;
    private final List<Candidate> candidates = new ArrayList<>(KEPT + 1);
    private final Set<Name> leaving = new HashSet<>();

    /** Which key of which database. */
    static final class Name {
        final int database;
        final byte[] key;

        Name(int database, byte[] key) {
            this.database = database;
            this.key = key;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Name that && database == that.database && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return 31 * database + Arrays.hashCode(key);
        }
    }

    /**
     * A key to evict.
     *
     * @param bytes that it gives back, about
     */
    record Victim(Name name, long bytes) {}

    private record Candidate(Name name, long score) {}

    EvictionPool(LongSupplier chance) {
        this.chance = chance;
    }

    /** The key that should go first, as far as samples tell; null if none was found. It is leaving from now on. */
    @Nullable Victim next(Keyspace keyspace, EvictionPolicy policy, int samples) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < keyspace.databases(); i++) {
                if (keyspace.database(i).size() > 0) {
                    sample(keyspace.database(i), i, policy, samples);
                }
            }
            Victim victim = best(keyspace, policy);
            if (victim != null) {
                leaving.add(victim.name);
                return victim;
            }
        }
        return null;
    }

    /** The command that named it has come back, or never will. */
    void gone(Victim victim) {
        leaving.remove(victim.name);
    }

    /** Forgets what was sampled: under another policy it says nothing. */
    void clear() {
        candidates.clear();
    }

    private void sample(Database database, int index, EvictionPolicy policy, int samples) {
        for (int k = 0; k < samples; k++) {
            long seed = chance.getAsLong();
            int ref = policy.onlyWithDeadline() ? database.randomWithDeadline(seed) : database.random(seed);
            if (ref == Keyspace.MISSING || policy.onlyWithDeadline() && database.deadlineMillis(ref) == 0) {
                continue;
            }
            Name name = new Name(index, key(database, ref));
            if (!leaving.contains(name)) {
                keep(new Candidate(name, policy.score(database, ref)));
            }
        }
    }

    private void keep(Candidate found) {
        candidates.removeIf(candidate -> candidate.name.equals(found.name));
        int at = 0;
        while (at < candidates.size() && candidates.get(at).score < found.score) {
            at++;
        }
        candidates.add(at, found);
        if (candidates.size() > KEPT) {
            candidates.removeFirst();
        }
    }

    private @Nullable Victim best(Keyspace keyspace, EvictionPolicy policy) {
        while (!candidates.isEmpty()) {
            Candidate candidate = candidates.removeLast();
            byte[] key = candidate.name.key;
            Database database = keyspace.database(candidate.name.database);
            int ref = database.find(key, 0, key.length);
            boolean stays = ref == Keyspace.MISSING
                    || policy.onlyWithDeadline() && database.deadlineMillis(ref) == 0
                    || leaving.contains(candidate.name);
            if (stays) {
                continue;
            }
            if (policy.score(database, ref) < candidate.score) {
                // It was used since.
                continue;
            }
            if (policy.isRandom()) {
                candidates.clear();
            }
            return new Victim(candidate.name, database.memoryBytes(ref));
        }
        return null;
    }

    private static byte[] key(Database database, int ref) {
        byte[] key = new byte[database.keyLength(ref)];
        MemorySegment.copy(database.segment(), ValueLayout.JAVA_BYTE, database.keyOffset(ref), key, 0, key.length);
        return key;
    }
}
