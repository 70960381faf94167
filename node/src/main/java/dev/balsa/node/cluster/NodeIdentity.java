package dev.balsa.node.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The id of a node that was given none: made once, then kept in the file {@code node-id} of its directory. Stateless.
 */
public final class NodeIdentity {
    private static final String FILE = "node-id";

    private NodeIdentity() {}

    /**
     * The id in {@code directory}, made if there is none.
     *
     * @param configured an id from the configuration, or empty
     * @throws IOException if the file cannot be read or written, or holds something else, or another id than the
     *     configured one
     */
    public static String loadOrCreate(Path directory, String configured) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            String kept = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (!kept.matches("[0-9a-f]{40}")) {
                throw new IOException(file + " does not hold a node id of 40 hex digits");
            }
            if (!configured.isEmpty() && !configured.equals(kept)) {
                throw new IOException(directory + " belongs to node " + kept + ", but node-id is " + configured
                        + ": give this node the directory it had, or an empty one");
            }
            return kept;
        }
        String id = configured.isEmpty() ? random() : configured;
        Files.createDirectories(directory);
        write(file, id);
        return id;
    }

    /** 40 hex digits of chance. */
    public static String random() {
        byte[] bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static void write(Path file, String id) throws IOException {
        Path draft = file.resolveSibling(FILE + ".new");
        Files.writeString(draft, id + "\n", StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }
}
