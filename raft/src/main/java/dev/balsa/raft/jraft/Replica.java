package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftServiceFactory;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.RaftStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens and closes the JRaft node of a group. Thread-safe by its monitor; {@link #node} may be read by anyone. */
final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final JRaftHost host;
    private final JRaftGroup group;
    private final RaftConfig config;
    private final JRaftStateMachine adapter;
    private volatile @Nullable Node node;
    private volatile @Nullable Storages storages;
    private boolean threads;

    Replica(JRaftHost host, JRaftGroup group, RaftConfig config, JRaftStateMachine adapter) {
        this.host = host;
        this.group = group;
        this.config = config;
        this.adapter = adapter;
    }

    @Nullable Node node() {
        return node;
    }

    long firstLogIndex() {
        Storages open = storages;
        return open == null || node == null ? 0 : open.firstLogIndex();
    }

    synchronized void start() {
        GroupThreads.open(config.group());
        threads = true;
        try {
            Files.createDirectories(config.directory());
            if (!VoteStorage.exists(Storages.votesDirectory(config))) {
                VoteStorage.create(Storages.votesDirectory(config));
            }
            VoteStorage.check(Storages.votesDirectory(config));
            open(initial());
        } catch (IOException e) {
            releaseThreads();
            throw cannotStart(e.getMessage(), e);
        } catch (RaftStartException e) {
            releaseThreads();
            throw e;
        }
    }

    private Configuration initial() {
        var initial = new Configuration();
        for (String peer : config.initialPeers()) {
            initial.addPeer(new PeerId(JRaftHost.endpoint(peer), 0));
        }
        return initial;
    }

    private void open(Configuration initial) {
        var files = new Storages(config);
        NodeOptions options = JRaftOptions.node(config, initial, adapter, files, host);
        Node opened = RaftServiceFactory.createRaftNode(config.group(), group.selfPeer());
        Throwable thrown = null;
        boolean ready = false;
        try {
            storages = files;
            // Published first: JRaft may elect this replica, and run callbacks that ask for the node, before init returns.
            node = opened;
            ready = opened.init(options);
        } catch (RuntimeException e) {
            thrown = e;
        }
        if (!ready) {
            node = null;
            end(opened);
            throw cannotStart(reason(files, thrown), thrown);
        }
    }

    private String reason(Storages files, @Nullable Throwable thrown) {
        String log = files.logProblem();
        if (log != null) {
            return log;
        }
        String snapshot = adapter.refusal();
        if (snapshot != null) {
            return snapshot;
        }
        return thrown == null ? "JRaft refused its files in " + config.directory() + ", see the log lines above" : thrown.toString();
    }

    private RaftStartException cannotStart(@Nullable String reason, @Nullable Throwable cause) {
        String text = "group " + config.group() + " cannot start on " + config.self() + ": " + reason
                + ". Do not delete single files. If the other members are healthy, move " + config.directory()
                + " away and let this replica rejoin: remove it from the group, start it, add it again";
        return cause == null ? new RaftStartException(text) : new RaftStartException(text, cause);
    }

    /** JRaft is in its error state: it neither votes nor appends. */
    void broken(RaftException error) {
        group.fail(error);
    }

    void tick() {}

    void close() {
        Node open;
        synchronized (this) {
            open = node;
            node = null;
        }
        if (open != null) {
            end(open);
        }
        releaseThreads();
        host.closed(group);
    }

    private synchronized void releaseThreads() {
        if (threads) {
            threads = false;
            GroupThreads.close(config.group());
        }
    }

    /** Shuts a node down and waits until its threads and files are closed; bounded, because it waits for a snapshot that is being written. */
    private void end(Node opened) {
        var down = new CountDownLatch(1);
        try {
            opened.shutdown(status -> down.countDown());
            if (!down.await(config.limits().snapshotCloseMaxMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("group {}: JRaft did not end in {} ms", group.name(), config.limits().snapshotCloseMaxMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("group {}: JRaft did not end cleanly", group.name(), e);
        }
    }
}
