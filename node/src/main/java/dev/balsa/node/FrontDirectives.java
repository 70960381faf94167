package dev.balsa.node;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.observe.Versions;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.front.FrontSettings;
import dev.balsa.proxy.front.FrontSettings.DebugAccess;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which directives the front acts on: their values at the start, and what CONFIG SET makes of them. Stateless. */
final class FrontDirectives {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDirectives.class);
    /** Listeners, log segments, snapshots, and connections to and from the other nodes. */
    private static final int FILES_KEPT = 256;

    private FrontDirectives() {}

    static FrontSettings bind(Settings settings, NodeConfig config) {
        FrontSettings front = new FrontSettings()
                .databases(config.databases())
                .shownVersion(Versions.REDIS)
                .busyWaitMillis(config.busyWaitMillis())
                .debugAccess(DebugAccess.valueOf(config.debugCommand().toUpperCase(Locale.ROOT)));
        front.linkSecret(config.clusterSecret()).aclFile(config.aclFile());
        settings.onChange("requirepass", front::changeRequirepass);
        front.maxclients(atStart(settings, config.maxClients()));
        settings.onChange("maxclients", value -> {
            int clients = Integer.parseInt(value);
            if (clients > clientsMax()) {
                return "The operating system is not able to handle the specified number of clients, try with " + clientsMax();
            }
            front.maxclients(clients);
            return null;
        });
        settings.onChange("maxmemory-clients", value -> {
            front.clientsMaxBytes(Long.parseLong(value));
            return null;
        });
        settings.onChange("timeout", value -> {
            front.timeoutSeconds(Integer.parseInt(value));
            return null;
        });
        settings.onChange("client-subscriptions-max", value -> {
            front.subscriptionsMax(Integer.parseInt(value));
            return null;
        });
        settings.onChange("tracking-table-max-keys", value -> {
            front.trackedKeysMax(Long.parseLong(value));
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

    /** A node that has run out of files could not even go on with its log: clients are not to take the last ones. */
    private static int atStart(Settings settings, int wanted) {
        int max = clientsMax();
        if (wanted > max) {
            LOG.warn("maxclients is {} instead of {}: the system allows this process {} open files (ulimit -n), {} are kept"
                    + " for its own", max, wanted, filesMax(), FILES_KEPT);
            settings.found("maxclients", Integer.toString(max));
        }
        return Math.min(wanted, max);
    }

    private static int clientsMax() {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, filesMax() - FILES_KEPT));
    }

    private static long filesMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() : Long.MAX_VALUE;
    }

    /** @param value the classes one after the other: {@code normal hard soft seconds slave … pubsub …} */
    private static void outputLimit(FrontSettings front, String value) {
        String[] words = value.split(" ", -1);
        for (int i = 0; i + 3 < words.length; i += 4) {
            long hard = Long.parseLong(words[i + 1]);
            long soft = Long.parseLong(words[i + 2]);
            int seconds = Integer.parseInt(words[i + 3]);
            switch (words[i]) {
                case "normal" -> front.outputLimit(hard, soft, seconds);
                case "pubsub" -> front.messagesLimit(new FrontSettings.OutputLimit(hard, soft, seconds));
                default -> {
                    // No client is a replica.
                }
            }
        }
    }
}
