package dev.balsa.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Ten clients move money between accounts by WATCH, MULTI and EXEC, and the leader is killed. */
class BankTest {
    private static final int CLIENTS = 10;
    private static final int ACCOUNTS = 8;
    private static final int BALANCE = 100;
    private static final int KILLS = Integer.getInteger("balsa.kills", 2);
    private static final int TRANSFERS_BETWEEN = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private final AtomicLong transfers = new AtomicLong();
    private final AtomicLong conflicts = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean stop;
    private TestCluster cluster;

    @BeforeEach
    void three_nodes_serve() throws IOException {
        cluster = TestCluster.create(directory, 3, 1);
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(BankTest::serves));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void no_money_comes_or_goes_while_leaders_are_killed() throws Exception {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("BankTest: -Dbalsa.seed=" + seed);
        try (RespSocket socket = cluster.node(1).ports().connect(10_000)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                assertThat(socket.call("SET", "account:" + i, String.valueOf(BALANCE))).isEqualTo("+OK");
            }
        }
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            clients.add(Thread.ofPlatform().start(() -> work(number, new Random(seed + number))));
        }
        for (int round = 0; round < KILLS; round++) {
            awaitMore();
            NodeProcess leader = leader();
            leader.kill();
            awaitMore();
            leader.start();
            await().atMost(PATIENCE).until(() -> serves(leader));
        }
        stop = true;
        for (Thread client : clients) {
            client.join(PATIENCE.toMillis());
        }
        assertThat(wrong).as(cluster.logs()).isEmpty();
        try (RespSocket socket = cluster.node(2).ports().connect(10_000)) {
            assertThat(total(socket)).as(cluster.logs()).isEqualTo(ACCOUNTS * BALANCE);
        }
        System.out.println(transfers + " transfers, " + conflicts + " that a change of an account prevented");
    }

    private void work(int number, Random random) {
        for (int attempt = number; !stop; attempt++) {
            try (RespSocket socket = cluster.node(attempt % 3 + 1).ports().connect(5_000)) {
                while (!stop) {
                    transfer(socket, random);
                    if (random.nextInt(5) == 0 && total(socket) != ACCOUNTS * BALANCE) {
                        wrong.add("a transaction saw " + total(socket));
                    }
                }
            } catch (IOException nodeIsGone) {
                // The outcome of what was in flight is unknown: either way it was whole.
                Thread.onSpinWait();
            }
        }
    }

    private void transfer(RespSocket socket, Random random) throws IOException {
        String from = "account:" + random.nextInt(ACCOUNTS);
        String to = "account:" + random.nextInt(ACCOUNTS);
        if (from.equals(to) || !socket.call("WATCH", from, to).equals("+OK")) {
            return;
        }
        String source = socket.call("GET", from);
        String target = socket.call("GET", to);
        if (!source.startsWith("$") || !target.startsWith("$") || number(source) < 1) {
            socket.call("UNWATCH");
            return;
        }
        long amount = 1 + random.nextLong(number(source));
        socket.call("MULTI");
        socket.call("SET", from, String.valueOf(number(source) - amount));
        socket.call("SET", to, String.valueOf(number(target) + amount));
        String outcome = socket.call("EXEC");
        if (outcome.equals("*")) {
            conflicts.incrementAndGet();
        } else if (outcome.contains("OK")) {
            transfers.incrementAndGet();
        } else if (!outcome.startsWith("-")) {
            wrong.add("EXEC said " + outcome);
        }
    }

    /** The sum of all accounts as a transaction sees it; what it must be when no node can answer. */
    private static long total(RespSocket socket) throws IOException {
        socket.call("MULTI");
        for (int i = 0; i < ACCOUNTS; i++) {
            socket.call("GET", "account:" + i);
        }
        String all = socket.call("EXEC");
        if (all.startsWith("-")) {
            return ACCOUNTS * BALANCE;
        }
        long sum = 0;
        for (String word : all.replaceAll("[^0-9 ]", "").trim().split(" +", -1)) {
            sum += Long.parseLong(word);
        }
        return sum;
    }

    private static long number(String bulk) {
        return Long.parseLong(bulk.substring(1));
    }

    private void awaitMore() {
        long from = transfers.get();
        await().atMost(PATIENCE).until(() -> transfers.get() >= from + TRANSFERS_BETWEEN);
    }

    private NodeProcess leader() {
        return cluster.node(await().atMost(PATIENCE).until(this::leaderNumber, number -> number > 0));
    }

    private int leaderNumber() {
        for (NodeProcess node : cluster.nodes()) {
            int leader = node.isAlive() ? cluster.leader(node) : 0;
            if (leader > 0 && cluster.node(leader).isAlive()) {
                return leader;
            }
        }
        return 0;
    }

    private static boolean serves(NodeProcess node) {
        try (RespSocket socket = node.ports().connect(2_000)) {
            return socket.call("SET", "probe", "1").equals("+OK");
        } catch (IOException notYet) {
            return false;
        }
    }
}
