package dev.balsa.chaos.run;

import dev.balsa.chaos.bug.PlantedBug;
import dev.balsa.chaos.check.Availability;
import dev.balsa.chaos.check.Verdict;
import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.BlockDisk;
import dev.balsa.chaos.cluster.Clocks;
import dev.balsa.chaos.cluster.ControlScript;
import dev.balsa.chaos.cluster.Namespaces;
import dev.balsa.chaos.cluster.Network;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.ProxyProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.chaos.history.History;
import dev.balsa.chaos.history.Recorder;
import dev.balsa.chaos.nemesis.Arena;
import dev.balsa.chaos.nemesis.Fault;
import dev.balsa.chaos.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does what a plan says. Owned by one thread. */
public final class Runner {
    private static final int SERVE_MAX_SECONDS = 60;
    private static final int RECOVERY_MAX_MILLIS = 10_000;
    private static final int CALM_MILLIS = 5_000;
    private static final int DIGEST_MAX_SECONDS = 60;
    /** A node's disk; room for a wiped or damaged log beside the new one, again and again. */
    private static final int DISK_MEBIBYTES = 4 << 10;
    /** On one machine there is one clock; log time counts whole milliseconds. */
    private static final long SLACK_MILLIS = 10;
    /** With wrong clocks only order is judged: what was seen dead stays dead, tokens grow. */
    private static final long NO_TIME_MILLIS = TimeUnit.DAYS.toMillis(30);

    private final Plan plan;
    private final Consumer<String> progress;

    /** @param progress hears a line now and then */
    public Runner(Plan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /** Runs it, and leaves histories, nodes' logs and a report in the plan's directory. */
    public Result run() throws IOException, InterruptedException {
        Files.createDirectories(plan.out());
        Plan.Given given = plan.given();
        if (given != null) {
            return run(given);
        }
        if (!Namespaces.available()) {
            return run((Namespaces) null);
        }
        try (Namespaces network = Namespaces.create(plan.nodes())) {
            return run(network);
        }
    }

    private Result run(Plan.Given given) throws IOException, InterruptedException {
        ControlScript script = new ControlScript(given.control(), given.ports().size());
        Path data = Files.createDirectories(plan.out().resolve("data"));
        try (TestCluster cluster = TestCluster.given(data, given.ports(), script)) {
            cluster.startAll();
            awaitServing(cluster);
            // Histories begin with nothing.
            try (RespSocket socket = cluster.node(1).ports().connect(10_000)) {
                if (!socket.call("FLUSHALL").equals("+OK")) {
                    throw new IllegalStateException("the cluster cannot be emptied");
                }
            }
            return drive(cluster, script, List.of(), null);
        }
    }

    private Result run(@Nullable Namespaces network) throws IOException, InterruptedException {
        Path data = Files.createDirectories(plan.out().resolve("data"));
        List<BlockDisk> disks = new ArrayList<>();
        TestCluster cluster;
        try {
            int count = BlockDisk.available() ? plan.nodes() : 0;
            for (int i = 1; i <= count; i++) {
                disks.add(BlockDisk.mount(plan.out().resolve("disk" + i), data.resolve("node" + i), DISK_MEBIBYTES));
            }
            cluster = cluster(network, data);
        } catch (IOException e) {
            unmount(disks);
            throw e;
        }
        try (cluster) {
            return run(cluster, network, disks);
        }
    }

    private static void unmount(List<BlockDisk> disks) throws IOException {
        for (BlockDisk disk : disks) {
            disk.close();
        }
    }

    private TestCluster cluster(@Nullable Namespaces network, Path data) throws IOException {
        String[] directives = plan.bug().equals(PlantedBug.NO_FSYNC) ? new String[] {"appendfsync no"} : new String[0];
        return network == null
                ? TestCluster.create(data, plan.nodes(), plan.groups(), directives)
                : TestCluster.createInNamespaces(data, plan.nodes(), plan.groups(), directives);
    }

    private Result run(TestCluster cluster, @Nullable Namespaces network, List<BlockDisk> disks)
            throws IOException, InterruptedException {
        try {
            plantBug(cluster);
            cluster.addProxy();
            Clocks clocks = plan.bendsTime() && Clocks.available() ? Clocks.of(plan.out(), cluster.nodes()) : null;
            for (BlockDisk disk : disks) {
                disk.sync();
            }
            cluster.startAll();
            awaitServing(cluster);
            return drive(cluster, network, disks, clocks);
        } finally {
            for (NodeProcess node : cluster.nodes()) {
                if (node.isAlive()) {
                    node.kill();
                }
                Files.copy(node.log(), plan.out().resolve("node" + node.number() + ".log"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            cluster.proxies().stream().filter(ProxyProcess::isAlive).forEach(ProxyProcess::kill);
            unmount(disks);
        }
    }

    private void plantBug(TestCluster cluster) throws IOException {
        if (!plan.bug().isEmpty() && !plan.bug().equals(PlantedBug.NO_FSYNC)) {
            List<String> options = PlantedBug.options(plan.bug(), plan.out());
            cluster.nodes().forEach(node -> node.jvmOptions(options));
        }
    }

    private void awaitServing(TestCluster cluster) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SERVE_MAX_SECONDS);
        while (!cluster.nodes().stream().allMatch(TestCluster::serves)) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("the cluster does not serve:\n" + cluster.logs());
            }
            Thread.sleep(100);
        }
    }

    private Result drive(TestCluster cluster, @Nullable Network network, List<BlockDisk> disks, @Nullable Clocks clocks)
            throws IOException, InterruptedException {
        List<Clients> all = new ArrayList<>();
        for (String name : plan.workloads()) {
            all.add(new Clients(Workloads.named(name, clocks == null ? SLACK_MILLIS : NO_TIME_MILLIS), cluster, plan,
                    new Recorder(System::nanoTime)));
        }
        Arena arena = new Arena(cluster, network, disks, clocks, connections(all));
        List<Fault> possible = possible(arena);
        for (Clients clients : all) {
            clients.first();
        }
        Nemesis nemesis = new Nemesis(arena, possible, all.stream().map(Clients::recorder).toList(), plan.seed(),
                progress);
        all.forEach(Clients::start);
        Thread breaking = Thread.ofPlatform().daemon().name("nemesis").start(nemesis);
        work(all);
        nemesis.stop();
        breaking.join();
        cluster.startAll();
        Thread.sleep(possible.isEmpty() ? 0 : CALM_MILLIS);
        for (Clients clients : all) {
            clients.stop();
        }
        for (Clients clients : all) {
            clients.last();
        }
        progress.accept("comparing the replicas");
        String digests = digests(cluster);
        return judge(all, digests, nemesis.troubles());
    }

    private static Arena.Connections connections(List<Clients> all) {
        return new Arena.Connections() {
            @Override
            public void cut() {
                all.forEach(Clients::cut);
            }

            @Override
            public void cutWithinCommands() {
                all.forEach(Clients::cutWithinCommands);
            }
        };
    }

    private List<Fault> possible(Arena arena) {
        List<Fault> possible = new ArrayList<>();
        for (Fault fault : plan.faults()) {
            String why = fault.impossible(arena);
            if (why.isEmpty()) {
                possible.add(fault);
            } else {
                progress.accept("without " + fault.name() + ": " + why);
            }
        }
        return possible;
    }

    private void work(List<Clients> all) throws InterruptedException {
        for (int second = 1; second <= plan.seconds(); second++) {
            Thread.sleep(1_000);
            if (second % 10 == 0) {
                int ops = all.stream().mapToInt(clients -> clients.recorder().size()).sum() / 2;
                progress.accept(second + " s of " + plan.seconds() + ", " + ops + " operations");
            }
        }
    }

    /** Waits until all replicas say the same. @return what they say if they do not */
    private static String digests(TestCluster cluster) throws InterruptedException {
        TreeSet<String> said = new TreeSet<>();
        for (int i = 0; i < DIGEST_MAX_SECONDS * 2; i++) {
            said.clear();
            for (NodeProcess node : cluster.nodes()) {
                try {
                    said.add(TestCluster.digest(node));
                } catch (IOException e) {
                    said.add("node " + node.number() + ": " + e.getMessage());
                }
            }
            if (said.size() == 1) {
                return "";
            }
            Thread.sleep(500);
        }
        return String.join(" | ", said);
    }

    private Result judge(List<Clients> all, String digests, List<String> troubles) throws IOException {
        List<Result.Part> parts = new ArrayList<>();
        Availability availability = new Availability(RECOVERY_MAX_MILLIS);
        for (Clients clients : all) {
            History history = clients.recorder().history();
            history.write(plan.out().resolve(clients.workload().name() + ".edn"));
            progress.accept("judging " + clients.workload().name());
            Verdict verdict = clients.workload().checker().check(history);
            parts.add(new Result.Part(clients.workload().name(), clients.workload().promise(), history, verdict,
                    availability.check(history), Availability.figures(history)));
        }
        Result result = new Result(plan, parts, digests, troubles);
        Files.writeString(plan.out().resolve("report.html"), ReportPage.of(result));
        return result;
    }
}
