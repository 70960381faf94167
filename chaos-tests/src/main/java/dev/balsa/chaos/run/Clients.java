package dev.balsa.chaos.run;

import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.ProxyProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.workload.Workload;
import dev.balsa.chaos.workload.Workload.Operation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one workload, a thread each, and the history of what they did. A client whose operation has an unknown
 * end goes on as another process, as in Jepsen. Thread-safe.
 */
final class Clients {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final long INSIST_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Workload workload;
    private final TestCluster cluster;
    private final Plan plan;
    private final Recorder recorder;
    private final Random random;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable Client> connections;
    private volatile boolean stop;

    Clients(Workload workload, TestCluster cluster, Plan plan, Recorder recorder) {
        this.workload = workload;
        this.cluster = cluster;
        this.plan = plan;
        this.recorder = recorder;
        this.random = new Random(plan.seed() ^ workload.name().hashCode());
        this.connections = new AtomicReferenceArray<>(plan.clients());
    }

    Workload workload() {
        return workload;
    }

    Recorder recorder() {
        return recorder;
    }

    /** What comes before the clients, until it has succeeded. */
    void first() throws InterruptedException {
        for (Operation operation : workload.first()) {
            insist(operation, false);
        }
    }

    void start() {
        for (int i = 0; i < plan.clients(); i++) {
            int number = i;
            threads.add(Thread.ofPlatform().daemon().name(workload.name() + "-" + i).start(() -> work(number)));
        }
    }

    void stop() throws InterruptedException {
        stop = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** What comes after the clients, written down. */
    void last() throws InterruptedException {
        for (Operation operation : workload.last()) {
            insist(operation, true);
        }
    }

    void cut() {
        each(Client::cut);
    }

    /** The next command of each is sent in part, then its connection breaks. */
    void cutWithinCommands() {
        each(Client::cutWithinCommand);
    }

    private void each(Consumer<Client> what) {
        for (int i = 0; i < connections.length(); i++) {
            Client client = connections.get(i);
            if (client != null) {
                what.accept(client);
            }
        }
    }

    // -- a client -----------------------------------------------------------------------------------------------------

    private void work(int number) {
        int process = number;
        Client client = null;
        int failures = 0;
        while (!stop) {
            long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1) / plan.rate();
            if (client == null) {
                client = connect(number);
                connections.set(number, client);
            }
            if (client != null) {
                Operation operation = next(number);
                recorder.invoke(process, operation.f(), operation.argument());
                Outcome outcome = run(client, operation, process);
                if (outcome == Outcome.UNKNOWN) {
                    process += plan.clients();
                }
                if (outcome != Outcome.DONE) {
                    client.cut();
                    client = null;
                    failures++;
                }
            }
            // Not in step with the others, and not faster after a failure.
            long rest = next - System.nanoTime() + (client == null ? 20_000_000L * (1 + failures % 5) : 0);
            LockSupport.parkNanos(rest);
        }
        if (client != null) {
            client.cut();
        }
    }

    private enum Outcome {
        DONE,
        /** It failed, and the connection is of no use any more. */
        BROKEN,
        UNKNOWN
    }

    private Outcome run(Client client, Operation operation, int process) {
        String f = operation.f();
        try {
            recorder.ok(process, f, operation.body().run(client));
            return Outcome.DONE;
        } catch (Refused refused) {
            recorder.fail(process, f, operation.argument(), refused.reason());
            // A transaction may be open.
            return refused.reason().isEmpty() ? Outcome.DONE : Outcome.BROKEN;
        } catch (IOException broken) {
            if (client.unsure()) {
                recorder.info(process, f, operation.argument(), String.valueOf(broken.getMessage()));
                return Outcome.UNKNOWN;
            }
            recorder.fail(process, f, operation.argument(), String.valueOf(broken.getMessage()));
            return Outcome.BROKEN;
        } catch (IllegalArgumentException | IndexOutOfBoundsException nonsense) {
            recorder.info(process, f, operation.argument(), "a reply that makes no sense: " + nonsense);
            return Outcome.UNKNOWN;
        }
    }

    private Operation next(int number) {
        synchronized (random) {
            return workload.next(random, number);
        }
    }

    private @Nullable Client connect(int number) {
        try {
            return workload.readsOnly(number) ? connectToReplica() : connect();
        } catch (IOException down) {
            return null;
        }
    }

    /** To any node, or one time out of three to a proxy if there is one. */
    private Client connect() throws IOException {
        List<ProxyProcess> proxies = cluster.proxies();
        if (!proxies.isEmpty() && chance(3) == 0) {
            return Client.connect(proxies.get(chance(proxies.size())).address(), true, TIMEOUT_MILLIS);
        }
        NodeProcess.Ports ports = anyNode();
        return Client.connect(new InetSocketAddress(ports.host(), ports.plain()), false, TIMEOUT_MILLIS);
    }

    private @Nullable Client connectToReplica() throws IOException {
        NodeProcess.Ports ports = anyNode();
        Client reader = Client.connect(new InetSocketAddress(ports.host(), ports.cluster()), false, TIMEOUT_MILLIS);
        try {
            reader.read("READONLY");
            return reader;
        } catch (IOException | Refused e) {
            reader.cut();
            return null;
        }
    }

    private NodeProcess.Ports anyNode() {
        return cluster.nodes().get(chance(cluster.nodes().size())).ports();
    }

    private int chance(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    private void insist(Operation operation, boolean recorded) throws InterruptedException {
        int process = plan.clients() * 1_000_000;
        String trouble = "no node answers";
        long until = System.nanoTime() + INSIST_MAX_NANOS;
        while (System.nanoTime() < until) {
            Client client = connect(0);
            if (client != null) {
                try (client) {
                    if (recorded) {
                        recorder.invoke(process, operation.f(), operation.argument());
                        if (run(client, operation, process++) == Outcome.DONE) {
                            return;
                        }
                    } else {
                        operation.body().run(client);
                        return;
                    }
                } catch (IOException | Refused e) {
                    trouble = String.valueOf(e.getMessage());
                }
            }
            Thread.sleep(500);
        }
        if (!recorded) {
            throw new IllegalStateException(workload.name() + " cannot begin: " + trouble);
        }
    }
}
