package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of the file system, held by a lock file so that two processes never write one log. Owned by its log. */
final class DiskFiles implements LogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DiskFiles.class);
    private static final String LOCK_FILE = "lock";

    private final Path directory;
    private final @Nullable FileChannel lock;
    /** One thread, while there is something to delete. */
    private final ThreadPoolExecutor discards = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon().name("balsa-log-discard").factory());

    private DiskFiles(Path directory, @Nullable FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
        discards.allowCoreThreadTimeOut(true);
    }

    /** Creates the directory if needed. Throws if another process, or another log of this one, has it open. */
    static DiskFiles lock(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new DiskFiles(directory, locked(directory, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /**
     * For reading a stopped node's log. Throws if a node has it open. Changes nothing, so it works on read-only media.
     */
    static DiskFiles lockShared(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + " is not a directory");
        }
        boolean lockable = Files.exists(directory.resolve(LOCK_FILE));
        return new DiskFiles(directory, lockable ? locked(directory, StandardOpenOption.READ) : null);
    }

    private static FileChannel locked(Path directory, StandardOpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve(LOCK_FILE), options);
        boolean shared = options[0] == StandardOpenOption.READ;
        @Nullable FileLock held;
        try {
            held = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw new IOException("The log in " + directory + " is open in another process or group: stop it first");
        }
        return channel;
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Override
    public LogFile open(String name) throws IOException {
        return new DiskFile(directory.resolve(name), true);
    }

    @Override
    public LogFile openForReading(String name) throws IOException {
        return new DiskFile(directory.resolve(name), false);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                directory.resolve(from),
                directory.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void discard(String name) {
        discards.execute(() -> {
            try {
                delete(name);
            } catch (IOException e) {
                LOG.warn("{} is not needed any more and cannot be deleted: {}", path(name), e.toString());
            }
        });
    }

    @Override
    public void syncDirectory() throws IOException {
        try (DiskFile self = new DiskFile(directory, false)) {
            self.force();
        }
    }

    @Override
    public String path(String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public void close() throws IOException {
        // Whoever opens the directory next may use what is left of them: nothing may be deleted under his hands.
        discards.shutdownNow();
        boolean interrupted = false;
        while (!discards.isTerminated()) {
            try {
                discards.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (lock != null) {
            lock.close();
        }
    }
}
