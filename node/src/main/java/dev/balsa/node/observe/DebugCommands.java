package dev.balsa.node.observe;

import dev.balsa.proto.command.Glob;
import dev.balsa.proto.resp.RespWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;

/**
 * The subcommands of DEBUG that help and harm nobody. The front lets them pass only where enable-debug-command allows
 * them. Immutable.
 */
final class DebugCommands {
    private static final double SLEEP_MAX_SECONDS = 3600;

    private final NodeState node;

    DebugCommands(NodeState node) {
        this.node = node;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("debug|sleep", 3, this::sleep),
                new AdminRow("debug|digest", 2, this::digest),
                new AdminRow("debug|stringmatch-len", 4, DebugCommands::stringMatchLength),
                new AdminRow("debug|set-active-expire", 3, this::setActiveExpire),
                new AdminRow("debug|jmap", 2, DebugCommands::jmap),
                new AdminRow("debug|help", 2, DebugCommands::help));
    }

    // DEBUG SLEEP seconds: this connection alone waits; blocking the loop would stop everyone and could cost
    // leadership.
    private void sleep(AdminCall call) {
        double seconds;
        try {
            seconds = Double.parseDouble(call.args().text(2));
        } catch (NumberFormatException e) {
            seconds = 0;
        }
        long micros = (long) (Math.clamp(seconds, 0, SLEEP_MAX_SECONDS) * 1e6);
        call.later();
        var _ = call.request().loop().schedule(
                () -> {
                    RespWriter reply = new RespWriter(16);
                    reply.ok();
                    call.answer(reply);
                },
                micros,
                TimeUnit.MICROSECONDS);
    }

    // DEBUG DIGEST: the digests of all groups here, joined by exclusive or.
    private void digest(AdminCall call) {
        List<CompletableFuture<NodeState.Digest>> digests = new ArrayList<>();
        for (GroupState group : node.groups()) {
            digests.add(node.digest(group.id()));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(digests.toArray(CompletableFuture[]::new));
        call.answerWith(all, (reply, _) -> {
            byte[] joined = new byte[20];
            for (CompletableFuture<NodeState.Digest> digest : digests) {
                byte[] one = HexFormat.of().parseHex(digest.join().hex());
                for (int i = 0; i < joined.length && i < one.length; i++) {
                    joined[i] ^= one[i];
                }
            }
            reply.simple(HexFormat.of().formatHex(joined));
        });
    }

    // DEBUG STRINGMATCH-LEN length pattern: whether the pattern fits that many letters a.
    private static void stringMatchLength(AdminCall call) {
        Long length = call.number(2, "value is not an integer or out of range");
        if (length == null) {
            return;
        }
        if (length < 0 || length > 1_000_000) {
            call.reply().error("ERR value is not an integer or out of range");
            return;
        }
        String pattern = call.args().text(3);
        String text = "a".repeat(length.intValue());
        call.answerFrom(reply -> reply.integer(Glob.matchesInAnyCase(pattern, text) ? 1 : 0));
    }

    // DEBUG SET-ACTIVE-EXPIRE 0|1
    private void setActiveExpire(AdminCall call) {
        node.activeExpire(!call.args().text(2).equals("0"));
        call.reply().ok();
    }

    // DEBUG JMAP: what is on the Java heap.
    private static void jmap(AdminCall call) {
        call.answerFrom(reply -> {
            Object histogram = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[] {}},
                            new String[] {String[].class.getName()});
            reply.verbatim("txt", String.valueOf(histogram));
        });
    }

    private static void help(AdminCall call) {
        call.help(
                "DEBUG",
                "DIGEST",
                "    Return a hex signature of everything in this node's replicas.",
                "JMAP",
                "    Return what is on the Java heap, by class.",
                "OBJECT <key>",
                "    Show low level info about <key> and associated value.",
                "SET-ACTIVE-EXPIRE <0|1>",
                "    Setting it to 0 disables expiring keys in background.",
                "SLEEP <seconds>",
                "    Answer this connection after <seconds>; others go on.",
                "STRINGMATCH-LEN <len> <pattern>",
                "    Match <pattern> against <len> letters a.");
    }
}
