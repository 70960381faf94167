package dev.balsa.proxy.pubsub;

/** What a subscription is to. Names of different kinds have nothing to do with each other. */
public enum ChannelKind {
    /** SUBSCRIBE. */
    CHANNEL("subscribe", "unsubscribe", "message"),
    /** PSUBSCRIBE: all channels that match. */
    PATTERN("psubscribe", "punsubscribe", "pmessage"),
    /** SSUBSCRIBE: a channel that belongs to a slot. */
    SHARD("ssubscribe", "sunsubscribe", "smessage");

    private final String subscribe;
    private final String unsubscribe;
    private final String message;

    ChannelKind(String subscribe, String unsubscribe, String message) {
        this.subscribe = subscribe;
        this.unsubscribe = unsubscribe;
        this.message = message;
    }

    public String subscribe() {
        return subscribe;
    }

    public String unsubscribe() {
        return unsubscribe;
    }

    /** The first word of its messages. */
    public String message() {
        return message;
    }
}
