package dev.balsa.chaos.cluster;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How to start Balsa from the classes that this process runs with. Stateless. */
public final class JavaCommand {
    private static final String FLAGS = "/dev/balsa/node/cli/server.flags";

    private JavaCommand() {}

    /** The command line up to the subcommand, with the flags that the launcher uses and then the given ones. */
    public static List<String> balsa(List<String> jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        try (InputStream flags = JavaCommand.class.getResourceAsStream(FLAGS)) {
            if (flags == null) {
                throw new FileNotFoundException(FLAGS + " is not in the class path");
            }
            new String(flags.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("-"))
                    .forEach(command::add);
        }
        // Several nodes share a small machine: less heap than the launcher gives (later flags win).
        command.addAll(List.of("-Xms64m", "-Xmx192m", "-Xmn48m"));
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("dev.balsa.node.cli.Balsa");
        return command;
    }
}
