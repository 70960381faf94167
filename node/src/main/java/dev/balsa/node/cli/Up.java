package dev.balsa.node.cli;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.FrontSettings;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.tls.TlsDirectives;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A cluster on this machine while it runs: the nodes as processes, the front in this one. Used by one thread; stopped
 * by any.
 */
final class Up implements AutoCloseable {
    private static final long READY_MAX_MILLIS = 60_000;
    private static final long STOP_MAX_MILLIS = 8_000;

    private final UpOptions options;
    private final UpFiles files;
    private final UpBoard board;
    private final List<NodeConfig> configs;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<Thread> watches = new ArrayList<>();
    private final EventLoopGroup loops;
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Proxy front;
    private boolean closed;

    Up(UpOptions options, UpFiles files, PrintWriter out) {
        this.options = options;
        this.files = files;
        this.board = new UpBoard(out, options.groups());
        this.configs = files.configs();
        this.loops = RespServer.newLoops(1, configs.getFirst().ioTransport());
    }

    /** Starts everything and returns when clients can be served. */
    void start() throws IOException, InterruptedException {
        long from = System.nanoTime();
        checkPorts();
        board.plain("starting " + options.nodes() + " nodes with " + options.groups() + " groups in "
                + options.directory());
        for (int i = 1; i <= options.nodes(); i++) {
            NodeProcess node = new NodeProcess(i, options.nodeDirectory(i), board, options.restart());
            node.start();
            nodes.add(node);
            NodeConfig config = configs.get(i - 1);
            board.plain("  node " + i + "  pid " + node.pid() + "  port " + config.clientPort() + "  cluster port "
                    + config.clusterPort()
                    + "  raft port " + config.raftPort());
            watches.add(Thread.ofVirtual().name("watch-" + i).start(new NodeWatch(i, config, board)));
        }
        if (!board.awaitReady(options.nodes(), READY_MAX_MILLIS)) {
            throw new UserError("the cluster is not ready after " + READY_MAX_MILLIS / 1000 + " s: "
                    + board.missing(options.nodes())
                    + ". See " + options.directory() + "/node*/log");
        }
        front = startFront();
        board.plain("  leaders  " + board.leaders());
        board.plain(String.format(Locale.ROOT, "ready %s:%d in %.1f s. Try: redis-cli %s-p %d set greeting hello",
                options.bind(), options.port(), (System.nanoTime() - from) / 1e9,
                servesTls() ? files.clientOptions() : "", options.port()));
        board.tellChanges();
    }

    private void checkPorts() {
        PortCheck.requireFree(options.bind(), options.port(), "the front");
        for (int i = 1; i <= options.nodes(); i++) {
            NodeConfig config = configs.get(i - 1);
            PortCheck.requireFree("127.0.0.1", config.clientPort(), "node " + i + " for clients");
            PortCheck.requireFree("127.0.0.1", config.clusterPort(), "node " + i + " for cluster-aware clients");
            PortCheck.requireFree("127.0.0.1", config.raftPort(), "node " + i + " for replication");
        }
    }

    private Proxy startFront() {
        List<String> seeds = configs.stream().map(config -> "127.0.0.1:" + config.clusterPort()).toList();
        // A password in the nodes' configuration is the front's, too.
        String password = configs.getFirst().requirepass();
        FrontSettings settings = new FrontSettings().requirepass(password);
        try {
            ProxyConfig config = new ProxyConfig(seeds, List.of(options.bind()), servesTls() ? -1 : options.port(), 1,
                    configs.getFirst().ioTransport(), configs.getFirst().clusterSecret(), (int) (READY_MAX_MILLIS / 1000), tls(), null,
                    settings);
            return Proxy.start(config, loops, this::stop);
        } catch (IOException e) {
            throw new UserError("the front does not start: " + e.getMessage());
        }
    }

    /** The front is as the first node. */
    private boolean servesTls() {
        return configs.getFirst().port() == 0 && configs.getFirst().tlsPort() != 0;
    }

    private Map<String, String> tls() {
        NodeConfig node = configs.getFirst();
        Map<String, String> values = new HashMap<>();
        TlsDirectives.ALL.forEach(row -> values.put(row.name(), node.value(row.name())));
        values.put("tls-port", servesTls() ? Integer.toString(options.port()) : "0");
        return values;
    }

    /** Waits until {@link #stop}. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Ends {@link #awaitStop}; any thread, also a signal's. */
    void stop() {
        stop.countDown();
    }

    /** Stops the front, then all nodes; leaves no process. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        watches.forEach(Thread::interrupt);
        if (front != null) {
            front.close();
        }
        nodes.forEach(NodeProcess::stop);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MAX_MILLIS);
        nodes.forEach(node -> node.awaitStop(deadline));
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        files.close();
        board.plain("stopped");
    }
}
