package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Programs of the system. Stateless. */
final class Shell {
    private Shell() {}

    /** How a program ended. */
    record Ended(int status, String printed) {}

    /** Runs a program to its end; what it printed is in the exception if it fails. */
    static void run(String... command) throws IOException {
        Ended ended = end(command);
        if (ended.status() != 0) {
            throw new IOException(String.join(" ", command) + ": " + ended.printed());
        }
    }

    /** Runs a program to its end, whatever that is. */
    static Ended end(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.onExit().join().exitValue(), printed.strip());
    }
}
