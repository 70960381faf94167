package dev.balsa.raft.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file of the file system. Thread-safe.
 *
 * <p>The JDK closes a FileChannel under everybody when one of its users is interrupted, and pools interrupt their
 * threads when they shut down. A log must not end with that: the channel is opened again, the step repeated, and the
 * thread's interrupt kept for later.
 */
final class DiskFile implements LogFile {
    /**
     * The JDK copies heap buffers through a direct one of their size that it keeps per thread: ask for this much at a
     * time.
     */
    private static final int HEAP_READ_MAX_BYTES = 128 << 10;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private enum Step {
        READ,
        WRITE,
        FORCE
    }

    private final Path path;
    private final Set<OpenOption> options;
    private volatile FileChannel channel;
    private volatile boolean closed;

    DiskFile(Path path, boolean writable) throws IOException {
        this.path = path;
        this.options = writable
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
                : Set.of(StandardOpenOption.READ);
        this.channel = writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : FileChannel.open(path, options);
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
        perform(Step.READ, into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        perform(Step.WRITE, from, position);
    }

    @Override
    public void force() throws IOException {
        perform(Step.FORCE, EMPTY, 0);
    }

    private void perform(Step step, ByteBuffer buffer, long position) throws IOException {
        int start = buffer.position();
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    switch (step) {
                        case READ -> readFully(current, buffer, position);
                        case WRITE -> writeFully(current, buffer, position);
                        case FORCE -> current.force(false);
                    }
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    reopen(e);
                } catch (ClosedChannelException e) {
                    reopen(e);
                }
                buffer.position(start);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        long at = position;
        int limit = into.limit();
        try {
            while (into.position() < limit) {
                if (!into.isDirect()) {
                    into.limit(Math.min(limit, into.position() + HEAP_READ_MAX_BYTES));
                }
                int count = channel.read(into, at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
        } finally {
            into.limit(limit);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer from, long position) throws IOException {
        long at = position;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    private synchronized void reopen(ClosedChannelException cause) throws IOException {
        if (closed) {
            throw cause;
        }
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, options);
        }
    }

    @Override
    public long size() throws IOException {
        return Files.size(path);
    }

    @Override
    public void extend(long bytes) throws IOException {
        if (size() < bytes) {
            write(ByteBuffer.allocate(1), bytes - 1);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
