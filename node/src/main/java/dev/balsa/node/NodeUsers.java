package dev.balsa.node;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.engine.SharedUsers;
import dev.balsa.node.replication.HostedGroup;
import dev.balsa.proxy.ConfigFile;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.proxy.acl.UserFile;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.front.Front;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a node has its users from: first its configuration, then what it knew when it ran last ({@code users} in its
 * directory), then the state of the cluster's first group. Stateless.
 *
 * <p>The file is there so that a node which was started, and whose log has not been replayed yet, does not go by its
 * configuration again.
 */
final class NodeUsers {
    private static final Logger LOG = LoggerFactory.getLogger(NodeUsers.class);
    private static final String FILE = "users";

    private NodeUsers() {}

    /** Comes before the ports open. @throws ConfigFile.ConfigException if the configured users are no good */
    static void start(NodeConfig config, Settings settings, Front front, List<HostedGroup> groups) throws IOException {
        Users users = front.users();
        settings.onChange("acl-pubsub-default", value -> {
            users.newUsersHaveAllChannels(value.equals("allchannels"));
            return null;
        });
        settings.onChange("acllog-max-len", value -> {
            front.aclLog().lengthMax(Integer.parseInt(value));
            return null;
        });
        configure(config, front);
        if (config.members().size() > 1 && config.clusterSecret().isEmpty()) {
            users.unsafe("users need cluster-secret, the same on every node: without it anybody who reaches a cluster"
                    + " port could pass for a node. Set it and start the nodes again");
        }
        Path file = config.dir().resolve(FILE);
        if (Files.exists(file)) {
            users.take(read(file));
        }
        if (users.version() > 0 && !(config.users().isEmpty() && config.aclFile().isEmpty())) {
            LOG.info("users are those of the cluster, in version {}; those of the configuration were its first ones",
                    users.version());
        }
        for (HostedGroup group : groups) {
            if (group.spec().id() == 0) {
                group.onUsers(shared -> changed(users, shared, file));
            }
        }
    }

    private static void configure(NodeConfig config, Front front) throws IOException {
        if (!config.aclFile().isEmpty() && !config.users().isEmpty()) {
            throw config.users().getFirst().error("users are defined here and in the aclfile "
                    + config.aclFile() + ": one place is enough");
        }
        boolean any = !config.users().isEmpty() || !config.aclFile().isEmpty();
        if (any && config.members().size() > 1 && config.clusterSecret().isEmpty()) {
            throw new ConfigFile.ConfigException("users need cluster-secret, the same on every node");
        }
        for (ConfigFile.Directive line : config.users()) {
            String problem = front.users().configure(line.values());
            if (problem != null) {
                throw line.error(problem);
            }
        }
        if (!config.aclFile().isEmpty()) {
            Users read = UserFile.read(Path.of(config.aclFile()), front.commandIndex(),
                    front.users().newUsersHaveAllChannels());
            for (String line : UserFile.lines(read.definition())) {
                List<String> words = List.of(line.split(" ", -1));
                String problem = front.users().configure(words.subList(1, words.size()));
                if (problem != null) {
                    throw new ConfigFile.ConfigException(config.aclFile() + ": " + problem);
                }
            }
        }
    }

    private static void changed(Users users, SharedUsers shared, Path file) {
        users.take(new Definition(shared.version(), shared.rules()));
        try {
            List<String> lines = new ArrayList<>();
            lines.add(Long.toString(shared.version()));
            shared.rules().forEach((name, rules) -> lines.add(name + " " + rules));
            UserFile.write(file, lines);
        } catch (IOException e) {
            LOG.warn("the users cannot be written to {}: {}", file, e.getMessage());
        }
    }

    private static Definition read(Path file) throws IOException {
        SharedUsers known = SharedUsers.of(Files.readString(file, StandardCharsets.ISO_8859_1)
                .getBytes(StandardCharsets.ISO_8859_1));
        return new Definition(known.version(), known.rules());
    }
}
