package dev.balsa.chaos.client;

import dev.balsa.chaos.history.Value;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection, one command at a time, no retry. It knows whether something that may change data is unanswered: then
 * a lost connection means that nobody knows. Owned by one thread; {@link #cut} and {@link #cutWithinCommand} may be
 * called by any.
 */
public final class Client implements AutoCloseable {
    private final Socket socket;
    private final boolean proxied;
    private final InputStream in;
    private final OutputStream out;
    private final AtomicBoolean breaksNext = new AtomicBoolean();
    private boolean unsure;

    private Client(Socket socket, boolean proxied) throws IOException {
        this.socket = socket;
        this.proxied = proxied;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /**
     * Connects to a node or proxy.
     *
     * @param address its name resolved already
     * @param proxied whether a proxy listens there
     */
    public static Client connect(InetSocketAddress address, boolean proxied, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(address, timeoutMillis);
            return new Client(socket, proxied);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Whether it goes through a proxy. */
    public boolean proxied() {
        return proxied;
    }

    /** Whether the outcome of something that changes data is unknown. */
    public boolean unsure() {
        return unsure;
    }

    /** A command that changes nothing by itself. */
    public Value read(String... command) throws IOException, Refused {
        send(command);
        return told(reply());
    }

    /** A command that may change data, and may have done so if no answer comes. */
    public Value write(String... command) throws IOException, Refused {
        unsure = true;
        send(command);
        Value reply = reply();
        unsure = false;
        return told(reply);
    }

    /**
     * To be thrown after a refusal that leaves open whether a part of the command was executed: as if no answer had
     * come.
     */
    public IOException partly(Refused refused) {
        unsure = true;
        return new IOException(refused.reason());
    }

    // -- messages -----------------------------------------------------------------------------------------------------

    /** Takes no other commands from then on. */
    public void subscribe(String channel) throws IOException, Refused {
        read("SUBSCRIBE", channel);
    }

    /** The texts of the messages that come within so many milliseconds, in their order. */
    public List<String> messages(int millis) throws IOException {
        List<String> texts = new ArrayList<>();
        int patience = socket.getSoTimeout();
        long until = System.nanoTime() + millis * 1_000_000L;
        try {
            for (long left = millis; left > 0; left = (until - System.nanoTime()) / 1_000_000) {
                socket.setSoTimeout((int) left);
                if (!begins()) {
                    break;
                }
                // The rest of what has begun is on its way.
                socket.setSoTimeout(patience);
                texts.add(reply().asList().getLast().asText());
            }
        } finally {
            socket.setSoTimeout(patience);
        }
        return texts;
    }

    private boolean begins() throws IOException {
        in.mark(1);
        try {
            if (in.read() < 0) {
                throw new EOFException("connection closed");
            }
            in.reset();
            return true;
        } catch (SocketTimeoutException nothing) {
            return false;
        }
    }

    private static Value told(Value reply) throws Refused {
        if (reply instanceof Value.Text(String text) && text.startsWith("\0-")) {
            throw new Refused(text.substring(2));
        }
        return reply;
    }

    private void send(String... command) throws IOException {
        byte[] bytes = RespSocket.text(command);
        if (breaksNext.compareAndSet(true, false)) {
            out.write(bytes, 0, 1 + Math.floorMod(System.nanoTime(), bytes.length - 1));
            out.flush();
            socket.close();
            // A part of a command is none.
            unsure = false;
            throw new IOException("hung up within a command");
        }
        out.write(bytes);
        out.flush();
    }

    private Value reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> Value.word(rest);
            // Marked, so that no value can be taken for an error.
            case '-' -> Value.text("\0-" + rest);
            case ':' -> Value.of(Long.parseLong(rest));
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IOException("no reply: " + line);
        };
    }

    private Value array(int length) throws IOException {
        if (length < 0) {
            return Value.nil();
        }
        List<Value> items = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            items.add(reply());
        }
        return Value.vector(items);
    }

    private Value bulk(int length) throws IOException {
        if (length < 0) {
            return Value.nil();
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("connection closed within a reply");
        }
        return Value.text(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed");
            }
            text.append((char) c);
        }
        if (in.read() != '\n' || text.isEmpty()) {
            throw new IOException("a reply's line does not end with CRLF");
        }
        return text.toString();
    }

    /** A number, as text or as integer; nil is {@code otherwise}. */
    public static long number(Value reply, long otherwise) {
        return switch (reply) {
            case Value.Int(long number) -> number;
            case Value.Text(String text) -> Long.parseLong(text);
            case Value.Nil() -> otherwise;
            case Value.Word _, Value.Vector _, Value.Table _ ->
                    throw new IllegalArgumentException("no number: " + reply);
        };
    }

    /** The numbers of an array. */
    public static Value numbers(Value array) {
        return Value.numbers(array.asList().stream().map(item -> number(item, 0)).toList());
    }

    /** The next command is sent in part, then the connection breaks: the command has not happened and never will. */
    public void cutWithinCommand() {
        breaksNext.set(true);
    }

    /** Breaks the connection, whatever is on its way. */
    public void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
