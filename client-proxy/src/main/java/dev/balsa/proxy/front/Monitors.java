package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.CommandEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The clients that asked for MONITOR: each gets a line for each command that a client of this process had executed, as
 * redis-server writes it; passwords are left out. Thread-safe. Without monitors a command costs one look at an empty list.
 */
final class Monitors {
    private final List<Connection> monitors = new CopyOnWriteArrayList<>();

    boolean none() {
        return monitors.isEmpty();
    }

    void add(Connection client) {
        monitors.add(client);
    }

    void remove(Connection client) {
        monitors.remove(client);
    }

    /** Tells of a command that {@code client} had executed in {@code database}. */
    void tell(Connection client, CommandEntry entry, Args args, int database) {
        if (entry.spec().has(CommandFlag.ADMIN) || entry.spec().has(CommandFlag.SKIP_MONITOR)) {
            return;
        }
        byte[] line = line(client, entry, args, database).getBytes(StandardCharsets.ISO_8859_1);
        for (Connection monitor : monitors) {
            monitor.answers().handOver(line);
        }
    }

    private static String line(Connection client, CommandEntry entry, Args args, int database) {
        long micros = client.front().wallMicros();
        StringBuilder line = new StringBuilder(64 + args.end() - args.start());
        line.append('+').append(micros / 1_000_000).append('.');
        String fraction = Long.toString(1_000_000 + micros % 1_000_000);
        line.append(fraction, 1, fraction.length());
        line.append(" [").append(database).append(' ').append(client.peer().address()).append(']');
        int secretFrom = secret(entry, args);
        for (int i = 0; i < args.count(); i++) {
            line.append(' ');
            boolean hidden = i >= secretFrom && i < secretFrom + 2;
            quote(line, hidden ? "(redacted)" : args.text(i));
        }
        return line.append("\r\n").toString();
    }

    /** The first of the two arguments that name a user and a password; beyond all if there is none. */
    private static int secret(CommandEntry entry, Args args) {
        if (entry.name().equals("auth")) {
            return 1;
        }
        if (entry.name().equals("hello")) {
            for (int i = 2; i < args.count(); i++) {
                if (args.is(i, "AUTH")) {
                    return i + 1;
                }
            }
        }
        return args.count();
    }

    /** As Redis' sdscatrepr; {@code text} is Latin-1. */
    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\', '"' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case 0x07 -> line.append("\\a");
                case '\b' -> line.append("\\b");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        line.append(c);
                    } else {
                        line.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                    }
                }
            }
        }
        line.append('"');
    }
}
