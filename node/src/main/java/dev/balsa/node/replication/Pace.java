package dev.balsa.node.replication;

/*
 * The problem: a ReadIndex round costs about as much as four reads (two messages, a follower woken), and it takes so
 * little time that few reads arrive meanwhile to share the next one. Fifty connections that each wait for their answer
 * fall into many small rounds.
 *
 *     without   [A] [BC] [DE] [F] [GH] ...      [ ] a round
 *     with      [A B C D E F] . [A B C D E F]    .  waiting for those that were just answered
 *
 * When a round is over, those who were answered will mostly send their next read at once. So the next round starts when
 * as many reads wait as did then, plus as many as were answered, or after a short time. Where that does not come true,
 * because clients take their time, it is not tried again for a while. Many reads (a pipeline) start at once.
 *
 * For entries the same was tried and given up: entries of 46 commands instead of 29 took a tenth less CPU, but fifty
 * connections got no more answers a second, because nothing happened while all of them waited for the disks.
 *
 * Source: anticipatory scheduling (Iyer and Druschel 2001), for the same reason: a short wait for the next request of
 * one who was just served.
 */

/** Says when the reads that wait start a round. Owned by the group's loop; told the time, in nanoseconds. */
final class Pace {
    /** So many reads are worth a round at any time. */
    static final int ENOUGH = 64;

    private static final int SKIPS_MAX = 64;

    private final long holdNanosMax;
    private int expected;
    private long holdUntil;
    private long roundNanos;
    private int answered;
    private int waitedThen;
    /** Rounds that start without waiting, after waiting was in vain; doubled each time. */
    private int skips;
    private int skipsNext = 1;

    /** @param holdNanosMax waiting is bounded by this, and by eight times what a round takes */
    Pace(long holdNanosMax) {
        this.holdNanosMax = holdNanosMax;
    }

    /** A round that took {@code took} is over: so many reads were answered with it, so many wait. */
    void over(int answeredNow, int waiting, long took, long now) {
        roundNanos = roundNanos == 0 ? took : roundNanos + (took - roundNanos) / 8;
        answered = answeredNow;
        waitedThen = waiting;
        if (skips > 0) {
            skips--;
            expected = 0;
            return;
        }
        expected = Math.min(ENOUGH, waiting + answeredNow);
        holdUntil = now + Math.min(holdNanosMax, 8 * roundNanos);
    }

    /** Whether {@code waiting} reads should start a round now. */
    boolean mayStart(int waiting, long now) {
        return waiting >= ENOUGH || isGathered(waiting) || now - holdUntil >= 0;
    }

    /** How long to wait before asking again; positive after {@link #mayStart} said no. */
    long holdNanos(long now) {
        return holdUntil - now;
    }

    /** A round of {@code reads} starts. */
    void started(int reads) {
        if (expected == 0) {
            return;
        }
        if (isGathered(reads)) {
            skipsNext = 1;
        } else if (reads - waitedThen < answered / 4) {
            skips = skipsNext;
            skipsNext = Math.min(SKIPS_MAX, skipsNext * 2);
        }
        expected = 0;
    }

    /** Seven of eight will do: some connection always has something else to do. */
    private boolean isGathered(int waiting) {
        return waiting >= expected - expected / 8;
    }
}
