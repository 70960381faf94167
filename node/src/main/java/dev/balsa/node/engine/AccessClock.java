package dev.balsa.node.engine;

/**
 * The access statistics behind OBJECT IDLETIME, OBJECT FREQ and eviction: 24 bits a key. They belong to this replica
 * and are no part of the state, so
 * the chance that the frequency counter needs may come from a generator of its own. Owned by the engine thread.
 *
 * <p>The counter's arithmetic is Redis' (LFU with log factor, decay by time, start at 5), so that the numbers mean the
 * same.
 */
final class AccessClock {
    static final int LOG_FACTOR = 10;
    static final int DECAY_MINUTES = 1;

    private static final int COUNTER_START = 5;
    private static final int COUNTER_MAX = 255;
    private static final int SECONDS_MASK = 0xff_ffff;
    private static final int MINUTES_MASK = 0xffff;

    private AccessPolicy policy = AccessPolicy.RECENCY;
    private int logFactor = LOG_FACTOR;
    private int decayMinutes = DECAY_MINUTES;
    private long generator = 0x9e37_79b9_7f4a_7c15L;

    AccessPolicy policy() {
        return policy;
    }

    void policy(AccessPolicy policy, int logFactor, int decayMinutes) {
        this.policy = policy;
        this.logFactor = logFactor;
        this.decayMinutes = decayMinutes;
    }

    /** The clock of a key that is written for the first time. */
    int first(long nowMillis) {
        return switch (policy) {
            case RECENCY -> seconds(nowMillis);
            case FREQUENCY -> (minutes(nowMillis) << 8) | COUNTER_START;
        };
    }

    /** The clock after an access. */
    int touched(int clock, long nowMillis) {
        return switch (policy) {
            case RECENCY -> seconds(nowMillis);
            case FREQUENCY -> (minutes(nowMillis) << 8) | raised(frequency(clock, nowMillis));
        };
    }

    /** Seconds since the last access; under FREQUENCY since the last minute it was counted in. */
    long idleSeconds(int clock, long nowMillis) {
        return switch (policy) {
            case RECENCY -> (seconds(nowMillis) - clock) & SECONDS_MASK;
            case FREQUENCY -> ((minutes(nowMillis) - (clock >>> 8)) & MINUTES_MASK) * 60L;
        };
    }

    /** The counter after its decay; 0 under RECENCY. */
    int frequency(int clock, long nowMillis) {
        if (policy == AccessPolicy.RECENCY) {
            return 0;
        }
        int quietMinutes = (minutes(nowMillis) - (clock >>> 8)) & MINUTES_MASK;
        return Math.max(0, (clock & 0xff) - (decayMinutes == 0 ? 0 : quietMinutes / decayMinutes));
    }

    /** The clock of a key that was last used {@code seconds} ago; -1 when recency is not kept. */
    int idle(long seconds, long nowMillis) {
        return policy == AccessPolicy.RECENCY ? (int) (seconds(nowMillis) - seconds) & SECONDS_MASK : -1;
    }

    /** The clock of a key with that counter; -1 when frequency is not kept. */
    int counted(int frequency, long nowMillis) {
        return policy == AccessPolicy.FREQUENCY ? (minutes(nowMillis) << 8) | (frequency & 0xff) : -1;
    }

    private int raised(int counter) {
        if (counter == COUNTER_MAX) {
            return counter;
        }
        generator ^= generator << 13;
        generator ^= generator >>> 7;
        generator ^= generator << 17;
        double chance = 1.0 / ((double) Math.max(0, counter - COUNTER_START) * logFactor + 1);
        return (generator >>> 11) * 0x1.0p-53 < chance ? counter + 1 : counter;
    }

    private static int seconds(long millis) {
        return (int) (millis / 1000) & SECONDS_MASK;
    }

    private static int minutes(long millis) {
        return (int) (millis / 60_000) & MINUTES_MASK;
    }
}
