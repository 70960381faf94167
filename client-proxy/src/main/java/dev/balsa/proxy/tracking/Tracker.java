package dev.balsa.proxy.tracking;

import java.util.List;

/** A connection that keeps copies of values, or whose clients do. Called on its loop. */
public interface Tracker {
    /** Unique within the process. */
    long id();

    /** Whether what it reads is remembered now: CLIENT TRACKING without BCAST. */
    boolean remembers();

    /** Whether it does not want to hear of changes of this origin, which are its own (NOLOOP). */
    boolean ignores(long origin);

    /**
     * Copies of these keys are no longer good.
     *
     * @param origin of the changes, which another front needs to know for its own clients
     */
    void invalid(List<byte[]> keys, long origin);

    /** No copy is good any more. */
    void allInvalid();

    /** What it was told leaves now, ahead of the replies of this turn. */
    void send();
}
