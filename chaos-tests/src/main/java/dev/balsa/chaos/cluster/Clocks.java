package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Wall clocks of nodes that can be set wrong while they run, by libfaketime in front of the C library: it adds what
 * stands in a file. Clocks that measure how much time has passed stay right, as they do when a machine's clock is set.
 * Thread-safe: stateless.
 *
 * @param directory where the files are
 */
public record Clocks(Path directory) {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/local/lib/faketime/libfaketimeMT.so.1"));

    /** Whether libfaketime is installed. */
    public static boolean available() {
        return library().isPresent();
    }

    private static Optional<Path> library() {
        return LIBRARIES.stream().filter(Files::exists).findFirst();
    }

    /** What nodes are to be started with, so that their clocks can be set. They are right at first. */
    public static Clocks of(Path directory, List<NodeProcess> nodes) throws IOException {
        Clocks clocks = new Clocks(directory);
        String library = library().orElseThrow().toString();
        for (NodeProcess node : nodes) {
            clocks.set(node, 0);
            node.environment(Map.of(
                    "LD_PRELOAD", library,
                    "FAKETIME_TIMESTAMP_FILE", clocks.file(node).toAbsolutePath().toString(),
                    // Otherwise the file is read every ten seconds.
                    "FAKETIME_NO_CACHE", "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    // Its fix for some C libraries has timed waits of a JVM end at once, for ever.
                    "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                    "NO_FAKE_STAT", "1"));
        }
        return clocks;
    }

    /** From now on the node's clock is wrong by so much; 0 = right. */
    public void set(NodeProcess node, long offsetMillis) throws IOException {
        Path next = directory.resolve("clock" + node.number() + ".next");
        Files.writeString(next, String.format(Locale.ROOT, "%+.3f", offsetMillis / 1000.0));
        // In one step: the node may read at any time.
        Files.move(next, file(node), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A process that was killed could not remove what libfaketime had made in shared memory. */
    static void forget(long pid) {
        for (String name : List.of("faketime_shm_", "sem.faketime_sem_")) {
            try {
                Files.deleteIfExists(Path.of("/dev/shm", name + pid));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Path file(NodeProcess node) {
        return directory.resolve("clock" + node.number());
    }
}
