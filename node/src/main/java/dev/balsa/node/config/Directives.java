package dev.balsa.node.config;

import static dev.balsa.proxy.config.Directive.live;
import static dev.balsa.proxy.config.Directive.start;

import dev.balsa.node.engine.EvictionPolicy;
import dev.balsa.proxy.config.Directive;
import dev.balsa.proxy.config.DirectiveTable;
import dev.balsa.proxy.config.Kind;
import dev.balsa.proxy.config.Kind.Bytes;
import dev.balsa.proxy.config.Kind.Choice;
import dev.balsa.proxy.config.Kind.Flag;
import dev.balsa.proxy.config.Kind.KeyspaceEventClasses;
import dev.balsa.proxy.config.Kind.Member;
import dev.balsa.proxy.config.Kind.OutputLimits;
import dev.balsa.proxy.config.Kind.Text;
import dev.balsa.proxy.config.Kind.UserRules;
import dev.balsa.proxy.config.Kind.Whole;
import dev.balsa.proxy.config.Kind.Words;
import dev.balsa.proxy.tls.TlsDirectives;
import dev.balsa.proxy.transport.IoTransport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of all directives: those of a node in this file, those of TLS, which proxies have too, in
 * {@link TlsDirectives}, those of Redis that mean one thing here or nothing in {@link RedisDirectives}. Immutable.
 */
public final class Directives {
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;
    private static final Kind COUNT = new Whole(0, Integer.MAX_VALUE);
    private static final Kind PORT = new Whole(0, 65_535);

    private static final List<Directive> OURS = List.of(
            // Listening. Port 0 = do not listen.
            start("port", PORT, "6379"),
            start("cluster-port", PORT, "0"),
            start("bind", new Words(), "127.0.0.1 -::1"),
            start("protected-mode", new Flag(), "yes"),
            start("tcp-keepalive", new Whole(0, Integer.MAX_VALUE), "300"),
            start("io-threads", new Whole(1, 128), "1"),
            start("io-transport", new Choice(IoTransport.NAMES), "auto"),
            // Clients.
            live("requirepass", new Text(), ""),
            // Users: the first definition; from the first ACL SETUSER on the cluster keeps them.
            start("user", new UserRules(), ""),
            start("aclfile", new Text(), ""),
            live("acllog-max-len", new Whole(0, 1_000_000), "128"),
            live("acl-pubsub-default", new Choice(List.of("resetchannels", "allchannels")), "resetchannels"),
            live("maxclients", new Whole(1, 1_000_000), "10000"),
            live("maxmemory-clients", new Bytes(0, 1L << 50), "0"),
            live("timeout", new Whole(0, Integer.MAX_VALUE), "0"),
            live("proto-max-bulk-len", new Bytes(MIB, Integer.MAX_VALUE), "536870912"),
            live("client-query-buffer-limit", new Bytes(MIB, 4 * GIB), "1073741824"),
            live(
                    "client-output-buffer-limit",
                    new OutputLimits(),
                    "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
            live("client-subscriptions-max", new Whole(0, Integer.MAX_VALUE), "100000"),
            live("notify-keyspace-events", new KeyspaceEventClasses(), ""),
            live("tracking-table-max-keys", new Whole(0, Long.MAX_VALUE), "1000000"),
            live("client-unanswered-max", new Whole(1, 1 << 20), "4096"),
            live("route-timeout-millis", new Whole(0, 3_600_000), "5000"),
            live("busy-wait-millis", new Whole(0, 3_600_000), "1000"),
            // Data.
            start("databases", new Whole(1, 1024), "16"),
            live("maxmemory", new Bytes(0, 1L << 50), "0"),
            live("maxmemory-policy", new Choice(EvictionPolicy.texts()), "noeviction"),
            live("maxmemory-samples", new Whole(1, 64), "5"),
            live("lfu-log-factor", COUNT, "10"),
            live("lfu-decay-time", COUNT, "1"),
            start("arena-max-bytes", new Bytes(64 * MIB, 1L << 50), Long.toString(16 * GIB)),
            // Up to which size values stay packed: of the leader's node, for all replicas.
            live("hash-max-listpack-entries", COUNT, "512"),
            live("hash-max-listpack-value", COUNT, "64"),
            live("list-max-listpack-size", new Whole(-5, Integer.MAX_VALUE), "-2"),
            live("set-max-intset-entries", COUNT, "512"),
            live("set-max-listpack-entries", COUNT, "128"),
            live("set-max-listpack-value", COUNT, "64"),
            live("zset-max-listpack-entries", COUNT, "128"),
            live("zset-max-listpack-value", COUNT, "64"),
            live("stream-node-max-bytes", new Bytes(0, Integer.MAX_VALUE), "4096"),
            live("stream-node-max-entries", COUNT, "100"),
            live("hll-sparse-max-bytes", COUNT, "3000"),
            // What a script may use: of the leader's node, for all replicas.
            live("script-instructions-max", new Whole(1000, Long.MAX_VALUE), "100000000"),
            live("script-memory-max-bytes", new Bytes(MIB, GIB), Long.toString(64 * MIB)),
            live("script-cache-max-scripts", new Whole(1, 1_000_000), "500"),
            // Files.
            start("dir", new Text(), "."),
            start("dbfilename", new Text(), "dump.rdb"),
            live("appendfsync", new Choice(List.of("always", "everysec", "no")), "always"),
            // Compressing took 13 s where writing took 1 s (5M values of 64 bytes), on cores that serve clients.
            start("rdbcompression", new Flag(), "no"),
            start("raft-log", new Choice(List.of("segments", "rocksdb")), "segments"),
            start("snapshot-bytes-per-second-max", new Bytes(MIB, 1L << 50), Long.toString(100 * MIB)),
            live("snapshot-log-bytes", new Bytes(MIB, 1L << 50), Long.toString(256 * MIB)),
            start("disk-reserve-bytes", new Bytes(0, 1L << 50), Long.toString(256 * MIB)),
            // Replication.
            start("node-id", new Text(), ""),
            // What nodes and proxies know of each other, the same on all; empty: requirepass.
            start("cluster-secret", new Text(), ""),
            start("raft-port", PORT, "0"),
            start("raft-bind", new Text(), ""),
            start("tls-replication", new Choice(TlsDirectives.LINKS), "no"),
            start("cluster-node", new Member(), ""),
            start("groups", new Whole(1, 64), "1"),
            start("election-timeout-millis", new Whole(50, 60_000), "350"),
            start("election-spread-millis", new Whole(10, 60_000), "150"),
            // A leader that is not the preferred one hands over after so long; 0 = never.
            live("spread-leaders-after-millis", new Whole(0, 86_400_000), "10000"),
            start("batch-max-bytes", new Bytes(1024, 256 * MIB), Long.toString(MIB)),
            start("batch-max-commands", new Whole(1, 65_536), "4096"),
            start("command-max-bytes", new Bytes(MIB, Integer.MAX_VALUE), Long.toString(512 * MIB)),
            start("waiting-max-bytes", new Bytes(MIB, 16 * GIB), Long.toString(256 * MIB)),
            start("blocked-clients-max", new Whole(1, 1_000_000), "100000"),
            start("apply-queue-max-bytes", new Bytes(MIB, 16 * GIB), Long.toString(64 * MIB)),
            start("entries-in-flight-max", new Whole(1, 4096), "2"),
            start("log-memory-max-bytes", new Bytes(MIB, 16 * GIB), Long.toString(64 * MIB)),
            // What people look at.
            live("loglevel", new Choice(List.of("debug", "verbose", "notice", "warning", "nothing")), "notice"),
            start("logfile", new Text(), ""),
            live("slowlog-log-slower-than", new Whole(-1, Long.MAX_VALUE), "10000"),
            live("latency-monitor-threshold", new Whole(0, Integer.MAX_VALUE), "0"),
            live("slowlog-max-len", new Whole(0, 1_000_000), "128"),
            start("enable-debug-command", new Choice(List.of("no", "yes", "local")), "no"));

    static final DirectiveTable TABLE = new DirectiveTable(rows(), RedisDirectives.ALIASES);

    private Directives() {}

    /** The row of a directive, by its name or one of Redis' older names, in lower case; null if there is none. */
    public static @Nullable Directive find(String name) {
        return TABLE.find(name);
    }

    /** Every row, in the table's order. */
    public static Collection<Directive> all() {
        return TABLE.all();
    }

    private static List<Directive> rows() {
        List<Directive> rows = new ArrayList<>(OURS);
        rows.addAll(TlsDirectives.ALL);
        rows.addAll(RedisDirectives.ONE_MEANING);
        rows.addAll(RedisDirectives.NO_EFFECT);
        return rows;
    }
}
