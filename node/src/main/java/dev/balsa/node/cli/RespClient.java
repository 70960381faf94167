package dev.balsa.node.cli;

import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespReplyDecoder;
import dev.balsa.proto.resp.RespWriter;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A connection to a server that answers one request at a time, for tools. Used by one thread; blocks. */
final class RespClient implements AutoCloseable {
    private Socket socket;
    private final RespReplyDecoder decoder = new RespReplyDecoder();
    private byte[] input = new byte[16 * 1024];
    private int from;
    private int to;

    /** @param timeoutMillis for connecting and for each answer */
    RespClient(String host, int port, int timeoutMillis) throws IOException {
        socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects to {@code host:port} and says who it is, if anything is to be said. */
    static RespClient open(String address, Access access, int timeoutMillis) throws IOException {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        int port = colon < 0 ? 6379 : port(address.substring(colon + 1), address);
        RespClient client = new RespClient(host.isEmpty() ? "127.0.0.1" : host, port, timeoutMillis);
        try {
            client.encrypt(access.tls());
            if (!access.user().isEmpty()) {
                client.ask("AUTH", access.user(), access.password());
            } else if (!access.password().isEmpty()) {
                client.ask("AUTH", access.password());
            }
            return client;
        } catch (IOException | RuntimeException e) {
            client.close();
            throw e;
        }
    }

    private void encrypt(@Nullable SSLContext tls) throws IOException {
        if (tls != null) {
            String host = socket.getInetAddress().getHostAddress();
            SSLSocket encrypted = (SSLSocket) tls.getSocketFactory().createSocket(socket, host, socket.getPort(), true);
            socket = encrypted;
            encrypted.startHandshake();
        }
    }

    private static int port(String text, String address) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UserError("'" + address + "' is no address: use host:port");
        }
    }

    /** Sends a request of text and returns its reply. @throws UserError with the text of an error reply */
    RespReply ask(String... words) throws IOException {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        send(arguments);
        RespReply reply = receive();
        if (reply instanceof RespReply.Error(String line)) {
            throw new UserError(line);
        }
        return reply;
    }

    void send(byte[]... arguments) throws IOException {
        int size = 64;
        for (byte[] argument : arguments) {
            size += argument.length + 32;
        }
        RespWriter request = new RespWriter(size);
        request.array(arguments.length);
        for (byte[] argument : arguments) {
            request.bulk(argument);
        }
        socket.getOutputStream().write(request.array(), 0, request.length());
    }

    /** The next reply; an error reply is returned as such. */
    RespReply receive() throws IOException {
        while (true) {
            int length = decoder.decode(input, from, to);
            if (length == RespReplyDecoder.ERROR) {
                throw new IOException("this is no Redis protocol: " + decoder.error());
            }
            if (length > 0) {
                RespReply reply = RespReply.parse(input, from, from + length);
                from += length;
                return reply;
            }
            read();
        }
    }

    private void read() throws IOException {
        if (from > 0) {
            System.arraycopy(input, from, input, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == input.length) {
            input = Arrays.copyOf(input, input.length * 2);
        }
        int read = socket.getInputStream().read(input, to, input.length - to);
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        to += read;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
