package dev.balsa.node.observe;

import dev.balsa.proto.resp.RespWriter;
import java.util.List;

/** SLOWLOG. Immutable. */
final class SlowLogCommands {
    private static final int COUNT_DEFAULT = 10;

    private final SlowLog log;

    SlowLogCommands(SlowLog log) {
        this.log = log;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("slowlog|get", -2, this::get),
                new AdminRow("slowlog|len", 2, call -> call.reply().integer(log.length())),
                new AdminRow("slowlog|reset", 2, this::reset),
                new AdminRow("slowlog|help", 2, SlowLogCommands::help));
    }

    // SLOWLOG GET [count]
    private void get(AdminCall call) {
        long count = COUNT_DEFAULT;
        if (call.args().count() > 3) {
            call.reply().error("ERR wrong number of arguments for 'slowlog|get' command");
            return;
        }
        if (call.args().count() == 3) {
            Long given = call.number(2, "count should be greater than or equal to -1");
            if (given == null) {
                return;
            }
            if (given < -1) {
                call.reply().error("ERR count should be greater than or equal to -1");
                return;
            }
            count = given;
        }
        List<SlowLog.Entry> entries = log.newest(count);
        RespWriter reply = call.reply();
        reply.array(entries.size());
        for (SlowLog.Entry entry : entries) {
            reply.array(6);
            reply.integer(entry.id());
            reply.integer(entry.startSeconds());
            reply.integer(entry.micros());
            reply.array(entry.arguments().size());
            entry.arguments().forEach(reply::bulk);
            reply.bulk(entry.address());
            reply.bulk(entry.name());
        }
    }

    private void reset(AdminCall call) {
        log.clear();
        call.reply().ok();
    }

    private static void help(AdminCall call) {
        call.help(
                "SLOWLOG",
                "GET [<count>]",
                "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
                "    Entries are made of:",
                "    id, timestamp, time in microseconds, arguments array, client IP and port,",
                "    client name",
                "LEN",
                "    Return the length of the slowlog.",
                "RESET",
                "    Reset the slowlog.");
    }
}
