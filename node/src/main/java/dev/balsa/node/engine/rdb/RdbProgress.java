package dev.balsa.node.engine.rdb;

/**
 * Hears how far writing or reading has come, about once per MiB. It may block, to slow the work down, and may throw,
 * to end it.
 */
@FunctionalInterface
public interface RdbProgress {
    /** Hears nothing. */
    RdbProgress NONE = (_, _) -> {};

    /**
     * @param bytes moved so far
     * @param keys moved so far
     */
    void moved(long bytes, long keys);
}
