package dev.balsa.proxy.route;

/** What the clients of a listener know of the cluster. */
public enum Mode {
    /** Nothing: every command is brought to where it belongs. */
    PLAIN,
    /** They follow MOVED. */
    CLUSTER
}
