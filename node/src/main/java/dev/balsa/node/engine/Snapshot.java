package dev.balsa.node.engine;

import dev.balsa.node.engine.value.EncodingLimits;

/**
 * A view of a keyspace at one moment. Read by one background thread while the engine thread goes on; closed when done.
 */
public interface Snapshot extends AutoCloseable {
    /** Log time of the moment: keys dead by it are left out. */
    long logMillis();

    /** Up to which size values stay packed. */
    EncodingLimits limits();

    /** Whether there are, or were, hashes whose fields have deadlines. */
    boolean hasFieldDeadlines();

    /** The keys watched at that moment, for {@link WatchMarks#restore}; empty if none ever was. */
    byte[] marks();

    /** Who waited at that moment, for {@link Waiters#restore}; empty if nobody ever did. */
    byte[] waiters();

    /** Whether nobody waited. */
    boolean nobodyWaits();

    /** The users at that moment. */
    SharedUsers users();

    /** Scripts and functions at that moment. */
    Scripts.View scripts();

    /** Number of databases. */
    int databases();

    /**
     * Calls {@code visitor} for every live key, database by database, in the order of slot, hash and key. May be
     * called once: what was visited is let go.
     */
    void forEach(Visitor visitor);

    /** Number of keys in a database at that moment (dead ones that were not removed yet included). */
    long size(int database);

    /** Number of keys with a deadline at that moment. */
    long sizeWithDeadline(int database);

    @Override
    void close();

    /** Receives keys and values. */
    interface Visitor {
        /** @param entry positioned on the key; reused */
        void visit(int database, EntryView entry);
    }
}
