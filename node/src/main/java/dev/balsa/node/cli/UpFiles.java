package dev.balsa.node.cli;

import dev.balsa.node.cluster.NodeIdentity;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proxy.ConfigFile;
import dev.balsa.proxy.tls.CertificateAuthority;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of {@code balsa up}: {@code lock}, with {@code --tls} certificates in {@code tls}, and for each node {@code nodeN/node.conf}, its data, and {@code
 * nodeN/log}. The configurations are written once
 * and then belong to the user. Holds the lock until it is closed.
 */
final class UpFiles implements AutoCloseable {
    static final String CONFIG = "node.conf";

    /** Of all nodes together. */
    private static final long SNAPSHOT_BYTES_PER_SECOND = 100L << 20;
    private static final String TLS = "tls";
    private static final Duration CERTIFICATES_VALID = Duration.ofDays(3650);

    private final UpOptions options;
    private final FileChannel lockFile;
    private final FileLock lock;

    private UpFiles(UpOptions options, FileChannel lockFile, FileLock lock) {
        this.options = options;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Takes the directory, makes what is missing, and checks that what is there fits. */
    static UpFiles open(UpOptions options) throws IOException {
        Files.createDirectories(options.directory());
        Path file = options.directory().resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // This process has it.
        }
        if (lock == null) {
            channel.close();
            throw new UserError(options.directory()
                    + " is in use by another 'balsa up'. Stop that one, or give another --dir.");
        }
        UpFiles files = new UpFiles(options, channel, lock);
        try {
            files.prepare();
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private void prepare() throws IOException {
        int found = 0;
        while (Files.exists(config(found + 1))) {
            found++;
        }
        if (found == 0) {
            found();
        } else {
            checkFits(found);
        }
    }

    private void found() throws IOException {
        List<String> members = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        for (int i = 1; i <= options.nodes(); i++) {
            ids.add(NodeIdentity.random());
            members.add("cluster-node " + ids.getLast() + " 127.0.0.1 " + options.plainPort(i) + " "
                    + options.clusterPort(i) + " "
                    + options.raftPort(i));
        }
        if (options.tls()) {
            makeCertificates();
        }
        // The last one first: a directory without node1/node.conf was not finished, and is begun again.
        for (int i = options.nodes(); i >= 1; i--) {
            List<String> lines = new ArrayList<>(List.of(
                    "# Node " + i + " of a cluster on this machine. Written once by 'balsa up'; what you change "
                            + "here stays.",
                    "# 'balsa node node.conf' in this directory runs it alone.",
                    "node-id " + ids.get(i - 1),
                    "dir .",
                    "groups " + options.groups(),
                    "cluster-secret " + secret,
                    "# All nodes write to one disk here, and the log must not wait for it.",
                    "snapshot-bytes-per-second-max " + SNAPSHOT_BYTES_PER_SECOND / options.nodes()));
            lines.addAll(options.tls() ? tlsLines(i) : List.of());
            lines.addAll(members);
            Files.createDirectories(options.nodeDirectory(i));
            writePrivately(config(i), lines);
        }
    }

    private List<String> tlsLines(int i) {
        return List.of(
                "port 0",
                "tls-port " + options.plainPort(i),
                "tls-cluster yes",
                "tls-replication yes",
                "tls-cert-file " + ConfigFile.quote(tlsFile("node.crt")),
                "tls-key-file " + ConfigFile.quote(tlsFile("node.key")),
                "tls-ca-cert-file " + ConfigFile.quote(tlsFile("ca.crt")));
    }

    private String tlsFile(String name) {
        return options.directory().resolve(TLS).resolve(name).toString();
    }

    /**
     * One certificate for all nodes and the front, and one for clients; the authority's key is forgotten. Who has
     * certificates of his own puts them there before.
     */
    private void makeCertificates() throws IOException {
        Path directory = Files.createDirectories(options.directory().resolve(TLS));
        if (Stream.of("ca.crt", "node.crt", "node.key").allMatch(name -> Files.exists(directory.resolve(name)))) {
            return;
        }
        CertificateAuthority authority = new CertificateAuthority("balsa up", CERTIFICATES_VALID);
        Files.writeString(directory.resolve("ca.crt"), authority.certificate());
        List<String> hosts = new ArrayList<>(List.of("localhost", "127.0.0.1"));
        if (options.bind().matches("[0-9]+(\\.[0-9]+){3}") && !hosts.contains(options.bind())) {
            hosts.add(options.bind());
        }
        authority.issue(directory, "node", hosts);
        authority.issue(directory, "client", List.of());
    }

    /** What redis-cli and the tools take to connect to such a cluster, and a blank. */
    String clientOptions() {
        return "--tls --cacert " + tlsFile("ca.crt") + " --cert " + tlsFile("client.crt") + " --key "
                + tlsFile("client.key") + " ";
    }

    /** It holds the cluster's secret. */
    private static void writePrivately(Path file, List<String> lines) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(file, lines);
    }

    private void checkFits(int found) {
        NodeConfig first = config(1, List.of());
        if (options.tls() && !first.tlsCluster()) {
            throw new UserError(options.directory() + " holds a cluster without TLS. Set it up in its node.conf files, "
                    + "or begin another one with another --dir.");
        }
        List<ClusterMap.Node> members = first.members();
        int port = members.isEmpty() ? 0 : members.getFirst().port() - 1;
        if (members.size() != found || found != options.nodes() || first.groups() != options.groups()
                || port != options.port()) {
            throw new UserError(options.directory() + " holds a cluster of " + found + " nodes and " + first.groups()
                    + " groups on port "
                    + port + ". Resume it with\n  balsa up --nodes " + found + " --groups " + first.groups()
                    + " --port " + port + " --dir "
                    + options.directory() + "\nor begin another one with another --dir, or delete this directory "
                    + "and its data.");
        }
    }

    private static NodeConfig config(Path file, List<String> arguments) {
        return NodeConfig.load(file, arguments);
    }

    private NodeConfig config(int i, List<String> arguments) {
        return config(config(i), arguments);
    }

    /** {@code node.conf} of node {@code i}. */
    Path config(int i) {
        return options.nodeDirectory(i).resolve(CONFIG);
    }

    /** What the nodes were configured to, in their order. */
    List<NodeConfig> configs() {
        List<NodeConfig> configs = new ArrayList<>();
        for (int i = 1; i <= options.nodes(); i++) {
            configs.add(config(i, List.of()));
        }
        return configs;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockFile.close();
    }
}
