package dev.balsa.proxy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReplyDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that sends bytes and reads replies as their text, CR LF shown as a blank at the end cut off. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final RespReplyDecoder decoder = new RespReplyDecoder();
    private byte[] received;
    private int to;

    public RawClient(int port) throws IOException {
        this(port, 1 << 16);
    }

    public RawClient(int port, int bufferBytes) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), bufferBytes);
    }

    /** On a connection that somebody has made. */
    public RawClient(Socket connected) throws IOException {
        this(connected, 1 << 16);
    }

    private RawClient(Socket connected, int bufferBytes) throws IOException {
        received = new byte[bufferBytes];
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
    }

    public Socket socket() {
        return socket;
    }

    public static byte[] frame(String... words) {
        Args args = Args.of(words);
        return Arrays.copyOfRange(args.array(), args.start(), args.end());
    }

    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    public void send(String... words) throws IOException {
        send(frame(words));
    }

    /** Words separated by blanks, sent as one command; its reply. */
    public String call(String line) throws IOException {
        send(line.split(" ", -1));
        return reply();
    }

    /** The next reply's raw text, lines separated by a blank. */
    public String reply() throws IOException {
        while (true) {
            int length = decoder.decode(received, 0, to);
            if (length < 0) {
                throw new IOException(decoder.error());
            }
            if (length > 0) {
                String text = new String(received, 0, length - 2, StandardCharsets.ISO_8859_1);
                System.arraycopy(received, length, received, 0, to - length);
                to -= length;
                return text.replace("\r\n", " ");
            }
            if (to == received.length) {
                received = Arrays.copyOf(received, to * 2);
            }
            int n = in.read(received, to, received.length - to);
            if (n < 0) {
                throw new EOFException("closed by the server");
            }
            to += n;
        }
    }

    public List<String> replies(int count) throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(reply());
        }
        return all;
    }

    /** Whether the server has closed the connection, without any more replies. Waits for it. */
    public boolean isClosedByServer() throws IOException {
        try {
            return to == 0 && in.read() < 0;
        } catch (SocketException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
