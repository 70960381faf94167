package dev.balsa.node.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node that {@code balsa up} runs: started, started again when it dies, stopped. The child reads standard input and
 * stops when it ends, so it does
 * not outlive this process. Thread-safe by its lock.
 */
final class NodeProcess {
    private static final long RESTART_MILLIS = 3_000;

    private final int number;
    private final Path directory;
    private final List<String> command;
    private final UpBoard board;
    private final boolean restart;
    private @Nullable Process process;
    private boolean stopping;

    /**
     * @param number from 1 on
     * @param directory where its configuration, its data and its log are
     */
    NodeProcess(int number, Path directory, UpBoard board, boolean restart) {
        this.number = number;
        this.directory = directory;
        this.board = board;
        this.restart = restart;
        List<String> arguments = new ArrayList<>(List.of("node", "--with-parent", UpFiles.CONFIG));
        this.command = JvmFlags.command(arguments, number == 1);
    }

    synchronized void start() throws IOException {
        if (stopping) {
            return;
        }
        File log = directory.resolve("log").toFile();
        Process started = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        process = started;
        var _ = started.onExit().thenAccept(this::ended);
    }

    private void ended(Process ended) {
        synchronized (this) {
            if (stopping || process == null || process.pid() != ended.pid()) {
                return;
            }
        }
        int status = ended.exitValue();
        String how = status > 128 ? "was killed by signal " + (status - 128) : "ended with status " + status;
        board.say("node " + number + " (pid " + ended.pid() + ") " + how
                + (restart ? ", starts again in " + RESTART_MILLIS / 1000 + " s" : "") + "; its log: "
                + directory.resolve("log"));
        board.down(number);
        if (restart) {
            Thread.ofVirtual().name("restart-" + number).start(this::startAgain);
        }
    }

    private void startAgain() {
        try {
            TimeUnit.MILLISECONDS.sleep(RESTART_MILLIS);
            start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            board.say("node " + number + " cannot be started: " + e.getMessage());
        }
    }

    /** -1 = it does not run. */
    synchronized long pid() {
        return process != null && process.isAlive() ? process.pid() : -1;
    }

    /** Asks it to stop. */
    synchronized void stop() {
        stopping = true;
        if (process != null) {
            process.destroy();
        }
    }

    /** Waits until it has stopped; kills it when the time is up. */
    void awaitStop(long deadlineNanos) {
        Process running;
        synchronized (this) {
            running = process;
        }
        if (running == null) {
            return;
        }
        try {
            if (!running.waitFor(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
