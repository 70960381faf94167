package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Programs of the system. Stateless. */
final class Shell {
    private Shell() {}

    /** Runs a program to its end; what it printed is in the exception if it fails. */
    static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + printed.strip());
        }
    }
}
