package dev.balsa.raft.segment;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The directory of one log, reduced to what the log does with it, so that tests can halt, fail or forget at every step.
 * {@link DiskFiles} is the real one.
 */
interface LogFiles extends Closeable {
    /** Names of the files, in no order. */
    List<String> list() throws IOException;

    boolean exists(String name) throws IOException;

    /** Opens for reading and writing; creates the file if it is not there. */
    LogFile open(String name) throws IOException;

    /** Opens for reading. */
    LogFile openForReading(String name) throws IOException;

    /** Atomic; replaces {@code to}. Durable after {@link #syncDirectory}. */
    void rename(String from, String to) throws IOException;

    /** Durable after {@link #syncDirectory}. */
    void delete(String name) throws IOException;

    /**
     * Deletes a file when there is time: for the system to give a large one back can take a tenth of a second on a busy
     * disk. After a crash it may still be there.
     */
    void discard(String name) throws IOException;

    void syncDirectory() throws IOException;

    /** For messages. */
    String path(String name);

    /** Gives the directory free for others. Files that are open stay so. */
    @Override
    void close() throws IOException;
}
