package dev.balsa.node.replication;

/** Where messages go that scripts publish. Thread-safe. */
@FunctionalInterface
public interface MessageSink {
    /** Nobody listens. */
    MessageSink NONE = (shard, channel, message) -> {};

    /** @param shard whether by SPUBLISH */
    void publish(boolean shard, byte[] channel, byte[] message);
}
