package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.CommandEntry;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Commands that a connection answers itself within a transaction. Stateless. */
final class InTransaction {
    private static final long MICROS_A_SECOND = 1_000_000;

    private InTransaction() {}

    static boolean serves(CommandEntry entry) {
        return switch (entry.name()) {
            case "ping", "echo", "select", "time" -> true;
            default -> false;
        };
    }

    /** Runs a queued one, when EXEC has. */
    static void run(Connection client, CommandEntry entry, Args args, RespWriter reply) {
        switch (entry.name()) {
            case "ping" -> SessionCommands.ping(args, reply);
            case "echo" -> reply.bulk(args, 1);
            case "select" -> SessionCommands.select(client, args, reply);
            case "time" -> time(reply);
            default -> reply.ok();
        }
    }

    private static void time(RespWriter reply) {
        Instant now = Instant.now();
        reply.array(2);
        reply.bulk(now.getEpochSecond());
        reply.bulk(TimeUnit.NANOSECONDS.toMicros(now.getNano()) % MICROS_A_SECOND);
    }
}
