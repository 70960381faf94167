package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An ext4 file system of its own in a file: it can run full, stand still, and lose what was not synced, as a machine
 * does whose power fails. Needs root. Owned by one thread.
 */
public final class BlockDisk implements AutoCloseable {
    /** {@code EXT4_IOC_SHUTDOWN} (ioctl of file systems, 'X' 125): all that is not on the device is lost, the journal's tail too. */
    private static final long IOCTL_SHUTDOWN = 0x8004587dL;

    private static final int WITHOUT_FLUSHING_THE_LOG = 2;

    private final Path image;
    private final Path directory;
    private @Nullable Process stalling;

    private BlockDisk(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
    }

    /** Whether this machine lets us. */
    public static boolean available() {
        try {
            Path probe = Files.createTempDirectory("balsa-disk");
            Path image = Files.createTempFile("balsa-disk", ".img");
            try (BlockDisk disk = mount(image, probe, 16)) {
                disk.losePower();
                return true;
            } finally {
                Files.delete(probe);
            }
        } catch (IOException no) {
            return false;
        }
    }

    /** Makes the directory and the file system, which takes space only as it is used, and mounts it there. */
    public static BlockDisk mount(Path image, Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Shell.run("truncate", "-s", mebibytes + "M", image.toString());
        Shell.run("mkfs.ext4", "-q", "-m", "0", image.toString());
        BlockDisk disk = new BlockDisk(image, directory);
        disk.mount();
        return disk;
    }

    private void mount() throws IOException {
        Shell.run("mount", "-o", "loop", image.toString(), directory.toString());
    }

    /** What was written so far survives whatever comes. */
    public void sync() throws IOException {
        Shell.run("sync", "-f", directory.toString());
    }

    /** Takes all the room that is left; nothing is written. */
    public void fill() throws IOException {
        long left = Files.getFileStore(directory).getUsableSpace();
        // The last blocks go one by one: some are the file system's own.
        for (long bytes = left; bytes >= 4096; bytes /= 2) {
            try {
                Shell.run("fallocate", "-l", Long.toString(bytes), directory.resolve("filler-" + bytes).toString());
            } catch (IOException full) {
                // Less, then.
            }
        }
    }

    /** Gives it back. */
    public void free() throws IOException {
        try (var files = Files.newDirectoryStream(directory, "filler-*")) {
            for (Path filler : files) {
                Files.delete(filler);
            }
        }
    }

    /** Every write and fdatasync stands still, so many times for so long. Returns at once; it mends itself. */
    public void stall(int millis, int times) throws IOException {
        String seconds = String.format(Locale.ROOT, "%.3f", millis / 1000.0);
        String once = "fsfreeze -f " + directory + "; sleep " + seconds + "; fsfreeze -u " + directory + "; sleep 0.2; ";
        stalling = new ProcessBuilder("sh", "-c", once.repeat(times)).inheritIO().start();
    }

    /** Waits until {@link #stall} is over. */
    public void awaitMoving() throws InterruptedException {
        Process running = stalling;
        stalling = null;
        if (running != null) {
            running.waitFor();
        }
    }

    /**
     * What was not synced is gone, and the file system is there again as a machine finds it when the power is back. No
     * process may have a file open any more.
     */
    public void losePower() throws IOException {
        shutDown();
        Shell.run("umount", directory.toString());
        mount();
    }

    private void shutDown() throws IOException {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = linker.downcallHandle(linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        MethodHandle ioctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS), Linker.Option.firstVariadicArg(2));
        MethodHandle close = linker.downcallHandle(linker.defaultLookup().findOrThrow("close"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int result;
        try (Arena arena = Arena.ofConfined()) {
            int file = (int) open.invokeExact(arena.allocateFrom(directory.toString()), 0);
            MemorySegment how = arena.allocateFrom(ValueLayout.JAVA_INT, WITHOUT_FLUSHING_THE_LOG);
            result = (int) ioctl.invokeExact(file, IOCTL_SHUTDOWN, how);
            int unused = (int) close.invokeExact(file);
        } catch (Throwable e) {
            throw new IOException("cannot shut " + directory + " down", e);
        }
        if (result != 0) {
            throw new IOException(directory + " cannot be shut down: the file system does not know how");
        }
    }

    @Override
    public void close() throws IOException {
        Shell.run("umount", "-l", directory.toString());
        Files.deleteIfExists(image);
    }
}
