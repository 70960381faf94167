package dev.balsa.chaos.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The simplest client there can be: one command out, one reply in, and no retry behind one's back. Owned by one thread. */
public final class RespSocket implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    public static RespSocket connect(String host, int port, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            return new RespSocket(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a command and returns its reply as text: the type's sign and the content ({@code $-1} for null; arrays as their elements joined by a space). */
    public String call(String... arguments) throws IOException {
        out.write(text(arguments));
        out.flush();
        return reply();
    }

    /** As {@link #call}, all commands at once. */
    public List<String> calls(List<List<String>> commands) throws IOException {
        for (List<String> command : commands) {
            out.write(text(command.toArray(String[]::new)));
        }
        out.flush();
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            replies.add(reply());
        }
        return replies;
    }

    /** A command as a RESP array. */
    static byte[] text(String... arguments) {
        StringBuilder request = new StringBuilder("*").append(arguments.length).append("\r\n");
        for (String argument : arguments) {
            request.append('$').append(argument.length()).append("\r\n").append(argument).append("\r\n");
        }
        return request.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String reply() throws IOException {
        String line = line();
        int length = switch (line.charAt(0)) {
            case '$', '*' -> Integer.parseInt(line, 1, line.length(), 10);
            default -> 0;
        };
        return switch (line.charAt(0)) {
            case '$' -> length < 0 ? line : "$" + bulk(length);
            case '*' -> array(length);
            default -> line;
        };
    }

    private String array(int length) throws IOException {
        StringBuilder text = new StringBuilder("*");
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : " ").append(reply());
        }
        return text.toString();
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("connection closed within a reply");
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed before the reply");
            }
            text.append((char) c);
        }
        if (in.read() != '\n') {
            throw new IOException("a reply's line does not end with CRLF");
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
