package dev.balsa.node.config;

import static dev.balsa.proxy.config.Directive.none;
import static dev.balsa.proxy.config.Directive.only;

import dev.balsa.proxy.config.Directive;
import dev.balsa.proxy.config.Kind.Bytes;
import dev.balsa.proxy.config.Kind.Flag;
import dev.balsa.proxy.config.Kind.Text;
import dev.balsa.proxy.config.Kind.Whole;
import dev.balsa.proxy.config.Kind.Words;
import java.util.List;
import java.util.Map;

/**
 * Directives of redis.conf that Balsa does not act on. Where leaving one out would break a promise it makes, only the
 * value that is true here is
 * accepted; where it is harmless, it is accepted with a warning. CONFIG GET shows both, because clients and tools ask
 * for them. Immutable.
 */
final class RedisDirectives {
    private static final String LOG = "the replicated log and its snapshots keep the data";
    private static final String RAFT = "replication is Raft";
    private static final String OWN_STRUCTURES = "Balsa's data structures are its own";

    /** Older names that redis.conf still takes. */
    static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("slaveof", "replicaof"),
            Map.entry("hash-max-ziplist-entries", "hash-max-listpack-entries"),
            Map.entry("hash-max-ziplist-value", "hash-max-listpack-value"),
            Map.entry("zset-max-ziplist-entries", "zset-max-listpack-entries"),
            Map.entry("zset-max-ziplist-value", "zset-max-listpack-value"),
            Map.entry("list-max-ziplist-size", "list-max-listpack-size"),
            Map.entry("slave-read-only", "replica-read-only"),
            Map.entry("slave-serve-stale-data", "replica-serve-stale-data"),
            Map.entry("slave-priority", "replica-priority"),
            Map.entry("slave-lazy-flush", "replica-lazy-flush"),
            Map.entry("lua-time-limit", "busy-reply-threshold"));

    /** Only one value is true here. */
    static final List<Directive> ONE_MEANING = List.of(
            only("appendonly", "yes", "the replicated log is always on: remove the line"),
            only("cluster-enabled", "no", "set cluster-port and one cluster-node line for each member instead"),
            only("replicaof", "", "replication is Raft: name every member in a cluster-node line instead"),
            only("daemonize", "no", "it stays in the foreground: use systemd, a container, or your shell's &"),
            only("rename-command", "", "commands cannot be renamed: remove the line"),
            only("loadmodule", "", "native modules cannot run in a Java process: remove the line"),
            only("unixsocket", "", "Unix sockets are not served: use bind 127.0.0.1"),
            only("masterauth", "", "nodes trust each other by cluster-secret, the same on all of them: use that"),
            only("masteruser", "", "nodes trust each other by cluster-secret, the same on all of them: use that"),
            only("latency-tracking", "yes", "latencies are always tracked: remove the line"));

    /** Accepted, without effect. */
    static final List<Directive> NO_EFFECT = List.of(
            none("save", new Words(), "", LOG + "; snapshot-log-bytes says when to take one"),
            none("appendfilename", new Text(), "appendonly.aof", LOG),
            none("appenddirname", new Text(), "appendonlydir", LOG),
            none("no-appendfsync-on-rewrite", new Flag(), "no", "a snapshot never holds up an fsync"),
            none("auto-aof-rewrite-percentage", new Whole(0, Integer.MAX_VALUE), "100", "see snapshot-log-bytes"),
            none("auto-aof-rewrite-min-size", new Bytes(0, Long.MAX_VALUE), "67108864", "see snapshot-log-bytes"),
            none("aof-load-truncated", new Flag(), "yes",
                    "a torn end of the log was never acknowledged and is cut off"),
            none("aof-use-rdb-preamble", new Flag(), "yes", LOG),
            none("aof-timestamp-enabled", new Flag(), "no", "every log entry carries its time"),
            none("aof-rewrite-incremental-fsync", new Flag(), "yes", LOG),
            none("rdb-save-incremental-fsync", new Flag(), "yes", "snapshots are written in the background"),
            none("stop-writes-on-bgsave-error", new Flag(), "yes", "the log keeps every write without a snapshot"),
            none("rdbchecksum", new Flag(), "yes", "snapshots always carry a checksum"),
            none("rdb-del-sync-files", new Flag(), "no", RAFT),
            none("tcp-backlog", new Whole(0, Integer.MAX_VALUE), "511", "the system's limit is used"),
            none("supervised", new Text(), "no", "it stays in the foreground"),
            none("pidfile", new Text(), "", "no pid file is written"),
            none("always-show-logo", new Flag(), "no", "there is no logo to show"),
            none("set-proc-title", new Flag(), "yes", "a Java process keeps its title"),
            none("proc-title-template", new Text(), "{title} {listen-addr} {server-mode}",
                    "a Java process keeps its title"),
            none("syslog-enabled", new Flag(), "no", "logs go to standard output or logfile"),
            none("syslog-ident", new Text(), "redis", "logs go to standard output or logfile"),
            none("crash-log-enabled", new Flag(), "yes", "the JVM writes hs_err files"),
            none("crash-memcheck-enabled", new Flag(), "yes", "the JVM writes hs_err files"),
            none("io-threads-do-reads", new Flag(), "no", "every event loop reads and writes"),
            none("hz", new Whole(1, 500), "10", "housekeeping runs when there is something to do"),
            none("dynamic-hz", new Flag(), "yes", "housekeeping runs when there is something to do"),
            none("active-expire-effort", new Whole(1, 10), "1", "keys are removed in the order of their deadlines"),
            none("activerehashing", new Flag(), "yes", OWN_STRUCTURES),
            none("activedefrag", new Flag(), "no", "the arena does not fragment across pages"),
            none("jemalloc-bg-thread", new Flag(), "yes", "memory is not jemalloc's"),
            none("disable-thp", new Flag(), "yes", "nothing forks"),
            none("oom-score-adj", new Text(), "no", "set it in systemd or the container"),
            none("oom-score-adj-values", new Words(), "0 200 800", "set it in systemd or the container"),
            none("lazyfree-lazy-eviction", new Flag(), "no", "freeing is always lazy"),
            none("lazyfree-lazy-expire", new Flag(), "no", "freeing is always lazy"),
            none("lazyfree-lazy-server-del", new Flag(), "no", "freeing is always lazy"),
            none("lazyfree-lazy-user-del", new Flag(), "no", "freeing is always lazy"),
            none("lazyfree-lazy-user-flush", new Flag(), "no", "freeing is always lazy"),
            none("replica-lazy-flush", new Flag(), "no", RAFT),
            none("replica-serve-stale-data", new Flag(), "yes", RAFT + ": no replica answers with stale data"),
            none("replica-read-only", new Flag(), "yes", RAFT),
            none("replica-priority", new Whole(0, Integer.MAX_VALUE), "100", RAFT),
            none("repl-diskless-sync", new Flag(), "yes", RAFT),
            none("repl-diskless-sync-delay", new Whole(0, Integer.MAX_VALUE), "5", RAFT),
            none("repl-diskless-sync-max-replicas", new Whole(0, Integer.MAX_VALUE), "0", RAFT),
            none("repl-diskless-load", new Text(), "disabled", RAFT),
            none("repl-disable-tcp-nodelay", new Flag(), "no", RAFT),
            none("repl-backlog-size", new Bytes(1, Long.MAX_VALUE), "1048576", RAFT),
            none("repl-backlog-ttl", new Whole(0, Integer.MAX_VALUE), "3600", RAFT),
            none("repl-timeout", new Whole(1, Integer.MAX_VALUE), "60", RAFT),
            none("repl-ping-replica-period", new Whole(1, Integer.MAX_VALUE), "10", RAFT),
            none("min-replicas-to-write", new Whole(0, Integer.MAX_VALUE), "0", "a majority is always required"),
            none("min-replicas-max-lag", new Whole(0, Integer.MAX_VALUE), "10", "a majority is always required"),
            none("cluster-node-timeout", new Whole(0, Integer.MAX_VALUE), "15000", "see election-timeout-millis"),
            none("cluster-config-file", new Text(), "nodes.conf", "members stand in cluster-node lines"),
            none("cluster-require-full-coverage", new Flag(), "yes", "each group answers for itself"),
            none("maxmemory-eviction-tenacity", new Whole(0, 100), "10",
                    "at most 64 keys are evicted ahead of one write"),
            none("latency-tracking-info-percentiles", new Words(), "50 99 99.9", "INFO shows these percentiles always"),
            none("busy-reply-threshold", new Whole(0, Long.MAX_VALUE), "5000", "a script ends by what it has done (script-instructions-max), not by time"),
            none("list-compress-depth", new Whole(0, Integer.MAX_VALUE), "0", OWN_STRUCTURES));

    private RedisDirectives() {}
}
