package dev.balsa.node.command;

import dev.balsa.node.cli.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A redis-server in a process of its own, on a free port, without persistence; ended with {@link #close}. */
final class RedisServer implements Server {
    private static final Path BINARY = Path.of("/usr/bin/redis-server");

    private final Process process;
    private final int port;
    private final Path directory;
    private final RespConnection connection;

    RedisServer() throws IOException {
        this(null);
    }

    /** @param dump a file that it loads, or null */
    RedisServer(@Nullable Path dump) throws IOException {
        directory = Files.createTempDirectory("balsa-redis");
        if (dump != null) {
            Files.copy(dump, directory.resolve("dump.rdb"));
        }
        port = LocalServer.freePort();
        ProcessBuilder command = new ProcessBuilder(
                        BINARY.toString(), "--port", String.valueOf(port), "--bind", "127.0.0.1", "--save", "", "--dir",
                        directory.toString(), "--enable-debug-command", "yes")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        // SORT ALPHA goes by the order of letters of whoever starts it.
        command.environment().put("LC_ALL", "C");
        process = command.start();
        connection = new RespConnection(port, process);
    }

    /** The file that SAVE writes. */
    Path dump() {
        return directory.resolve("dump.rdb");
    }

    static boolean isInstalled() {
        return Files.isExecutable(BINARY);
    }

    @Override
    public Reply call(List<String> request) throws IOException {
        return connection.call(request);
    }

    /** Sends a request without waiting for its reply. */
    void send(List<String> request) throws IOException {
        connection.send(request);
    }

    /** The bytes of a reply, one char a byte. */
    String raw(String... request) throws IOException {
        return connection.raw(request);
    }

    Reply receive() throws IOException {
        return connection.receive();
    }

    @Override
    public void protocol(int version) throws IOException {
        connection.protocol(version);
    }

    @Override
    public void pass(long millis) {
        connection.pass(millis);
    }

    @Override
    public void close() throws IOException {
        connection.close();
        process.destroy();
        try {
            if (!process.waitFor(RespConnection.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (var files = Files.list(directory)) {
            files.forEach(RedisServer::delete);
        }
        delete(directory);
    }

    /** Where it listens. */
    int port() {
        return port;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
