package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few MiB in memory, mounted at a directory, that can be filled. Needs root. Owned by the test's thread. */
public final class SmallDisk implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 16;

    private final Path mountPoint;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Whether this machine lets us. */
    public static boolean available() {
        try {
            Path probe = Files.createTempDirectory("balsa-mount");
            try (SmallDisk disk = mount(probe, 1)) {
                disk.fill();
                return true;
            } finally {
                Files.delete(probe);
            }
        } catch (IOException no) {
            return false;
        }
    }

    /** Makes the directory, and mounts the disk there. */
    public static SmallDisk mount(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Shell.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "balsa-test", directory.toString());
        return new SmallDisk(directory);
    }

    /** Writes a file until there is no room for another byte. */
    public void fill() throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream out = Files.newOutputStream(filler())) {
            for (int size = CHUNK_BYTES; size > 0; size /= 2) {
                writeAll(out, chunk, size);
            }
        }
    }

    private static void writeAll(OutputStream out, byte[] chunk, int size) {
        try {
            while (true) {
                out.write(chunk, 0, size);
            }
        } catch (IOException full) {
            // That is what was wanted.
        }
    }

    /** Takes that file away again. */
    public void free() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return mountPoint.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        Shell.run("umount", "-l", mountPoint.toString());
    }
}
