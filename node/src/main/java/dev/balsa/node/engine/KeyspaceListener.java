package dev.balsa.node.engine;

/** Hears what no client's command did. */
public interface KeyspaceListener {
    /** The key died of its deadline and was removed. */
    void expired(int database, byte[] key);

    /** The key was removed because memory was full. */
    default void evicted(int database, byte[] key) {}
}
