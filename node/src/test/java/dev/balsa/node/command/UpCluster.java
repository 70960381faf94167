package dev.balsa.node.command;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** What {@code balsa up} starts: three nodes, one group, a front, each a process. Ended with {@link #close}. */
final class UpCluster implements AutoCloseable {
    private static final String FLAGS = "/dev/balsa/node/cli/server.flags";
    private static final int NODES = 3;
    private static final int CLUSTER_DISTANCE = 100;
    private static final int RAFT_DISTANCE = 10_000;
    private static final int START_SECONDS_MAX = 60;

    private static final Pattern MASTER = Pattern.compile("master - \\d+ \\d+ (\\d+) connected");

    private final Process process;
    private final Path log;
    private final int port;

    /** @param directory where everything lies */
    UpCluster(Path directory) throws IOException {
        port = freePorts();
        log = directory.resolve("up.log");
        configure(directory.resolve("up"));
        process = new ProcessBuilder(command(directory))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await().atMost(START_SECONDS_MAX, TimeUnit.SECONDS).until(this::isReady);
    }

    /** As {@code balsa up} would do it, but that DEBUG is allowed, and who leads stays. */
    private void configure(Path directory) throws IOException {
        List<String> lines = new ArrayList<>(
                List.of("dir .", "groups 1", "enable-debug-command yes", "spread-leaders-after-millis 0"));
        for (int i = 1; i <= NODES; i++) {
            lines.add("cluster-node " + id(i) + " 127.0.0.1 " + (port + i) + " " + (port + CLUSTER_DISTANCE + i) + " "
                    + (port + RAFT_DISTANCE + i));
        }
        for (int i = 1; i <= NODES; i++) {
            Path node = Files.createDirectories(directory.resolve("node" + i));
            List<String> all = new ArrayList<>(lines);
            all.add("node-id " + id(i));
            Files.write(node.resolve("node.conf"), all);
        }
    }

    private static String id(int node) {
        return String.valueOf(node).repeat(40);
    }

    private boolean isReady() throws IOException {
        String said = Files.readString(log);
        if (!process.isAlive()) {
            throw new IOException(said);
        }
        return said.contains("ready 127.0.0.1");
    }

    /** A connection to the front. */
    RespConnection front() throws IOException {
        return new RespConnection(port, process);
    }

    /** A connection to the port for plain clients of a node that does not lead, a front itself. */
    RespConnection follower() throws IOException {
        return new RespConnection(port + 1 + leader() % NODES, process);
    }

    /** A connection to the port for cluster-aware clients of the node that leads. */
    RespConnection node() throws IOException {
        return new RespConnection(port + CLUSTER_DISTANCE + leader(), process);
    }

    /** One of the ways to the cluster. */
    interface Port {
        RespConnection connect(UpCluster cluster) throws IOException;
    }

    /** What is done with a connection; the result is what was wrong. */
    interface Conversation {
        List<String> hold(RespConnection connection) throws IOException;
    }

    /**
     * Holds a conversation under one leader: if a slow machine has made the nodes elect another one meanwhile, what was
     * said to the first one may have been refused, or its outcome be unknown, so it is held again.
     */
    List<String> underOneLeader(Port way, Conversation conversation) throws IOException {
        for (int attempt = 1; ; attempt++) {
            long term = term();
            List<String> wrong;
            try (RespConnection connection = way.connect(this)) {
                wrong = conversation.hold(connection);
            } catch (IOException broken) {
                wrong = List.of(broken.toString());
            }
            if (wrong.isEmpty() || attempt == 3 || term() == term) {
                return wrong;
            }
        }
    }

    /** The term in which the group is led. */
    private long term() throws IOException {
        try (RespConnection node = new RespConnection(port + CLUSTER_DISTANCE + leader(), process)) {
            Matcher line = MASTER.matcher(node.call("CLUSTER", "NODES").shown());
            return line.find() ? Long.parseLong(line.group(1)) : -1;
        }
    }

    private int leader() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            for (int i = 1; i <= NODES; i++) {
                try (RespConnection node = new RespConnection(port + CLUSTER_DISTANCE + i, process)) {
                    if (!(node.call("GET", "probe") instanceof Reply.Failure)) {
                        return i;
                    }
                }
            }
            if (System.nanoTime() > end) {
                throw new IOException("nobody leads: " + Files.readString(log));
            }
        }
    }

    private List<String> command(Path directory) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        try (InputStream flags = UpCluster.class.getResourceAsStream(FLAGS)) {
            if (flags == null) {
                throw new FileNotFoundException(FLAGS + " is not in the class path");
            }
            new String(flags.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("-"))
                    .forEach(command::add);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.balsa.node.cli.Balsa", "up", "--port",
                String.valueOf(port), "--groups", "1", "--dir", directory.resolve("up").toString()));
        return command;
    }

    /** A port so that all that follow from it are free. */
    private static int freePorts() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 20_000);
            boolean free = isFree(port);
            for (int i = 1; i <= NODES; i++) {
                free &= isFree(port + i) && isFree(port + CLUSTER_DISTANCE + i) && isFree(port + RAFT_DISTANCE + i);
            }
            if (free) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, START_SECONDS_MAX, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
