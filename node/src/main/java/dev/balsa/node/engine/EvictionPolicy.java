package dev.balsa.node.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which keys go first when memory is full: {@code maxmemory-policy}. */
public enum EvictionPolicy {
    NOEVICTION(Choice.NONE, AccessPolicy.RECENCY),
    ALLKEYS_LRU(Choice.ALL, AccessPolicy.RECENCY),
    ALLKEYS_LFU(Choice.ALL, AccessPolicy.FREQUENCY),
    ALLKEYS_RANDOM(Choice.ALL, AccessPolicy.RECENCY),
    VOLATILE_LRU(Choice.WITH_DEADLINE, AccessPolicy.RECENCY),
    VOLATILE_LFU(Choice.WITH_DEADLINE, AccessPolicy.FREQUENCY),
    VOLATILE_RANDOM(Choice.WITH_DEADLINE, AccessPolicy.RECENCY),
    VOLATILE_TTL(Choice.WITH_DEADLINE, AccessPolicy.RECENCY);

    private enum Choice {
        NONE,
        ALL,
        WITH_DEADLINE
    }

    private final Choice choice;
    private final AccessPolicy access;

    EvictionPolicy(Choice choice, AccessPolicy access) {
        this.choice = choice;
        this.access = access;
    }

    /** Redis' spelling, {@code allkeys-lru}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The policy of that spelling. */
    public static EvictionPolicy of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** All spellings. */
    public static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (EvictionPolicy policy : values()) {
            texts.add(policy.text());
        }
        return texts;
    }

    /** Whether anything is evicted. */
    public boolean evicts() {
        return choice != Choice.NONE;
    }

    /** Whether only keys with a deadline of their own may go. */
    public boolean onlyWithDeadline() {
        return choice == Choice.WITH_DEADLINE;
    }

    /** Whether any key is as good as any other. */
    public boolean isRandom() {
        return this == ALLKEYS_RANDOM || this == VOLATILE_RANDOM;
    }

    /** The access statistics that it needs. */
    public AccessPolicy access() {
        return access;
    }

    /** How much a live key deserves to go: the highest goes first. */
    public long score(Database database, int ref) {
        return switch (this) {
            case ALLKEYS_LRU, VOLATILE_LRU -> database.idleSeconds(ref);
            case ALLKEYS_LFU, VOLATILE_LFU -> -database.frequency(ref);
            case VOLATILE_TTL -> -database.deadlineMillis(ref);
            case NOEVICTION, ALLKEYS_RANDOM, VOLATILE_RANDOM -> 0;
        };
    }
}
