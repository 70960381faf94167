package dev.balsa.proxy.pubsub;

/** Hears what the clients of this process listen to, to fetch it from other processes. Called on any thread. */
public interface Interest {
    /** Messages are published in this process alone. */
    Interest NONE = new Interest() {
        @Override
        public void wanted(ChannelKind kind, ChannelName name) {}

        @Override
        public void unwanted(ChannelKind kind, ChannelName name) {}

        @Override
        public boolean isEstablished(ChannelKind kind, ChannelName name) {
            return true;
        }

        @Override
        public void whenEstablished(Runnable then) {
            then.run();
        }
    };

    /** The first client listens. */
    void wanted(ChannelKind kind, ChannelName name);

    /** The last client listens no more. */
    void unwanted(ChannelKind kind, ChannelName name);

    /** Whether every other process that can be reached knows that {@code name} is wanted. */
    boolean isEstablished(ChannelKind kind, ChannelName name);

    /** Runs {@code then} on some thread when everything wanted before is established; soon in any case. */
    void whenEstablished(Runnable then);
}
