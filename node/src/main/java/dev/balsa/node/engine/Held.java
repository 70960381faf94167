package dev.balsa.node.engine;

/** A large value that stays as it is for a reader until this is closed, once. Owned by the engine thread. */
@FunctionalInterface
public interface Held extends AutoCloseable {
    @Override
    void close();
}
