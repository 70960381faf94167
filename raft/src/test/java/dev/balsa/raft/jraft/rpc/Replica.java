package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/** One JRaft node on the transport under test; its state is the count and the checksum of what it has applied. */
final class Replica {
    private static final String GROUP = "group";
    private static final int ELECTION_MILLIS = 700;
    private static final int CALM_MILLIS = 10_000;

    final RaftRpc rpc;
    final RpcServer server;
    final Node node;
    private final RaftGroupService service;
    private final Counter counter = new Counter();

    Replica(RpcConfig config, PeerId self, List<PeerId> peers, Path directory) throws IOException {
        Files.createDirectories(directory);
        rpc = RaftRpc.open(config);
        server = rpc.server(self.getEndpoint());
        server.init(null);
        NodeOptions options = rpc.nodeOptions();
        options.setFsm(counter);
        options.setInitialConf(new Configuration(peers));
        options.setElectionTimeoutMs(ELECTION_MILLIS);
        options.setRpcConnectTimeoutMs(200);
        options.setDisableCli(true);
        options.setSnapshotIntervalSecs(0);
        options.setLogUri(directory.resolve("log").toString());
        options.setRaftMetaUri(directory.resolve("meta").toString());
        options.setSnapshotUri(directory.resolve("snapshot").toString());
        options.getRaftOptions().setEnableLogEntryChecksum(true);
        service = new RaftGroupService(GROUP, self, options, server, true);
        node = service.start(false);
    }

    CompletableFuture<Void> propose(byte[] data) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        node.apply(new Task(ByteBuffer.wrap(data), status -> {
            if (status.isOk()) {
                done.complete(null);
            } else {
                done.completeExceptionally(new IOException(status.toString()));
            }
        }));
        return done;
    }

    /** Takes a snapshot and cuts the log behind it. */
    Status snapshot() {
        CompletableFuture<Status> done = new CompletableFuture<>();
        node.snapshot(done::complete);
        return done.join();
    }

    /** Does not elect, or give up leading, for as long as a machine may stand still. Heartbeats stay as they are. */
    void believeLeaderLong() {
        node.getOptions().setElectionTimeoutMs(CALM_MILLIS);
    }

    /** Takes {@link #believeLeaderLong} back. */
    void believeLeaderBriefly() {
        node.getOptions().setElectionTimeoutMs(ELECTION_MILLIS);
    }

    boolean leads() {
        return node.isLeader(false);
    }

    long applied() {
        return counter.entries.get();
    }

    long checksum() {
        return counter.checksum.get();
    }

    void stop() throws InterruptedException {
        service.shutdown();
        service.join();
        rpc.close();
    }

    private static final class Counter extends StateMachineAdapter {
        final AtomicLong entries = new AtomicLong();
        final AtomicLong checksum = new AtomicLong();

        @Override
        public void onApply(Iterator iterator) {
            while (iterator.hasNext()) {
                CRC32C crc = new CRC32C();
                crc.update(iterator.getData().duplicate());
                checksum.set(checksum.get() * 31 + crc.getValue());
                entries.incrementAndGet();
                if (iterator.done() != null) {
                    iterator.done().run(Status.OK());
                }
                iterator.next();
            }
        }

        @Override
        public void onSnapshotSave(SnapshotWriter writer, Closure done) {
            // Large enough that it travels in several pieces.
            ByteBuffer state = ByteBuffer.allocate(1 << 20).putLong(entries.get()).putLong(checksum.get());
            try {
                Files.write(Path.of(writer.getPath(), "state"), state.array());
                writer.addFile("state");
                done.run(Status.OK());
            } catch (IOException e) {
                done.run(new Status(-1, e.toString()));
            }
        }

        @Override
        public boolean onSnapshotLoad(SnapshotReader reader) {
            try {
                ByteBuffer state = ByteBuffer.wrap(Files.readAllBytes(Path.of(reader.getPath(), "state")));
                entries.set(state.getLong());
                checksum.set(state.getLong());
                return true;
            } catch (IOException e) {
                return false;
            }
        }
    }
}
