package dev.balsa.proxy;

import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;
import static dev.balsa.proto.command.CommandFlag.NO_AUTH;
import static dev.balsa.proto.command.CommandFlag.READONLY;
import static dev.balsa.proto.command.CommandFlag.WRITE;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySpec;
import java.util.ArrayList;
import java.util.List;

/** A small command table with every kind of command. */
public final class TestCommands {
    private TestCommands() {}

    public static List<CommandSpec> specs() {
        List<CommandSpec> specs = new ArrayList<>();
        specs.add(keyed("get", 2, READONLY, 1, 1, 1));
        specs.add(keyed("set", -3, WRITE, 1, 1, 1));
        specs.add(keyed("append", 3, WRITE, 1, 1, 1));
        specs.add(keyed("strlen", 2, READONLY, 1, 1, 1));
        specs.add(keyed("rename", 3, WRITE, 1, 2, 1));
        specs.add(sort());
        specs.add(keyed("mget", -2, READONLY, 1, -1, 1));
        specs.add(keyed("mset", -3, WRITE, 1, -1, 2));
        specs.add(keyed("msetnx", -3, WRITE, 1, -1, 2));
        specs.add(keyed("del", -2, WRITE, 1, -1, 1));
        specs.add(keyed("unlink", -2, WRITE, 1, -1, 1));
        specs.add(keyed("exists", -2, READONLY, 1, -1, 1));
        specs.add(keyed("touch", -2, READONLY, 1, -1, 1));
        specs.add(plain("dbsize", 1, READONLY.bit()));
        specs.add(plain("flushall", -1, WRITE.bit()));
        specs.add(plain("keys", 2, READONLY.bit()));
        specs.add(plain("scan", -2, READONLY.bit()));
        specs.add(plain("randomkey", 1, READONLY.bit()));
        specs.add(plain("swapdb", 3, WRITE.bit()));
        for (String name : List.of("info", "command", "shutdown", "lastsave", "time")) {
            specs.add(plain(name, -1, 0));
        }
        specs.add(plain("wait", 3, CommandFlag.BLOCKING.bit()));
        specs.add(container("config", List.of(sub("config|get", -3), sub("config|set", -4),
                sub("config|rewrite", 2), sub("config|resetstat", 2))));
        specs.add(container("balsa", List.of(sub("balsa|map", 2), sub("balsa|status", 2), sub("balsa|users", -2), sub("balsa|group", -4), sub("balsa|track", -2))));
        specs.add(container("debug", List.of(sub("debug|sleep", 3), keyed("debug|object", 3, READONLY, 2, 2, 1))));
        specs.addAll(session());
        specs.addAll(pubSub());
        return specs;
    }

    private static List<CommandSpec> session() {
        List<CommandSpec> specs = new ArrayList<>();
        specs.add(acl());
        specs.add(plain("ping", -1, 0));
        specs.add(plain("echo", 2, 0));
        specs.add(plain("hello", -1, NO_AUTH.bit()));
        specs.add(plain("auth", -2, NO_AUTH.bit()));
        specs.add(plain("quit", -1, NO_AUTH.bit()));
        specs.add(plain("reset", 1, NO_AUTH.bit()));
        specs.add(plain("monitor", 1, CommandFlag.ADMIN.bit()));
        specs.add(plain("select", 2, 0));
        specs.add(plain("readonly", 1, 0));
        specs.add(plain("readwrite", 1, 0));
        specs.add(plain("asking", 1, 0));
        List<CommandSpec> client = new ArrayList<>();
        for (String name : List.of("id", "info", "getname", "unpause", "help", "getredir", "trackinginfo")) {
            client.add(sub("client|" + name, 2));
        }
        for (String name : List.of("setname", "reply", "no-evict", "no-touch", "caching")) {
            client.add(sub("client|" + name, 3));
        }
        client.add(sub("client|setinfo", 4));
        client.add(sub("client|list", -2));
        client.add(sub("client|kill", -3));
        client.add(sub("client|pause", -3));
        client.add(sub("client|unblock", -3));
        client.add(sub("client|tracking", -3));
        specs.add(container("client", client));
        return specs;
    }

    private static List<CommandSpec> pubSub() {
        List<CommandSpec> specs = new ArrayList<>();
        for (String name : List.of("subscribe", "psubscribe", "ssubscribe")) {
            specs.add(plain(name, -2, 0));
            specs.add(plain(name.replace("subscribe", "unsubscribe"), -1, 0));
        }
        specs.add(plain("publish", 3, 0));
        specs.add(plain("spublish", 3, 0));
        specs.add(container("pubsub", List.of(sub("pubsub|channels", -2), sub("pubsub|numsub", -2),
                sub("pubsub|numpat", 2), sub("pubsub|shardchannels", -2), sub("pubsub|shardnumsub", -2),
                sub("pubsub|help", 2))));
        return specs;
    }

    private static CommandSpec acl() {
        List<CommandSpec> subs = new ArrayList<>();
        for (String name : List.of("whoami", "users", "list", "load", "save")) {
            subs.add(sub("acl|" + name, 2));
        }
        subs.add(sub("acl|log", -2));
        subs.add(sub("acl|setuser", -3));
        subs.add(sub("acl|deluser", -3));
        return container("acl", subs);
    }

    private static CommandSpec keyed(String name, int arity, CommandFlag flag, int first, int last, int step) {
        List<KeySpec> keys = List.of(KeySpec.range(flag == WRITE ? "RW" : "RO", first, last, step));
        return new CommandSpec(name, arity, flag.bit(), first, last, step, keys, List.of(), List.of(),
                CommandSpec.Doc.NONE);
    }

    private static CommandSpec sort() {
        List<KeySpec> keys = List.of(
                KeySpec.range("RO", 1, 1, 1),
                new KeySpec("RO", null, 0, new KeySpec.Unknown()),
                new KeySpec("OW", "STORE", 2, new KeySpec.Range(0, 1, 0)));
        long flags = WRITE.bit() | MOVABLEKEYS.bit();
        return new CommandSpec("sort", -2, flags, 1, 1, 1, keys, List.of(), List.of(), CommandSpec.Doc.NONE);
    }

    private static CommandSpec plain(String name, int arity, long flags) {
        return new CommandSpec(name, arity, flags, 0, 0, 0, List.of(), List.of(), List.of(), CommandSpec.Doc.NONE);
    }

    private static CommandSpec sub(String name, int arity) {
        return plain(name, arity, 0);
    }

    private static CommandSpec container(String name, List<CommandSpec> subs) {
        return new CommandSpec(name, -2, 0, 0, 0, 0, List.of(), List.of(), subs, CommandSpec.Doc.NONE);
    }
}
