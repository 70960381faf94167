package dev.balsa.node.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The flags that Balsa's JVMs are started with. They stand in {@code server.flags} and {@code tool.flags} beside this
 * class, which the launcher hands
 * to java as argument files; {@code up} starts its nodes with the same ones. Stateless.
 */
final class JvmFlags {
    private JvmFlags() {}

    /**
     * The command that starts another JVM like this one: java, flags, class path, main class, then {@code arguments}.
     *
     * @param writesArchive whether it may write the class archive when it ends: one of several processes only
     */
    static List<String> command(List<String> arguments, boolean writesArchive) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseGet(JvmFlags::java));
        command.addAll(server());
        String more = System.getenv("BALSA_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.strip().split("\\s+")));
        }
        archive(command, writesArchive);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Balsa.class.getName());
        command.addAll(arguments);
        return command;
    }

    /** The flags of processes that serve. */
    static List<String> server() {
        try (InputStream in = JvmFlags.class.getResourceAsStream("server.flags")) {
            if (in == null) {
                throw new IOException("server.flags is missing in the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shares an archive of loaded classes beside the launcher's own, which makes starting faster. */
    private static void archive(List<String> command, boolean writes) {
        String archive = System.getProperty("balsa.archive");
        if (archive != null) {
            command.add("-XX:SharedArchiveFile=" + archive.replaceFirst("server\\.jsa$", "node.jsa"));
            command.add("-Xlog:cds=off");
            command.add("-Xlog:cds+dynamic=off");
            if (writes) {
                command.add("-XX:+AutoCreateSharedArchive");
            }
        }
    }

    private static String java() {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        return System.getProperty("java.home") + (windows ? "\\bin\\java.exe" : "/bin/java");
    }
}
