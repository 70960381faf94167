package dev.balsa.chaos.cluster;

import java.io.IOException;

/** What lies between nodes, and can be broken; clients always reach all of them. Nodes count from 1. */
public interface Network {
    /** Nothing that {@code from} sends reaches {@code to} any more; nobody tells the sender. */
    void cut(int from, int to) throws IOException;

    /**
     * A part of what {@code number} is sent by other nodes is lost.
     *
     * @param probability 0 to 1
     */
    void lose(int number, double probability) throws IOException;

    /** What {@code number} sends goes through a narrow line. */
    void slow(int number, int kilobitsPerSecond) throws IOException;

    /** Everything that nodes send reaches nodes again, as fast as ever. */
    void healAll() throws IOException;
}
