package dev.balsa.node;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.observe.Settings;
import dev.balsa.node.observe.Versions;
import dev.balsa.proxy.front.FrontSettings;
import dev.balsa.proxy.front.FrontSettings.DebugAccess;
import java.util.Locale;

/** Which directives the front acts on: their values at the start, and what CONFIG SET makes of them. Stateless. */
final class FrontDirectives {
    private FrontDirectives() {}

    static FrontSettings bind(Settings settings, NodeConfig config) {
        FrontSettings front = new FrontSettings()
                .databases(config.databases())
                .shownVersion(Versions.REDIS)
                .busyWaitMillis(config.busyWaitMillis())
                .debugAccess(DebugAccess.valueOf(config.debugCommand().toUpperCase(Locale.ROOT)));
        settings.onChange("requirepass", value -> {
            front.requirepass(value);
            return null;
        });
        settings.onChange("maxclients", value -> {
            front.maxclients(Integer.parseInt(value));
            return null;
        });
        settings.onChange("timeout", value -> {
            front.timeoutSeconds(Integer.parseInt(value));
            return null;
        });
        settings.onChange("proto-max-bulk-len", value -> {
            front.requestLimits(front.requestLimits().withBulkMaxBytes(Integer.parseInt(value)));
            return null;
        });
        settings.onChange("client-output-buffer-limit", value -> {
            outputLimit(front, value);
            return null;
        });
        return front;
    }

    /** @param value the classes one after the other: {@code normal hard soft seconds slave … pubsub …} */
    private static void outputLimit(FrontSettings front, String value) {
        String[] words = value.split(" ", -1);
        for (int i = 0; i + 3 < words.length; i += 4) {
            if (words[i].equals("normal")) {
                front.outputLimit(
                        Long.parseLong(words[i + 1]), Long.parseLong(words[i + 2]), Integer.parseInt(words[i + 3]));
            }
        }
    }
}
