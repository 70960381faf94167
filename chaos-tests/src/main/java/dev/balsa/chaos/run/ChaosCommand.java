package dev.balsa.chaos.run;

import dev.balsa.chaos.bug.PlantedBug;
import dev.balsa.chaos.check.Verdict;
import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.nemesis.Fault;
import dev.balsa.chaos.nemesis.Faults;
import dev.balsa.chaos.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code balsa chaos}. */
@Command(
        name = "balsa chaos",
        sortOptions = false,
        description = {
            "Starts a real cluster on this machine, drives it with clients while breaking it, and judges the history of "
                    + "every operation: whether it could have come from one machine that never fails.",
            "",
            "Nothing of it touches another cluster. As root each node gets a network namespace of its own "
                    + "(10.77.0.1, ...), and partitions are real; otherwise nodes are on 127.0.1.x, and faults of the "
                    + "network are left out."
        },
        footer = {
            "",
            "In --out you find report.html (verdicts, throughput, latency, faults, pictures of what is wrong), one "
                    + "history for each workload in Jepsen's EDN (Knossos and Elle read it), and the nodes' logs.",
            "Exit status: 0 nothing found, 1 something found (or undecided), 2 wrong arguments.",
            "",
            "A planted bug (--bug) shows that the harness would see one:",
            "  stale-reads    reads do not ask whether their node still leads",
            "  lost-ack       a write of unknown outcome is answered with OK",
            "  double-apply   a write of unknown outcome is sent again, without its request id",
            "  no-fsync       nodes answer before their disks have what they say; needs the fault power-all",
            "",
            "Examples:",
            "  balsa chaos                                               a minute of everything on five nodes",
            "  balsa chaos --time 1h --out /tmp/hour                     an hour",
            "  balsa chaos --nodes 3 --workload bank --faults kill-leader,partition",
            "  balsa chaos --workload register --faults pause --bug stale-reads",
            "  balsa chaos --workload set,register --faults power-all --bug no-fsync"
        })
public final class ChaosCommand implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "5", paramLabel = "N", description = "How many nodes (default 5).")
    private int nodes;

    @Option(names = "--groups", defaultValue = "2", paramLabel = "N",
            description = "Raft groups that the slots are spread over (default 2).")
    private int groups;

    @Option(names = "--hosts", split = ",", paramLabel = "HOST[:PORT[:CLUSTER-PORT]]",
            description = "Nodes that run already, node 1 first, instead of a cluster on this machine; all their data "
                    + "is removed (default ports 6379 and 6479).")
    private List<String> hosts = List.of();

    @Option(names = "--control", paramLabel = "PROGRAM",
            description = "With --hosts: what starts and ends nodes and cuts them off, see chaos-tests/README.md.")
    private @Nullable Path control;

    @Option(names = "--time", defaultValue = "60s", paramLabel = "TIME",
            description = "How long clients work: 90s, 10m, 1h (default 60s).")
    @SuppressWarnings("NullAway.Init")
    private String time;

    @Option(names = "--workload", split = ",", defaultValue = "all", paramLabel = "NAME",
            description = "Which ones, all at the same time: all, register, counter, append, bank, set, queue, stream, "
                    + "expiry, lock, pubsub, multi (default all).")
    @SuppressWarnings("NullAway.Init")
    private List<String> workloads;

    @Option(names = "--faults", split = ",", defaultValue = "all", paramLabel = "NAME",
            description = "Which ones, in turn, sometimes two at a time; see --list (default all).")
    @SuppressWarnings("NullAway.Init")
    private List<String> faults;

    @Option(names = "--clients", defaultValue = "5", paramLabel = "N", description = "Of each workload (default 5).")
    private int clients;

    @Option(names = "--rate", defaultValue = "30", paramLabel = "N",
            description = "Operations a second of each client, at most (default 30).")
    private int rate;

    @Option(names = "--seed", paramLabel = "N",
            description = "Of what is left to chance; the same seed chooses the same operations and faults, but "
                    + "processes and networks have their own time.")
    private @Nullable Long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the report goes (default chaos-<date>).")
    private @Nullable Path out;

    @Option(names = "--bug", defaultValue = "", paramLabel = "NAME",
            description = "Plants a bug in the nodes: stale-reads, lost-ack, double-apply, no-fsync.")
    @SuppressWarnings("NullAway.Init")
    private String bug;

    @Option(names = "--json", description = "The verdicts as JSON instead of a table.")
    private boolean json;

    @Option(names = "--list", description = "Lists workloads and faults.")
    private boolean list;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean unusedHelp;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new ChaosCommand());
        line.setUsageHelpWidth(110);
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter print = spec.commandLine().getOut();
        if (list) {
            list(print);
            return 0;
        }
        Plan plan = plan();
        PrintWriter messages = json ? spec.commandLine().getErr() : print;
        messages.println(plan.command());
        messages.flush();
        long start = System.nanoTime();
        Result result = new Runner(plan, line -> {
            messages.printf(Locale.ROOT, "%7.1f s  %s%n", (System.nanoTime() - start) / 1e9, line);
            messages.flush();
        }).run();
        print.println(json ? json(result) : table(result));
        print.flush();
        return result.good() ? 0 : 1;
    }

    private void list(PrintWriter print) {
        print.println("Workloads:");
        for (String name : Workloads.names()) {
            print.printf("  %-20s %s%n", name, Workloads.named(name, 0).promise());
        }
        print.println("Faults:");
        for (Fault fault : Faults.all()) {
            print.printf("  %-20s %s%n", fault.name(), fault.does());
        }
        print.flush();
    }

    private Plan plan() {
        try {
            List<String> names = workloads.contains("all") ? Workloads.names() : workloads;
            names.forEach(name -> Workloads.named(name, 0));
            List<Fault> chosen = Faults.named(faults);
            PlantedBug.check(bug);
            if (nodes < 1 || nodes > 9 || groups < 1 || groups > 16 || clients < 1 || rate < 1) {
                throw new IllegalArgumentException("--nodes is 1 to 9, --groups 1 to 16, --clients and --rate are at "
                        + "least 1");
            }
            String date = LocalDateTime.now(ZoneId.systemDefault())
                    .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
            return new Plan(nodes, groups, seconds(), names, chosen, clients, rate,
                    seed == null ? System.nanoTime() & 0xffffffffL : seed, bug,
                    out == null ? Path.of("chaos-" + date) : out, given());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private Plan.@Nullable Given given() {
        if (hosts.isEmpty() && control == null) {
            return null;
        }
        if (hosts.isEmpty() || control == null || !bug.isEmpty()) {
            throw new IllegalArgumentException("--hosts and --control go together, and without --bug");
        }
        return new Plan.Given(hosts.stream().map(ChaosCommand::ports).toList(), control);
    }

    private static NodeProcess.Ports ports(String host) {
        String[] words = host.split(":", -1);
        if (words.length > 3 || words[0].isEmpty()) {
            throw new IllegalArgumentException("--hosts " + host + " is no HOST[:PORT[:CLUSTER-PORT]]");
        }
        // Where Raft listens is nobody's business here.
        return new NodeProcess.Ports(words[0], words.length > 1 ? Integer.parseInt(words[1]) : 6379,
                words.length > 2 ? Integer.parseInt(words[2]) : 6479, 0);
    }

    private int seconds() {
        if (!time.matches("[1-9][0-9]{0,6}[smh]?")) {
            throw new IllegalArgumentException("--time " + time + " is no time such as 90s, 10m or 1h");
        }
        int number = Integer.parseInt(time.replaceAll("[smh]", ""));
        return time.endsWith("h") ? number * 3_600 : time.endsWith("m") ? number * 60 : number;
    }

    private static String table(Result result) {
        StringBuilder text = new StringBuilder();
        for (Result.Part part : result.parts()) {
            text.append(String.format(Locale.ROOT, "%n%-10s %-9s %s%n%21s%s%s%n", part.workload(),
                    part.verdict().outcome(), part.verdict().summary(), "", part.service().valid() ? "" : "INVALID: ",
                    part.service().summary()));
            for (Verdict.Anomaly anomaly : part.verdict().anomalies()) {
                text.append("    ").append(anomaly.name()).append(": ")
                        .append(anomaly.explanation().replace("\n", "\n    ")).append('\n');
            }
        }
        text.append("\nReplicas at the end: ").append(result.digests().isEmpty() ? "the same" : result.digests());
        result.troubles().forEach(trouble -> text.append("\nCould not be done: ").append(trouble));
        return text.append("\nReport: ").append(result.plan().out().resolve("report.html").toAbsolutePath())
                .append(result.good() ? "\nNothing found." : "\nSOMETHING IS WRONG. Again: "
                        + result.plan().command()).toString();
    }

    private static String json(Result result) {
        StringBuilder text = new StringBuilder("{\"good\":").append(result.good()).append(",\"seed\":")
                .append(result.plan().seed()).append(",\"command\":").append(quoted(result.plan().command()))
                .append(",\"digests\":").append(quoted(result.digests())).append(",\"workloads\":[");
        String separator = "";
        for (Result.Part part : result.parts()) {
            text.append(separator).append(String.format(Locale.ROOT, "{\"name\":\"%s\",\"verdict\":\"%s\","
                    + "\"recovered\":%b,\"ok\":%d,\"failed\":%d,\"unknown\":%d,\"available\":%.4f,\"longest_gap_ms\":%d,"
                    + "\"recovery_ms\":%d,\"anomalies\":[", part.workload(), part.verdict().outcome(),
                    part.service().valid(), part.figures().ok(), part.figures().failed(), part.figures().unknown(),
                    part.figures().share(), part.figures().longestGapMillis(), part.figures().recoveryMillis()));
            text.append(String.join(",", part.verdict().anomalies().stream()
                    .map(anomaly -> quoted(anomaly.name() + ": " + anomaly.explanation())).toList())).append("]}");
            separator = ",";
        }
        return text.append("]}").toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
