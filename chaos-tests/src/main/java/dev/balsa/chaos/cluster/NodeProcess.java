package dev.balsa.chaos.cluster;

import dev.balsa.chaos.client.RespSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One node: a process of this machine, or one elsewhere that a script rules. Owned by the test's thread. */
public final class NodeProcess {
    private final int number;
    private final Path home;
    private final Path log;
    private final Ports ports;
    private final Machine machine;

    /** Where a node listens. */
    public record Ports(String host, int plain, int cluster, int raft) {
        /** As `host:port`, for Raft and status. */
        public String raftAddress() {
            return host + ":" + raft;
        }

        public String clusterAddress() {
            return host + ":" + cluster;
        }

        /** A connection to the plain port, which gives up after so long at each step. */
        public RespSocket connect(int timeoutMillis) throws IOException {
            return RespSocket.connect(host, plain, timeoutMillis);
        }

        /** As {@link #connect}, to the port of clients that know the cluster. */
        public RespSocket connectCluster(int timeoutMillis) throws IOException {
            return RespSocket.connect(host, cluster, timeoutMillis);
        }
    }

    /**
     * @param home directory of everything that it keeps
     * @param log where its output goes
     */
    NodeProcess(int number, Path home, Path log, Ports ports, Machine machine) {
        this.number = number;
        this.home = home;
        this.log = log;
        this.ports = ports;
        this.machine = machine;
    }

    /** Where its replica of group {@code group} keeps log, votes and snapshots. */
    public Path group(int group) {
        return home.resolve("g" + group);
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
        return machine.isAlive();
    }

    /** Whether it is a process of this machine, with files that can be touched. */
    public boolean isHere() {
        return machine instanceof ChildProcess;
    }

    /** Process id; only while it runs. */
    public long pid() {
        return child().pid();
    }

    /** Directory of everything that it keeps. */
    public Path home() {
        return home;
    }

    /** What its JVM is started with besides the usual, from its next start on. */
    public void jvmOptions(List<String> options) {
        child().jvmOptions(options);
    }

    /** What its environment has besides this process's, from its next start on. */
    public void environment(Map<String, String> variables) {
        child().environment(variables);
    }

    /** Starts it; does not wait until it serves. */
    public void start() throws IOException {
        machine.start();
    }

    /** kill -9: no goodbye, nothing flushed that was not. */
    public void kill() {
        machine.kill();
    }

    /** SIGTERM, and waits for the end. */
    public void stop() {
        machine.stop();
    }

    /** Stands still as if the machine had been suspended. */
    public void pause() throws IOException, InterruptedException {
        machine.pause();
    }

    public void resume() throws IOException, InterruptedException {
        machine.resume();
    }

    /** The end of what it printed, for a failing test's message. */
    public String tail() {
        return machine instanceof ChildProcess child ? child.tail() : "(its log is elsewhere)";
    }

    private ChildProcess child() {
        if (machine instanceof ChildProcess child) {
            return child;
        }
        throw new IllegalStateException("node " + number + " is no process of this machine");
    }
}
