package dev.balsa.chaos.cluster;

import dev.balsa.chaos.workload.RespSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Some nodes on this machine, each a process, each with a directory and addresses of its own. Owned by the test's thread. */
public final class TestCluster implements AutoCloseable {
    private final Path directory;
    private final List<NodeProcess> nodes = new ArrayList<>();

    private TestCluster(Path directory) {
        this.directory = directory;
    }

    /**
     * Prepares (does not start) a cluster; node <i>i</i> gets the loopback address 127.0.1.<i>i</i>, so that its traffic can be told from the others'.
     *
     * @param directives further lines for every node's configuration
     */
    public static TestCluster create(Path directory, int nodeCount, int groupCount, String... directives) throws IOException {
        List<NodeProcess.Ports> ports = new ArrayList<>();
        for (int i = 1; i <= nodeCount; i++) {
            String host = "127.0.1." + i;
            ports.add(new NodeProcess.Ports(host, freePort(host), freePort(host), freePort(host)));
        }
        return create(directory, ports, groupCount, false, directives);
    }

    /** As {@link #create}, each node in a network namespace of its own ({@link Namespaces}, made before). */
    public static TestCluster createInNamespaces(Path directory, int nodeCount, int groupCount, String... directives)
            throws IOException {
        List<NodeProcess.Ports> ports = new ArrayList<>();
        for (int i = 1; i <= nodeCount; i++) {
            ports.add(new NodeProcess.Ports(Namespaces.address(i), 6379, 6479, 16379));
        }
        return create(directory, ports, groupCount, true, directives);
    }

    private static TestCluster create(
            Path directory, List<NodeProcess.Ports> ports, int groupCount, boolean namespaces, String... directives)
            throws IOException {
        TestCluster cluster = new TestCluster(directory);
        for (int i = 1; i <= ports.size(); i++) {
            Path home = Files.createDirectories(directory.resolve("node" + i));
            Path config = home.resolve("node.conf");
            Files.write(config, configuration(i, ports, home, groupCount, directives));
            cluster.nodes.add(new NodeProcess(
                    i, config, directory.resolve("node" + i + ".log"), ports.get(i - 1), namespaces ? Namespaces.prefix(i) : List.of()));
        }
        return cluster;
    }

    private static List<String> configuration(
            int number, List<NodeProcess.Ports> all, Path home, int groupCount, String[] directives) {
        NodeProcess.Ports own = all.get(number - 1);
        List<String> lines = new ArrayList<>();
        lines.add("node-id " + id(number));
        lines.add("bind " + own.host());
        lines.add("port " + own.plain());
        lines.add("cluster-port " + own.cluster());
        lines.add("raft-port " + own.raft());
        lines.add("dir " + home.toAbsolutePath());
        lines.add("groups " + groupCount);
        for (int i = 1; i <= all.size(); i++) {
            NodeProcess.Ports peer = all.get(i - 1);
            lines.add("cluster-node " + id(i) + " " + peer.host() + " " + peer.plain() + " " + peer.cluster() + " " + peer.raft());
        }
        lines.addAll(List.of(directives));
        return lines;
    }

    private static String id(int number) {
        return String.format(Locale.ROOT, "%040x", number);
    }

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    public List<NodeProcess> nodes() {
        return nodes;
    }

    /** Node <i>number</i>, from 1 on. */
    public NodeProcess node(int number) {
        return nodes.get(number - 1);
    }

    public void startAll() throws IOException {
        for (NodeProcess node : nodes) {
            if (!node.isAlive()) {
                node.start();
            }
        }
    }

    /**
     * Which node leads the group of slot 0, as the node {@code asked} sees it; 0 = it knows of none or does not answer.
     */
    public int leader(NodeProcess asked) {
        try (RespSocket socket = RespSocket.connect(asked.ports().host(), asked.ports().cluster(), 2_000)) {
            String slots = socket.call("CLUSTER", "SLOTS");
            // One range: "*:0 :16383 *$127.0.1.2 :port $id *…": the first host named is the leader; its last number is the node's.
            Matcher host = Pattern.compile("\\$\\d+\\.\\d+\\.\\d+\\.(\\d+)").matcher(slots);
            return host.find() ? Integer.parseInt(host.group(1)) : 0;
        } catch (IOException down) {
            return 0;
        }
    }

    /** Whether a write through that node is acknowledged now. */
    public static boolean serves(NodeProcess node) {
        try (RespSocket socket = RespSocket.connect(node.ports(), 2_000)) {
            return socket.call("SET", "probe", "1").equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Group, index and digest of each of the node's replicas. */
    public static String digest(NodeProcess node) throws IOException {
        try (RespSocket socket = RespSocket.connect(node.ports().host(), node.ports().cluster(), 10_000)) {
            return socket.call("BALSA", "DIGEST");
        }
    }

    /** The ends of all logs, for a failing test's message. */
    public String logs() {
        StringBuilder text = new StringBuilder();
        for (NodeProcess node : nodes) {
            text.append("--- node ").append(node.number()).append('\n').append(node.tail()).append('\n');
        }
        return text.toString();
    }

    /** Kills what still runs and removes the directory. */
    @Override
    public void close() throws IOException {
        for (NodeProcess node : nodes) {
            if (node.isAlive()) {
                node.kill();
            }
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
