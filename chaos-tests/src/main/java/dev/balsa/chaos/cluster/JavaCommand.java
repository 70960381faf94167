package dev.balsa.chaos.cluster;

import dev.balsa.node.cli.JvmFlags;
import java.util.ArrayList;
import java.util.List;

/** How to start Balsa from the classes that this process runs with. */
final class JavaCommand {
    private JavaCommand() {}

    /** The command line up to the subcommand. */
    static List<String> balsa() {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(JvmFlags.node());
        command.add("-Xms192m");
        command.add("-Xmx192m");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("dev.balsa.node.cli.Balsa");
        return command;
    }
}
