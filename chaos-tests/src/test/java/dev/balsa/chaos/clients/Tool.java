package dev.balsa.chaos.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;

/** A program of Redis's own, run to its end. Stateless. */
final class Tool {
    private static final int RUN_MAX_SECONDS = 60;

    private Tool() {}

    /**
     * How it ended.
     *
     * @param output standard output and standard error
     * @param cut whether it took too long and was killed
     */
    record Result(int status, String output, boolean cut) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    /** Skips the test, with a printed reason, where the program is not installed. */
    static void require(String program) {
        boolean installed = false;
        for (String directory : System.getenv("PATH").split(":", -1)) {
            installed |= Files.isExecutable(Path.of(directory, program));
        }
        if (!installed) {
            System.out.println("skipped: " + program + " is not installed");
        }
        Assumptions.assumeTrue(installed, program + " is not installed");
    }

    /** @param input what the program reads from its standard input */
    static Result run(String input, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread writer = Thread.ofVirtual().start(() -> {
            try (var out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything: its status and output tell why.
                throw new UncheckedIOException(e);
            }
        });
        AtomicBoolean cut = new AtomicBoolean();
        Thread limit = Thread.ofVirtual().start(() -> {
            process.onExit().completeOnTimeout(process, RUN_MAX_SECONDS, TimeUnit.SECONDS).join();
            if (process.isAlive()) {
                cut.set(true);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        });
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        writer.join();
        limit.join();
        return new Result(status, output, cut.get());
    }
}
