package dev.balsa.node.engine.rdb;

/** Hears what a file says beside its keys. It may throw to end the loading. */
public interface RdbListener extends RdbProgress {
    /** An AUX field; its names are Redis' or, beginning with {@code balsa-}, ours. */
    void field(String name, byte[] value);
}
