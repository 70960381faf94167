package dev.balsa.raft.jraft;

import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftStartException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who this replica is, on disk beside its log: so that a replica that has lost its data is not taken for the one it
 * was. Raft counts
 * on a voter to remember; JRaft lets a replica with an empty directory vote with the members it was configured with,
 * and can so elect a
 * leader without entries that were answered.
 *
 * <p>A replica draws its {@code id} when it finds an empty directory. It is <em>new</em> then, runs no Raft, and
 * becomes a
 * <em>member</em> in one of two ways:
 *
 * <ul>
 *   <li><b>Founding.</b> All initial members are new: each asks all others, twice, and when all answered the same both
 * times, the
 *       group is founded by exactly these ids. Each founder keeps the list. A founder that comes late (it was killed in
 * between) has its
 *       old id and is still welcome; one whose directory was wiped has another id and is not.
 *   <li><b>Admission.</b> The leader of an existing group, confirmed by a majority at that moment, adds it as a new
 * member. So a
 *       wiped replica comes back by being removed and added; the leader does that by itself when such a replica asks.
 * </ul>
 *
 * <p>A group of one founds itself. Immutable.
 *
 * @param founders address to id; empty = new, or admitted
 */
record ReplicaIdentity(String id, String group, String self, boolean member, Map<String, String> founders) {
    private static final String FILE_NAME = "identity";
    private static final int MAGIC = 0x42494431; // BID1

    ReplicaIdentity {
        founders = Map.copyOf(founders);
    }

    boolean isFounder(String address, String otherId) {
        return otherId.equals(founders.get(address));
    }

    ReplicaIdentity founded(Map<String, String> by) {
        return new ReplicaIdentity(id, group, self, true, by);
    }

    ReplicaIdentity admitted() {
        return new ReplicaIdentity(id, group, self, true, Map.of());
    }

    /** Reads the identity in the group's directory, or draws one if the directory is empty. */
    static ReplicaIdentity readOrDraw(RaftConfig config) throws IOException {
        Path file = config.directory().resolve(FILE_NAME);
        if (!Files.exists(file)) {
            refuseOrphans(config, file);
            var drawn = new ReplicaIdentity(UUID.randomUUID().toString(), config.group(), config.self(), false, Map.of());
            drawn.write(config.directory());
            return drawn;
        }
        ReplicaIdentity identity = decode(SafeFile.read(file, MAGIC));
        if (!identity.group.equals(config.group()) || !identity.self.equals(config.self())) {
            throw new RaftStartException(config.directory() + " belongs to group " + identity.group + " at "
                    + identity.self
                    + ", not to group " + config.group() + " at " + config.self()
                            + ": check the configured directory and address");
        }
        if (identity.member) {
            refuseMissing(config);
        }
        return identity;
    }

    private static void refuseOrphans(RaftConfig config, Path file) throws IOException {
        if (VoteStorage.exists(Storages.votesDirectory(config))
                || holdsAny(Storages.logDirectory(config))
                || holdsAny(Storages.snapshotDirectory(config))) {
            throw new DamagedFileException(file, 0, "it is missing, though there is a log, a snapshot or a vote");
        }
    }

    /** A term above 0 was written after the log was opened for the first time. */
    private static void refuseMissing(RaftConfig config) throws IOException {
        if (VoteStorage.termIn(Storages.votesDirectory(config)) > 0 && !holdsAny(Storages.logDirectory(config))) {
            throw new DamagedFileException(Storages.logDirectory(config), 0, "the log is missing");
        }
    }

    private static boolean holdsAny(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var files = Files.newDirectoryStream(directory)) {
            return files.iterator().hasNext();
        }
    }

    void write(Path directory) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(id);
            out.writeUTF(group);
            out.writeUTF(self);
            out.writeBoolean(member);
            out.writeInt(founders.size());
            for (var founder : new TreeMap<>(founders).entrySet()) {
                out.writeUTF(founder.getKey());
                out.writeUTF(founder.getValue());
            }
        }
        SafeFile.write(directory.resolve(FILE_NAME), MAGIC, bytes.toByteArray());
    }

    private static ReplicaIdentity decode(byte[] content) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
            String id = in.readUTF();
            String group = in.readUTF();
            String self = in.readUTF();
            boolean member = in.readBoolean();
            var founders = new TreeMap<String, String>();
            for (int i = in.readInt(); i > 0; i--) {
                founders.put(in.readUTF(), in.readUTF());
            }
            return new ReplicaIdentity(id, group, self, member, founders);
        }
    }
}
