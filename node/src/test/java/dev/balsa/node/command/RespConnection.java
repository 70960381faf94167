package dev.balsa.node.command;

import dev.balsa.proto.resp.RespReplyDecoder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A connection to a server in another process on this machine. Owned by one test. */
final class RespConnection implements Server {
    static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** Connects as soon as somebody listens, while that process lives. */
    RespConnection(int port, Process process) throws IOException {
        socket = connect(port, process);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
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

    Reply receive() throws IOException {
        return Reply.read(in);
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
    }

    private static Socket connect(int port, Process process) throws IOException {
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
