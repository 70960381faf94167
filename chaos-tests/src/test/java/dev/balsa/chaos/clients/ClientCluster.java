package dev.balsa.chaos.clients;

import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Three nodes with three groups that serve, for the tests of clients. Owned by the test's thread. */
final class ClientCluster implements AutoCloseable {
    static final int NODES = 3;
    /** A key of each group: slots 15495, 3300 and 7365. */
    static final String[] KEY_OF_GROUP = {"a", "b", "c"};

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 10_000;

    private final TestCluster cluster;
    private final String password;

    private ClientCluster(TestCluster cluster, String password) {
        this.cluster = cluster;
        this.password = password;
    }

    /**
     * Starts it and waits until every node takes commands for every group.
     *
     * @param password empty: none
     */
    static ClientCluster start(Path directory, String password) throws IOException {
        List<String> directives = new ArrayList<>();
        // Clients are what is tested here: no leader is to lose its office because this machine is busy elsewhere,
        // or to move in the middle of a test: a cluster-aware client is told so, and some do not try again.
        directives.addAll(List.of("election-timeout-millis 3000", "spread-leaders-after-millis 0"));
        if (!password.isEmpty()) {
            directives.add("requirepass " + password);
        }
        TestCluster nodes = TestCluster.create(directory, NODES, 3, directives.toArray(String[]::new));
        ClientCluster started = new ClientCluster(nodes, password);
        try {
            started.cluster.startAll();
            started.awaitServing();
            started.spreadLeaders();
            return started;
        } catch (RuntimeException | IOException e) {
            System.out.println(started.cluster.logs());
            started.close();
            throw e;
        }
    }

    /** Each node leads one group from now on, until one hands over. */
    void spreadLeaders() throws IOException {
        spreadAfter("500");
        await().atMost(PATIENCE).until(() -> IntStream.rangeClosed(1, NODES)
                .allMatch(node -> leadersSeenBy(node).equals(List.of("127.0.1.1", "127.0.1.2", "127.0.1.3"))));
        spreadAfter("0");
        awaitServing();
    }

    private void spreadAfter(String millis) throws IOException {
        for (int node = 1; node <= NODES; node++) {
            try (RespSocket socket = aware(node)) {
                String reply = socket.call("CONFIG", "SET", "spread-leaders-after-millis", millis);
                if (!reply.equals("+OK")) {
                    throw new IllegalStateException("CONFIG SET: " + reply);
                }
            }
        }
    }

    /** Of each group, in the order of their slots; fewer if a group is led by nobody. */
    private List<String> leadersSeenBy(int node) {
        try (RespSocket socket = aware(node)) {
            // Each range names its leader first: ":first :last *$host".
            return Pattern.compile(":\\d+ :\\d+ \\*\\$(127\\.0\\.1\\.\\d)").matcher(socket.call("CLUSTER", "SLOTS"))
                    .results().map(found -> found.group(1)).toList();
        } catch (IOException busy) {
            return List.of();
        }
    }

    void awaitServing() {
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(this::serves));
    }

    private boolean serves(NodeProcess node) {
        try (RespSocket plain = plain(node.number());
                RespSocket aware = aware(node.number())) {
            for (String key : KEY_OF_GROUP) {
                if (!plain.call("SET", "{" + key + "}probe", "serves").equals("+OK")) {
                    return false;
                }
            }
            return aware.call("CLUSTER", "INFO").contains("cluster_state:ok");
        } catch (IOException down) {
            return false;
        }
    }

    NodeProcess.Ports ports(int node) {
        return cluster.node(node).ports();
    }

    /** A connection to a node's port for plain clients, authenticated. */
    RespSocket plain(int node) throws IOException {
        return authenticated(ports(node).plain(), ports(node).host());
    }

    /** A connection to a node's port for cluster-aware clients, authenticated. */
    RespSocket aware(int node) throws IOException {
        return authenticated(ports(node).cluster(), ports(node).host());
    }

    private RespSocket authenticated(int port, String host) throws IOException {
        RespSocket socket = RespSocket.connect(host, port, TIMEOUT_MILLIS);
        if (!password.isEmpty()) {
            socket.call("AUTH", password);
        }
        return socket;
    }

    /** The node that leads the first group, as all nodes see it. */
    int leader() {
        return await().atMost(PATIENCE).until(this::leaderForAll, number -> number > 0);
    }

    /** 0 = they do not agree, or a group is led by nobody. */
    private int leaderForAll() {
        List<List<String>> seen = IntStream.rangeClosed(1, NODES).mapToObj(this::leadersSeenBy).distinct().toList();
        boolean agreed = seen.size() == 1 && seen.getFirst().size() == KEY_OF_GROUP.length;
        return agreed ? seen.getFirst().getFirst().charAt("127.0.1.".length()) - '0' : 0;
    }

    /** Has the node hand over all that it leads to {@code to}, and waits until everybody has heard of it. */
    void handOver(int from, int to) throws IOException {
        try (RespSocket socket = aware(from)) {
            String reply = socket.call(
                    "FAILOVER", "TO", ports(to).host(), Integer.toString(ports(to).cluster()));
            if (!reply.equals("+OK")) {
                throw new IllegalStateException("FAILOVER: " + reply);
            }
        }
        await().atMost(PATIENCE).until(() -> leaderForAll() == to);
        awaitServing();
    }

    String logs() {
        return cluster.logs();
    }

    @Override
    public void close() throws IOException {
        cluster.close();
    }
}
