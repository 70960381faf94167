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

/** A Balsa process of this machine, started again and again with the same words. Owned by the test's thread. */
final class ChildProcess implements Machine {
    private static final int STOP_MAX_SECONDS = 20;
    private static final int TAIL_LINES = 30;

    private final List<String> words;
    private final Path log;
    private final List<String> prefix;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private @Nullable Process process;

    /**
     * @param words what follows {@code balsa} in the command line
     * @param log where its output goes, after what is there
     * @param prefix what the command line begins with, to run it elsewhere (a network namespace); empty = here
     */
    ChildProcess(List<String> words, Path log, List<String> prefix) {
        this.words = List.copyOf(words);
        this.log = log;
        this.prefix = List.copyOf(prefix);
    }

    /** What its JVM is started with besides the usual, from its next start on. */
    void jvmOptions(List<String> options) {
        jvmOptions.addAll(options);
    }

    /** What its environment has besides this process's, from its next start on. */
    void environment(Map<String, String> variables) {
        environment.putAll(variables);
    }

    @Override
    public void start() throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(JavaCommand.balsa(jvmOptions));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
    }

    @Override
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Process id; only while it runs. */
    long pid() {
        return running().pid();
    }

    @Override
    public void kill() {
        Process running = running();
        running.destroyForcibly().onExit().join();
        Clocks.forget(running.pid());
    }

    @Override
    public void stop() {
        Process running = running();
        running.destroy();
        running.onExit().completeOnTimeout(running, STOP_MAX_SECONDS, TimeUnit.SECONDS).join();
        Clocks.forget(running.pid());
        if (running.isAlive()) {
            running.destroyForcibly();
            throw new IllegalStateException(words + " did not stop within " + STOP_MAX_SECONDS + " s of SIGTERM; see "
                    + log);
        }
    }

    @Override
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    @Override
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(running().pid())).start().waitFor();
    }

    /** The end of what it printed. */
    String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private Process running() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException(words + " was not started");
        }
        return running;
    }
}
