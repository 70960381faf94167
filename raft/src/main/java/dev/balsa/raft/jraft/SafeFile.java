package dev.balsa.raft.jraft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A small file that is either the old one or the new one after a crash, and that tells when it was damaged.
 *
 * <pre>
 * magic 4 bytes | length of the content 4 | CRC32C of the content 4 | content
 * </pre>
 *
 * Stateless.
 */
final class SafeFile {
    private static final int HEADER_BYTES = 12;
    private static final int CONTENT_BYTES_MAX = 16 << 20;

    private SafeFile() {}

    /** Writes a temporary file, fsyncs it, renames it into place, fsyncs the directory. */
    static void write(Path file, int magic, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + content.length);
        bytes.putInt(magic).putInt(content.length).putInt(crc(content)).put(content).flip();
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(temporary.resolveSibling("."));
    }

    /** @throws DamagedFileException with the reason if the content is not what was written */
    static byte[] read(Path file, int magic) throws IOException {
        long size = Files.size(file);
        if (size < HEADER_BYTES || size > HEADER_BYTES + CONTENT_BYTES_MAX) {
            throw new DamagedFileException(file, 0, "its size is " + size + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.getInt() != magic) {
            throw new DamagedFileException(file, 0, "it does not begin with the expected magic number");
        }
        int length = bytes.getInt();
        int crc = bytes.getInt();
        if (length != bytes.remaining()) {
            throw new DamagedFileException(file, 4, "it holds " + bytes.remaining() + " of " + length + " bytes");
        }
        byte[] content = new byte[length];
        bytes.get(content);
        if (crc(content) != crc) {
            throw new DamagedFileException(file, HEADER_BYTES, "its checksum is wrong");
        }
        return content;
    }

    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static int crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }
}
