package dev.balsa.node.observe;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.config.ConfigRewrite;
import dev.balsa.proxy.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CONFIG. Immutable. */
final class ConfigCommands {
    private final NodeConfig started;
    private final Settings settings;
    private final Runnable resetStatistics;

    /** @param resetStatistics everything that CONFIG RESETSTAT sets to zero */
    ConfigCommands(NodeConfig started, Settings settings, Runnable resetStatistics) {
        this.started = started;
        this.settings = settings;
        this.resetStatistics = resetStatistics;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("config|get", -3, this::get),
                new AdminRow("config|set", -4, this::set),
                new AdminRow("config|resetstat", 2, this::resetStat),
                new AdminRow("config|rewrite", 2, this::rewrite),
                new AdminRow("config|help", 2, ConfigCommands::help));
    }

    // CONFIG GET pattern [pattern ...]
    private void get(AdminCall call) {
        List<String> patterns = new ArrayList<>();
        for (int i = 2; i < call.args().count(); i++) {
            patterns.add(call.args().text(i));
        }
        Map<String, String> found = settings.matching(patterns);
        call.reply().map(found.size());
        found.forEach((name, value) -> {
            call.reply().bulk(name);
            call.reply().bulk(value);
        });
    }

    // CONFIG SET name value [name value ...]
    private void set(AdminCall call) {
        if (call.args().count() % 2 != 0) {
            call.reply().error("ERR wrong number of arguments for 'config|set' command");
            return;
        }
        List<Settings.Change> changes = new ArrayList<>();
        for (int i = 2; i < call.args().count(); i += 2) {
            changes.add(new Settings.Change(call.word(i), call.args().text(i + 1)));
        }
        if (changes.stream().anyMatch(change -> change.name().startsWith("tls-"))) {
            // Files are read and ports opened, which no loop of clients can wait for.
            call.answerFrom(reply -> answer(settings.set(changes), reply));
        } else {
            answer(settings.set(changes), call.reply());
        }
    }

    private static void answer(@Nullable String refused, RespWriter reply) {
        if (refused == null) {
            reply.ok();
        } else {
            reply.error(refused);
        }
    }

    // CONFIG RESETSTAT
    private void resetStat(AdminCall call) {
        resetStatistics.run();
        call.reply().ok();
    }

    // CONFIG REWRITE
    private void rewrite(AdminCall call) {
        Path file = started.file();
        if (file == null) {
            call.reply().error("ERR The server is running without a config file");
            return;
        }
        Map<String, String> values = settings.toKeep();
        call.answerFrom(reply -> {
            try {
                ConfigRewrite.rewrite(file, settings.table(), values, NodeConfig.load(file, List.of())::value);
                reply.ok();
            } catch (IOException e) {
                reply.error("ERR Rewriting config file: " + e.getMessage());
            }
        });
    }

    private static void help(AdminCall call) {
        call.help(
                "CONFIG",
                "GET <pattern>",
                "    Return parameters matching the glob-like <pattern> and their values.",
                "SET <directive> <value>",
                "    Set the configuration <directive> to <value>.",
                "RESETSTAT",
                "    Reset statistics reported by the INFO command.",
                "REWRITE",
                "    Rewrite the configuration file.");
    }
}
