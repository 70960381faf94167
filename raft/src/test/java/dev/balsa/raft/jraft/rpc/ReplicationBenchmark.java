package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three JRaft nodes in one process on Bolt or on this transport: what an entry of 64 bytes costs in all, from {@code
 * apply} on the leader to its closure. Arguments: {@code bolt} or {@code ours}, directory for the logs.
 */
public final class ReplicationBenchmark {
    private static final int[] OUTSTANDING = {1, 16, 256};
    private static final int ROUND_MILLIS = Integer.getInteger("bench.millis", 4000);

    private ReplicationBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("bolt")) {
            // JRaft takes the factory of the highest priority that its loader can see: one that cannot see ours.
            new WithoutOurs()
                    .loadClass(ReplicationBenchmark.class.getName())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {"seen-from-inside", arguments[1], "bolt"});
            return;
        }
        boolean bolt = arguments.length == 3;
        List<Node> nodes = start(bolt, Path.of(arguments[1]));
        Node leader = awaitLeader(nodes);
        run(leader, 64, 5_000);
        for (int outstanding : OUTSTANDING) {
            run(leader, outstanding, 1_000);
            String result = run(leader, outstanding, ROUND_MILLIS);
            System.out.printf("| %s | %d | %s |%n", bolt ? "Bolt" : "ours", outstanding, result);
        }
        System.exit(0);
    }

    private static List<Node> start(boolean bolt, Path directory) throws IOException {
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                peers.add(new PeerId("127.0.0.1", free.getLocalPort()));
            }
        }
        List<Node> nodes = new ArrayList<>();
        for (PeerId self : peers) {
            nodes.add(start(bolt, self, peers, directory.resolve("n" + self.getPort())));
        }
        return nodes;
    }

    private static Node start(boolean bolt, PeerId self, List<PeerId> peers, Path directory) throws IOException {
        Files.createDirectories(directory);
        RaftRpc rpc = bolt ? null : RaftRpc.open(RpcConfig.defaults("bench"));
        NodeOptions options = rpc == null ? new NodeOptions() : rpc.nodeOptions();
        options.setFsm(new Machine());
        options.setInitialConf(new Configuration(peers));
        options.setElectionTimeoutMs(5_000);
        options.setSnapshotIntervalSecs(0);
        options.getRaftOptions().setMaxReplicatorInflightMsgs(Integer.getInteger("bench.inflight", 256));
        options.setLogUri(directory.resolve("log").toString());
        options.setRaftMetaUri(directory.resolve("meta").toString());
        if (rpc == null) {
            return new RaftGroupService("bench", self, options).start();
        }
        RpcServer server = rpc.server(self.getEndpoint());
        server.init(null);
        return new RaftGroupService("bench", self, options, server, true).start(false);
    }

    private static Node awaitLeader(List<Node> nodes) {
        while (true) {
            for (Node node : nodes) {
                if (node.isLeader(false)) {
                    return node;
                }
            }
            Thread.onSpinWait();
        }
    }

    private static String run(Node leader, int outstanding, long millis) throws Exception {
        AtomicLong completed = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(outstanding);
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long switches = TransportBenchmark.switches();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < outstanding; i++) {
            propose(leader, start + millis * 1_000_000, completed, ended);
        }
        ended.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        double count = completed.get();
        return String.format("%,.0f | %.1f | %.2f", count / seconds, (system.getProcessCpuTime() - cpu) / 1e3 / count,
                (TransportBenchmark.switches() - switches) / count);
    }

    private static void propose(Node leader, long endNanos, AtomicLong completed, CountDownLatch ended) {
        leader.apply(new Task(ByteBuffer.allocate(64), status -> {
            if (!status.isOk()) {
                throw new IllegalStateException(status.toString());
            }
            completed.incrementAndGet();
            if (System.nanoTime() - endNanos >= 0) {
                ended.countDown();
            } else {
                propose(leader, endNanos, completed, ended);
            }
        }));
    }

    private static final class Machine extends StateMachineAdapter {
        @Override
        public void onApply(Iterator iterator) {
            while (iterator.hasNext()) {
                if (iterator.done() != null) {
                    iterator.done().run(Status.OK());
                }
                iterator.next();
            }
        }
    }

    private static final class WithoutOurs extends URLClassLoader {
        WithoutOurs() throws MalformedURLException {
            super(urls(), ClassLoader.getPlatformClassLoader());
        }

        private static URL[] urls() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return urls.toArray(URL[]::new);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            List<URL> found = Collections.list(super.getResources(name));
            if (name.endsWith(RaftRpcFactory.class.getName())) {
                found.removeIf(url -> url.getProtocol().equals("file"));
            }
            return Collections.enumeration(found);
        }
    }
}
