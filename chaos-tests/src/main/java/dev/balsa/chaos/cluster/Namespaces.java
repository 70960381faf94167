package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of this machine, one a node, on a bridge of their own: so each node has an address of its own and partitions are real. Needs root and iproute2. Owned by
 * the test's thread. Needs iptables and tc, too, for what {@link Network} can do.
 *
 * <pre>
 *   root namespace 10.77.0.254 ── bridge ─┬─ node 1  10.77.0.1
 *                                         ├─ node 2  10.77.0.2
 *                                         └─ node 3  10.77.0.3
 * </pre>
 */
public final class Namespaces implements Network, AutoCloseable {
    private static final String BRIDGE = "balsabr0";
    private static final String PROBE = "balsa-probe";
    private static final String NETWORK = "10.77.0.";
    private static final int HOST = 254;

    private final int nodes;

    private Namespaces(int nodes) {
        this.nodes = nodes;
    }

    /** Whether this machine lets us. */
    public static boolean available() {
        quietly("ip", "netns", "del", PROBE);
        try {
            Shell.run("ip", "netns", "add", PROBE);
            // A container may be allowed the one and not the other.
            Shell.run("ip", "link", "add", "balsap0", "type", "veth", "peer", "name", "eth0", "netns", PROBE);
            Shell.run("ip", "link", "add", "balsap1", "type", "bridge");
            Shell.run("nsenter", "--net=/run/netns/" + PROBE, "ip", "link", "set", "lo", "up");
            return true;
        } catch (IOException no) {
            return false;
        } finally {
            quietly("ip", "link", "del", "balsap0");
            quietly("ip", "link", "del", "balsap1");
            quietly("ip", "netns", "del", PROBE);
        }
    }

    /** Makes the bridge and the namespaces of nodes 1 to {@code nodes}; leftovers of a killed run are removed first. */
    public static Namespaces create(int nodes) throws IOException {
        Namespaces made = new Namespaces(nodes);
        made.close();
        Shell.run("ip", "link", "add", BRIDGE, "type", "bridge");
        Shell.run("ip", "addr", "add", NETWORK + HOST + "/24", "dev", BRIDGE);
        Shell.run("ip", "link", "set", BRIDGE, "up");
        for (int i = 1; i <= nodes; i++) {
            Shell.run("ip", "netns", "add", name(i));
            Shell.run("ip", "link", "add", "balsav" + i, "type", "veth", "peer", "name", "eth0", "netns", name(i));
            Shell.run("ip", "link", "set", "balsav" + i, "master", BRIDGE, "up");
            inside(i, "ip", "addr", "add", address(i) + "/24", "dev", "eth0");
            inside(i, "ip", "link", "set", "eth0", "up");
            inside(i, "ip", "link", "set", "lo", "up");
        }
        return made;
    }

    /** Address of this machine's own namespace, where proxies and clients are. */
    public static String hostAddress() {
        return NETWORK + HOST;
    }

    /** Address of node {@code number}. */
    public static String address(int number) {
        return NETWORK + number;
    }

    /**
     * What to put before a command so that it runs as node {@code number}'s. Not {@code ip netns exec}: that makes a
     * mount namespace, too, which would hold the disks of all nodes.
     */
    static List<String> prefix(int number) {
        return List.of("nsenter", "--net=/run/netns/" + name(number));
    }

    /** Nothing that node {@code number} sends reaches another node any more; clients still reach it. */
    public void isolate(int number) throws IOException {
        for (int peer = 1; peer <= nodes; peer++) {
            if (peer != number) {
                inside(number, "ip", "route", "add", "blackhole", address(peer) + "/32");
            }
        }
    }

    public void heal(int number) throws IOException {
        for (int peer = 1; peer <= nodes; peer++) {
            if (peer != number) {
                inside(number, "ip", "route", "del", "blackhole", address(peer) + "/32");
            }
        }
    }

    @Override
    public void cut(int from, int to) throws IOException {
        inside(to, "iptables", "-A", "INPUT", "-s", address(from), "-j", "DROP");
    }

    @Override
    public void healAll() throws IOException {
        for (int i = 1; i <= nodes; i++) {
            inside(i, "iptables", "-F", "INPUT");
            try {
                inside(i, "tc", "qdisc", "del", "dev", "eth0", "root");
            } catch (IOException notSlow) {
                // There is nothing to remove.
            }
        }
    }

    @Override
    public void lose(int number, double probability) throws IOException {
        for (int peer = 1; peer <= nodes; peer++) {
            if (peer != number) {
                inside(number, "iptables", "-A", "INPUT", "-s", address(peer), "-m", "statistic", "--mode", "random",
                        "--probability", Double.toString(probability), "-j", "DROP");
            }
        }
    }

    @Override
    public void slow(int number, int kilobitsPerSecond) throws IOException {
        inside(number, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", kilobitsPerSecond + "kbit",
                "burst", "4kb", "latency", "400ms");
    }

    @Override
    public void close() {
        for (int i = 1; i <= nodes; i++) {
            quietly("ip", "netns", "del", name(i));
            quietly("ip", "link", "del", "balsav" + i);
        }
        quietly("ip", "link", "del", BRIDGE);
    }

    private static String name(int number) {
        return "balsa-node-" + number;
    }

    private static void inside(int number, String... command) throws IOException {
        List<String> whole = new ArrayList<>(prefix(number));
        whole.addAll(List.of(command));
        Shell.run(whole.toArray(String[]::new));
    }

    private static void quietly(String... command) {
        try {
            Shell.run(command);
        } catch (IOException notThere) {
            // There is nothing to remove.
        }
    }
}
