package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySpec;

/**
 * A command as the front deals with it. Immutable.
 *
 * @param index dense, for tables of counters
 * @param singleKeyAt index of the only key, if the command has exactly one at a fixed place; otherwise 0
 * @param debug whether it is DEBUG or one of its subcommands, which {@code enable-debug-command} rules
 */
public record CommandEntry(CommandSpec spec, Kind kind, int index, int singleKeyAt, boolean debug) {
    /** Who serves a command. */
    public enum Kind {
        /** The front itself. */
        SESSION,
        /** The front, which has the cluster agree on it. */
        USERS,
        /** The front, which queues commands and sends them to their group as one. */
        TRANSACTION,
        /** The front, which knows who listens to channels. */
        PUBSUB,
        /** The group of its keys. */
        KEYED,
        /** The group of its keys, or, if they belong to several groups, each its part. */
        SPLIT,
        /** Every group; the front merges. */
        ALL_GROUPS,
        /** Any group: all would answer the same. */
        ANY_GROUP,
        /** The only group; refused if there are several. */
        ONLY_GROUP,
        /** The process' administration. */
        ADMIN
    }

    public String name() {
        return spec.name();
    }

    /** Whether it has to be treated like a write: everything that does not say that it only reads. */
    public boolean writes() {
        return !spec.isReadOnly();
    }

    static CommandEntry of(CommandSpec spec, int index) {
        boolean debug = spec.name().equals("debug") || spec.name().startsWith("debug|");
        return new CommandEntry(spec, kindOf(spec), index, singleKeyAt(spec), debug);
    }

    private static int singleKeyAt(CommandSpec spec) {
        if (spec.firstKey() <= 0 || spec.firstKey() != spec.lastKey()) {
            return 0;
        }
        if (spec.keySpecs().size() > 1) {
            return 0;
        }
        for (KeySpec keys : spec.keySpecs()) {
            boolean same = keys.keyword() == null && keys.begin() == spec.firstKey()
                    && keys.find() instanceof KeySpec.Range range && range.last() == 0;
            if (!same) {
                return 0;
            }
        }
        return spec.firstKey();
    }

    private static boolean changesUsers(String name) {
        return switch (name) {
            case "acl|setuser", "acl|deluser", "acl|load", "acl|save" -> true;
            default -> false;
        };
    }

    /** Every group has all functions and all scripts that were loaded; one that was evaluated is with some. */
    private static Kind kindOfScripts(String name) {
        return switch (name) {
            case "script|exists", "script|flush", "script|load", "script|show", "function|delete", "function|flush",
                    "function|load", "function|restore" ->
                Kind.ALL_GROUPS;
            case "script|help", "script|kill", "function|dump", "function|help", "function|kill",
                    "function|list", "function|stats" ->
                Kind.ANY_GROUP;
            default -> Kind.ADMIN;
        };
    }

    private static Kind kindOf(CommandSpec spec) {
        String name = spec.name();
        if (name.equals("balsa|track")) {
            return Kind.SESSION;
        }
        int bar = name.indexOf('|');
        return switch (bar < 0 ? name : name.substring(0, bar)) {
            case "ping", "echo", "hello", "auth", "select", "reset", "quit", "monitor", "readonly", "readwrite", "asking",
                    "client" ->
                Kind.SESSION;
            case "acl" -> changesUsers(name) ? Kind.USERS : Kind.SESSION;
            case "multi", "exec", "discard", "watch", "unwatch" -> Kind.TRANSACTION;
            case "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe", "publish",
                    "spublish", "pubsub" ->
                Kind.PUBSUB;
            case "mget", "mset", "del", "unlink", "exists", "touch" -> Kind.SPLIT;
            case "dbsize", "flushall", "flushdb", "keys", "randomkey", "scan" -> Kind.ALL_GROUPS;
            case "script", "function" -> kindOfScripts(name);
            case "swapdb" -> Kind.ONLY_GROUP;
            default -> spec.firstKey() != 0 || !spec.keySpecs().isEmpty() ? Kind.KEYED : Kind.ADMIN;
        };
    }
}
