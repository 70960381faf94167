package dev.balsa.proxy.upstream;

/** Who leads which group, as far as is known, and what the links learn of it. Thread-safe. */
public interface LeaderSource {
    /** Cluster address {@code host:port} of the group's leader, empty if none is known. Called for every request. */
    String leaderAddress(int group);

    /** A node answered MOVED: {@code address} leads the group, it says. */
    void moved(int group, String address);

    /** The node at {@code address}, taken for the group's leader, cannot be reached or leads it no more. */
    void suspect(int group, String address);
}
