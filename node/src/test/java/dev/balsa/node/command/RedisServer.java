package dev.balsa.node.command;

import dev.balsa.proto.resp.RespReplyDecoder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A redis-server in a process of its own, on a free port, without persistence; ended with {@link #close}. */
final class RedisServer implements Server {
    private static final Path BINARY = Path.of("/usr/bin/redis-server");
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Process process;
    private final Path directory;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RedisServer() throws IOException {
        this(null);
    }

    /** @param dump a file that it loads, or null */
    RedisServer(@Nullable Path dump) throws IOException {
        directory = Files.createTempDirectory("balsa-redis");
        if (dump != null) {
            Files.copy(dump, directory.resolve("dump.rdb"));
        }
        int port = freePort();
        process = new ProcessBuilder(
                        BINARY.toString(), "--port", String.valueOf(port), "--bind", "127.0.0.1", "--save", "", "--dir",
                        directory.toString(), "--enable-debug-command", "yes")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        socket = connect(port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
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
        send(request);
        return receive();
    }

    /** Sends a request without waiting for its reply. */
    void send(List<String> request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ascii("*" + request.size() + "\r\n"));
        for (String argument : request) {
            bytes.writeBytes(ascii("$" + argument.length() + "\r\n"));
            bytes.writeBytes(argument.getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(ascii("\r\n"));
        }
        out.write(bytes.toByteArray());
    }

    /** The bytes of a reply, one char a byte. */
    String raw(String... request) throws IOException {
        send(List.of(request));
        RespReplyDecoder decoder = new RespReplyDecoder();
        byte[] bytes = new byte[1 << 20];
        int filled = 0;
        while (true) {
            filled += Math.max(in.read(bytes, filled, bytes.length - filled), 0);
            int length = decoder.decode(bytes, 0, filled);
            if (length != 0) {
                return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            }
        }
    }

    Reply receive() throws IOException {
        return Reply.read(in);
    }

    @Override
    public void protocol(int version) throws IOException {
        call("HELLO", String.valueOf(version));
    }

    /** Real time passes here: a real server has no other. */
    @Override
    public void pass(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroy();
        try {
            if (!process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
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

    private Socket connect(int port) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (ConnectException e) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
