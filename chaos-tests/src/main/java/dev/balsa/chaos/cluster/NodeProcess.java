package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node as a process of its own. Owned by the test's thread. */
public final class NodeProcess {
    private static final int STOP_MAX_SECONDS = 20;

    private final int number;
    private final Path config;
    private final Path log;
    private final Ports ports;
    private final List<String> prefix;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private @Nullable Process process;

    /** Where a node listens. */
    public record Ports(String host, int plain, int cluster, int raft) {
        /** As `host:port`, for Raft and status. */
        public String raftAddress() {
            return host + ":" + raft;
        }

        public String clusterAddress() {
            return host + ":" + cluster;
        }
    }

    /** @param prefix what the command line begins with, to run it elsewhere (a network namespace); empty = here */
    NodeProcess(int number, Path config, Path log, Ports ports, List<String> prefix) {
        this.number = number;
        this.config = config;
        this.log = log;
        this.ports = ports;
        this.prefix = prefix;
    }

    /** Where its replica of group {@code group} keeps log, votes and snapshots. */
    public Path group(int group) {
        return config.resolveSibling("g" + group);
    }

    /** From 1 on. */
    public int number() {
        return number;
    }

    public Ports ports() {
        return ports;
    }

    /** What it printed. */
    public Path log() {
        return log;
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Process id; only while it runs. */
    public long pid() {
        return running().pid();
    }

    /** Directory of everything that it keeps. */
    public Path home() {
        return config.toAbsolutePath().resolveSibling("");
    }

    /** What its JVM is started with besides the usual, from its next start on. */
    public void jvmOptions(List<String> options) {
        jvmOptions.addAll(options);
    }

    /** What its environment has besides this process's, from its next start on. */
    public void environment(Map<String, String> variables) {
        environment.putAll(variables);
    }

    /** Starts the process; does not wait until it serves. */
    public void start() throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(JavaCommand.balsa(jvmOptions));
        command.add("node");
        command.add(config.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
    }

    /** kill -9: no goodbye, nothing flushed that was not. */
    public void kill() {
        running().destroyForcibly().onExit().join();
    }

    /** SIGTERM, and waits for the end. */
    public void stop() {
        Process running = running();
        running.destroy();
        running.onExit().completeOnTimeout(running, STOP_MAX_SECONDS, TimeUnit.SECONDS).join();
        if (running.isAlive()) {
            running.destroyForcibly();
            throw new IllegalStateException("node " + number + " did not stop within " + STOP_MAX_SECONDS + " s of SIGTERM; see " + log);
        }
    }

    /** Stands still as if the machine had been suspended. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** The end of what it printed, for a failing test's message. */
    public String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(running().pid())).start().waitFor();
    }

    private Process running() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("node " + number + " was not started");
        }
        return running;
    }
}
