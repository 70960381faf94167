package dev.balsa.node.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whether a port is free, and if not who has it, as far as this system says. Stateless. */
final class PortCheck {
    /** In /proc/net/tcp, a socket that listens. */
    private static final String LISTENING = "0A";

    private PortCheck() {}

    /** @throws UserError if {@code port} is taken; {@code what} it was wanted for is in the message */
    static void requireFree(String host, int port, String what) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers do: a connection of a former life that is still dying is no obstacle.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new UserError("port " + port + " (" + what + ") is taken" + owner(port)
                    + ". Stop that, or give another --port.");
        }
    }

    /** {@code  by redis-server (pid 812)}, or nothing if the system does not tell. */
    private static String owner(int port) {
        try {
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                for (String line : Files.readAllLines(Path.of(table), StandardCharsets.ISO_8859_1)) {
                    String[] fields = line.strip().split("\\s+", -1);
                    boolean here = fields.length > 9 && fields[1].endsWith(String.format(Locale.ROOT, ":%04X", port));
                    if (here && fields[3].equals(LISTENING)) {
                        return process("socket:[" + fields[9] + "]");
                    }
                }
            }
        } catch (IOException e) {
            // No /proc: no name.
        }
        return "";
    }

    private static String process(String socket) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), socket)) {
                    String name = Files.readString(process.resolve("comm"), StandardCharsets.UTF_8).strip();
                    return " by " + name + " (pid " + process.getFileName() + ")";
                }
            }
        }
        return "";
    }

    private static boolean holds(Path descriptors, String socket) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
            for (Path file : files) {
                if (Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException e) {
            // Another user's process, or one that has just ended.
        }
        return false;
    }
}
