package dev.balsa.chaos.cluster;

import dev.balsa.chaos.client.RespSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Some nodes, each with a directory and addresses of its own, and proxies in front of them. Processes of this machine,
 * unless they were {@link #given}. Owned by the test's thread.
 */
public final class TestCluster implements AutoCloseable {
    private final Path directory;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<ProxyProcess> proxies = new ArrayList<>();

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
            int[] free = freePorts(host, 3);
            ports.add(new NodeProcess.Ports(host, free[0], free[1], free[2]));
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
            Path home = Files.createDirectories(directory.resolve("node" + i)).toAbsolutePath();
            Path config = home.resolve("node.conf");
            Files.write(config, configuration(i, ports, home, groupCount, directives));
            Path log = directory.resolve("node" + i + ".log");
            cluster.nodes.add(new NodeProcess(i, home, log, ports.get(i - 1), new ChildProcess(
                    List.of("node", config.toString()), log, namespaces ? Namespaces.prefix(i) : List.of())));
        }
        return cluster;
    }

    /**
     * Nodes that run already, somewhere.
     *
     * @param directory for what this side keeps
     */
    public static TestCluster given(Path directory, List<NodeProcess.Ports> ports, ControlScript script) {
        TestCluster cluster = new TestCluster(directory);
        for (int i = 1; i <= ports.size(); i++) {
            cluster.nodes.add(new NodeProcess(i, directory.resolve("node" + i), directory.resolve("node" + i + ".log"),
                    ports.get(i - 1), new ScriptedMachine(script, i)));
        }
        return cluster;
    }

    /** Prepares (does not start) a proxy that knows all nodes, on this machine's own network. */
    public ProxyProcess addProxy() throws IOException {
        NodeProcess.Ports first = nodes.getFirst().ports();
        String host = first.host().equals(Namespaces.address(1)) ? Namespaces.hostAddress() : first.host();
        int port = freePorts(host, 1)[0];
        while (Set.of(first.plain(), first.cluster(), first.raft()).contains(port)) {
            port = freePorts(host, 1)[0];
        }
        Path config = directory.resolve("proxy.conf");
        Files.write(config, List.of("bind " + host, "port " + port, "seeds " + String.join(" ", nodes.stream()
                .map(node -> node.ports().clusterAddress()).toList())));
        ProxyProcess proxy = new ProxyProcess(new InetSocketAddress(host, port), new ChildProcess(
                List.of("proxy", config.toString()), directory.resolve("proxy.log"), List.of()));
        proxies.add(proxy);
        return proxy;
    }

    public List<ProxyProcess> proxies() {
        return proxies;
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

    /** Different ones: all are held until the last is found, or the system could give one of them twice. */
    private static int[] freePorts(String host, int count) throws IOException {
        if (count == 0) {
            return new int[0];
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            int[] ports = Arrays.copyOf(freePorts(host, count - 1), count);
            ports[count - 1] = socket.getLocalPort();
            return ports;
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
        for (ProxyProcess proxy : proxies) {
            if (!proxy.isAlive()) {
                proxy.start();
            }
        }
    }

    /**
     * Which node leads the group of slot 0, as the node {@code asked} sees it; 0 = it knows of none or does not answer.
     */
    public int leader(NodeProcess asked) {
        try (RespSocket socket = asked.ports().connectCluster(2_000)) {
            String slots = socket.call("CLUSTER", "SLOTS");
            // The first range: "*:0 :16383 *$127.0.1.2 :port $id *…": the first address is its leader's.
            Matcher first = Pattern.compile("\\$(\\S+) :(\\d+)").matcher(slots);
            return first.find() ? numberOf(first.group(1), Integer.parseInt(first.group(2))) : 0;
        } catch (IOException down) {
            return 0;
        }
    }

    private int numberOf(String host, int clusterPort) {
        for (NodeProcess node : nodes) {
            if (node.ports().host().equals(host) && node.ports().cluster() == clusterPort) {
                return node.number();
            }
        }
        return 0;
    }

    /** Whether a write through that node is acknowledged now, and a read of every group answered. */
    public static boolean serves(NodeProcess node) {
        try (RespSocket socket = node.ports().connect(2_000)) {
            return socket.call("SET", "probe", "1").equals("+OK") && socket.call("DBSIZE").startsWith(":");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Up to which entry the node has applied the log of each of its groups, in their order; empty = it does not answer. */
    public static List<Long> applied(NodeProcess node) {
        try (RespSocket socket = node.ports().connectCluster(2_000)) {
            return Pattern.compile("applied=(\\d+)").matcher(socket.call("INFO", "balsa_groups")).results()
                    .map(found -> Long.parseLong(found.group(1)))
                    .toList();
        } catch (IOException down) {
            return List.of();
        }
    }

    /** Group, index and digest of each of the node's replicas. */
    public static String digest(NodeProcess node) throws IOException {
        try (RespSocket socket = node.ports().connectCluster(10_000)) {
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

    /** Kills what still runs, unless it was {@link #given}, and removes the directory. */
    @Override
    public void close() throws IOException {
        for (NodeProcess node : nodes) {
            if (node.isHere() && node.isAlive()) {
                node.kill();
            }
        }
        proxies.stream().filter(ProxyProcess::isAlive).forEach(ProxyProcess::kill);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
