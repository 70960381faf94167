package dev.balsa.proxy.pubsub;

/** A connection that listens to channels. Called on its loop. */
public interface Subscriber {
    /** A message of one of its subscriptions. */
    void deliver(Message message);

    /** Whether other clients are behind it, which do not get again what came from another process. */
    boolean isFront();
}
