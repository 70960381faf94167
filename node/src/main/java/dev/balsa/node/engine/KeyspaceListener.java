package dev.balsa.node.engine;

/** Hears what no command did. */
public interface KeyspaceListener {
    /** The key died of its deadline and was removed. */
    void expired(int database, byte[] key);
}
