package dev.balsa.node.replication;

import dev.balsa.proxy.acl.Denial;

/** Where messages go that scripts publish, and what they were denied. Thread-safe. */
@FunctionalInterface
public interface MessageSink {
    /** Nobody listens. */
    MessageSink NONE = (shard, channel, message) -> {};

    /** @param shard whether by SPUBLISH */
    void publish(boolean shard, byte[] channel, byte[] message);

    /**
     * A script was denied what its user may not.
     *
     * @param object the command, key or channel
     * @param clientId of the client of this process that has run it
     */
    default void denied(Denial.Reason reason, String object, String user, long clientId) {}
}
