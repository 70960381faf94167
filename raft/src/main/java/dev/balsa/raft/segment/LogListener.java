package dev.balsa.raft.segment;

/** Hears what is found while a log is opened. Called by the opening thread. */
public interface LogListener {
    /** A listener that does not care. */
    LogListener NONE = new LogListener() {};

    /** A live entry of type {@link RecordType#CONFIGURATION}, in order of index. */
    default void configuration(LogRecord entry) {}

    /**
     * The end of the log held the remains of a write whose fdatasync had never returned. They were cut off; nobody
     * had been told that they were there.
     *
     * @param nextIndex the entry that would have stood at {@code offset}
     */
    default void tornTail(String file, long offset, long nextIndex) {}
}
