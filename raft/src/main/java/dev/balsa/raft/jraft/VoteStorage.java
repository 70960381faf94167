package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Term and vote of a replica. Unlike JRaft's own: always fsynced, whatever the log does, because a vote that is
 * forgotten can be
 * given twice in one term; with a checksum; and a file that is missing from a replica that has voted is an error, not
 * term 0.
 *
 * <pre>
 * term 8 bytes | vote as text, empty = none
 * </pre>
 *
 * Called under the node's write lock; the term may be read by anyone.
 */
final class VoteStorage implements RaftMetaStorage {
    private static final Logger LOG = LoggerFactory.getLogger(VoteStorage.class);
    private static final String FILE_NAME = "votes";
    private static final int MAGIC = 0x42564f31; // BVO1

    private final Path file;
    private @Nullable NodeImpl node;
    /** Written before any vote in it is given, so others may ask for it at any time: see TermWitness. */
    private volatile long term;
    /**
     * A write failed: JRaft goes on in the new term for a moment, and a later vote must not be written under the old
     * one.
     */
    private boolean failed;

    private PeerId vote = PeerId.emptyPeer();

    VoteStorage(Path directory) {
        this.file = directory.resolve(FILE_NAME);
    }

    /** Writes term 0 without a vote for a replica that starts for the first time. */
    static void create(Path directory) throws IOException {
        Files.createDirectories(directory);
        SafeFile.write(directory.resolve(FILE_NAME), MAGIC, new byte[Long.BYTES]);
    }

    static boolean exists(Path directory) {
        return Files.exists(directory.resolve(FILE_NAME));
    }

    /** The term that was written last. Throws when the file is missing or damaged. */
    static long termIn(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            throw new DamagedFileException(file, 0, "it is missing");
        }
        byte[] content = SafeFile.read(file, MAGIC);
        decodeVote(file, content);
        return ByteBuffer.wrap(content).getLong();
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        node = options.getNode();
        try {
            byte[] content = SafeFile.read(file, MAGIC);
            vote = decodeVote(file, content);
            term = ByteBuffer.wrap(content).getLong();
            return true;
        } catch (IOException e) {
            LOG.error("cannot read term and vote: {}", e.getMessage(), e);
            return false;
        }
    }

    private static PeerId decodeVote(Path file, byte[] content) throws DamagedFileException {
        var vote = PeerId.emptyPeer();
        if (content.length < Long.BYTES) {
            throw new DamagedFileException(file, 0, "it is too short");
        }
        String text = new String(content, Long.BYTES, content.length - Long.BYTES, StandardCharsets.UTF_8);
        if (!text.isEmpty() && !vote.parse(text)) {
            throw new DamagedFileException(file, Long.BYTES, "it names no member: " + text);
        }
        return vote;
    }

    @Override
    public boolean setTermAndVotedFor(long newTerm, PeerId newVote) {
        if (failed) {
            return false;
        }
        byte[] text = newVote.isEmpty() ? new byte[0] : newVote.toString().getBytes(StandardCharsets.UTF_8);
        byte[] content = ByteBuffer.allocate(Long.BYTES + text.length).putLong(newTerm).put(text).array();
        try {
            SafeFile.write(file, MAGIC, content);
            term = newTerm;
            vote = newVote.copy();
            return true;
        } catch (IOException e) {
            failed = true;
            LOG.error("cannot write term {} and vote {}", newTerm, newVote, e);
            NodeImpl owner = node;
            if (owner != null) {
                owner.onError(new RaftException(
                        ErrorType.ERROR_TYPE_META, RaftError.EIO, "cannot write %s: %s", file, e.getMessage()));
            }
            return false;
        }
    }

    @Override
    public boolean setTerm(long newTerm) {
        return setTermAndVotedFor(newTerm, vote);
    }

    @Override
    public boolean setVotedFor(PeerId newVote) {
        return setTermAndVotedFor(term, newVote);
    }

    @Override
    public long getTerm() {
        return term;
    }

    @Override
    public PeerId getVotedFor() {
        return vote.copy();
    }

    @Override
    public void shutdown() {
        // Everything has been written.
    }
}
