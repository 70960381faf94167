package dev.balsa.proto.command;

/** Takes the positions of a request's keys, one by one. */
@FunctionalInterface
public interface KeySink {
    /** Argument {@code position} is a key. */
    void key(int position);
}
