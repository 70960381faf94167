package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The list of a snapshot's files with their lengths and checksums, in a file of its own beside them. JRaft checks
 * neither the
 * content of the files nor its own metadata, so the manifest holds both: {@link #verify} finds any difference.
 *
 * <p>Immutable.
 */
final class SnapshotManifest {
    static final String FILE_NAME = "manifest";
    private static final int MAGIC = 0x424d4e31; // BMN1
    private static final int READ_BYTES = 1 << 20;

    private record Entry(String name, long bytes, int crc) {}

    private final byte[] meta;
    private final List<Entry> entries;

    private SnapshotManifest(byte[] meta, List<Entry> entries) {
        this.meta = meta;
        this.entries = List.copyOf(entries);
    }

    /** Reads the files once for their checksums, fsyncs them, and writes the manifest. */
    static SnapshotManifest write(Path directory, SnapshotMeta meta, List<String> fileNames) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name : fileNames) {
            Path file = inside(directory, name);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.force(true);
                entries.add(new Entry(name, channel.size(), crc(channel)));
            }
        }
        var manifest = new SnapshotManifest(meta.toByteArray(), entries);
        SafeFile.write(directory.resolve(FILE_NAME), MAGIC, manifest.encode());
        return manifest;
    }

    /** @throws DamagedFileException naming the file that is missing or differs */
    static void verify(Path directory, SnapshotMeta meta) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            throw new DamagedFileException(file, 0, "it is missing");
        }
        SnapshotManifest manifest = decode(SafeFile.read(file, MAGIC));
        if (!SnapshotMeta.parseFrom(manifest.meta).equals(meta)) {
            throw new DamagedFileException(
                    directory.resolve("__raft_snapshot_meta"), 0, "index, term or members differ from the manifest");
        }
        for (Entry entry : manifest.entries) {
            Path content = inside(directory, entry.name);
            if (!Files.exists(content)) {
                throw new DamagedFileException(content, 0, "it is missing");
            }
            try (FileChannel channel = FileChannel.open(content, StandardOpenOption.READ)) {
                if (channel.size() != entry.bytes) {
                    throw new DamagedFileException(
                            content, channel.size(), "it holds " + channel.size() + " of " + entry.bytes + " bytes");
                }
                if (crc(channel) != entry.crc) {
                    throw new DamagedFileException(content, 0, "its checksum is wrong (whole file, CRC32C)");
                }
            }
        }
    }

    /** A name comes from another replica too: it must not lead out of the directory. */
    private static Path inside(Path directory, String name) throws IOException {
        Path file = directory.resolve(name).normalize();
        if (!directory.normalize().equals(file.getParent())) {
            throw new IOException("a snapshot's file must lie in its directory: " + name);
        }
        return file;
    }

    private static int crc(FileChannel channel) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        for (long position = 0; ; ) {
            buffer.clear();
            int read = channel.read(buffer, position);
            if (read < 0) {
                return (int) crc.getValue();
            }
            crc.update(buffer.flip());
            position += read;
        }
    }

    private byte[] encode() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(meta.length);
            out.write(meta);
            out.writeInt(entries.size());
            for (Entry entry : entries) {
                out.writeUTF(entry.name);
                out.writeLong(entry.bytes);
                out.writeInt(entry.crc);
            }
        }
        return bytes.toByteArray();
    }

    private static SnapshotManifest decode(byte[] content) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
            byte[] meta = in.readNBytes(in.readInt());
            int count = in.readInt();
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                entries.add(new Entry(in.readUTF(), in.readLong(), in.readInt()));
            }
            return new SnapshotManifest(meta, entries);
        }
    }
}
