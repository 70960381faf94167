package dev.balsa.proxy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.config.ConfigRewrite;
import dev.balsa.proxy.config.Settings;
import dev.balsa.proxy.config.Settings.Change;
import dev.balsa.proxy.route.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * CONFIG at a proxy. What is its own, the directives of TLS, is answered and changed here as a node does it; all other
 * settings are those of the nodes. Files are read and ports opened on threads that may wait. Thread-safe.
 */
final class ProxySettings {
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Settings own;
    private final @Nullable Path file;

    /** @param file what CONFIG REWRITE writes; null: there is none */
    ProxySettings(Settings own, @Nullable Path file) {
        this.own = own;
        this.file = file;
    }

    /**
     * CONFIG GET.
     *
     * @param node the answer of any node; not asked if all that is wanted is known here
     */
    CompletableFuture<byte[]> get(Request request, Args args, Function<Args, CompletableFuture<byte[]>> node) {
        List<String> patterns = IntStream.range(2, args.count()).mapToObj(args::text).toList();
        int protocol = request.protocol();
        Map<String, String> found = own.matching(patterns);
        if (patterns.stream().allMatch(this::isOwn)) {
            return CompletableFuture.completedFuture(shown(List.of(), found, protocol));
        }
        return node.apply(args).thenApply(bytes -> switch (RespReply.parse(bytes)) {
            case RespReply.Map(List<RespReply> items) -> shown(items, found, protocol);
            case RespReply.Array(List<RespReply> items) -> shown(items, found, protocol);
            default -> bytes;
        });
    }

    private boolean isOwn(String name) {
        return own.table().find(name.toLowerCase(Locale.ROOT)) != null;
    }

    /** @param theirs names and values in turn, of a node: ours take the place of those of the same name */
    private static byte[] shown(List<RespReply> theirs, Map<String, String> ours, int protocol) {
        Map<String, RespReply> all = new LinkedHashMap<>();
        for (int i = 0; i + 1 < theirs.size(); i += 2) {
            if (theirs.get(i) instanceof RespReply.Bulk name) {
                all.put(name.text(), theirs.get(i + 1));
            }
        }
        ours.forEach((name, value) -> all.put(name, new RespReply.Bulk(value.getBytes(StandardCharsets.UTF_8))));
        RespWriter out = new RespWriter(1024).protocol(protocol);
        out.map(all.size());
        all.forEach((name, value) -> {
            out.bulk(name);
            out.bulk(value instanceof RespReply.Bulk(byte[] bytes) ? bytes : new byte[0]);
        });
        return out.copy();
    }

    /**
     * CONFIG SET: all, or nothing of it. What is ours is tried first, and put back if the nodes refuse the rest.
     *
     * @param nodes asks all of them
     */
    CompletableFuture<byte[]> set(Args args, Function<Args, CompletableFuture<byte[]>> nodes) {
        List<Change> changes = new ArrayList<>();
        List<byte[]> others = new ArrayList<>(List.of(args.copy(0), args.copy(1)));
        for (int i = 2; i + 1 < args.count(); i += 2) {
            if (isOwn(args.text(i))) {
                changes.add(new Change(args.text(i).toLowerCase(Locale.ROOT), args.text(i + 1)));
            } else {
                others.add(args.copy(i));
                others.add(args.copy(i + 1));
            }
        }
        if (changes.isEmpty() || args.count() % 2 != 0) {
            return nodes.apply(args);
        }
        List<Change> before =
                changes.stream().map(change -> new Change(change.name(), own.value(change.name()))).toList();
        return waiting(() -> {
            String refused = own.set(changes);
            if (refused != null) {
                return ProxyAdmin.errorReply(refused);
            }
            byte[] answer = others.size() == 2 ? OK : nodes.apply(Args.of(others.toArray(byte[][]::new))).join();
            if (answer[0] == '-') {
                var _ = own.set(before);
            }
            return answer;
        });
    }

    /** CONFIG REWRITE, of the proxy's file and then of the nodes'. */
    CompletableFuture<byte[]> rewrite(Supplier<CompletableFuture<byte[]>> nodes) {
        return waiting(() -> {
            if (file != null) {
                try {
                    Map<String, String> old = ProxyConfig.tls(ConfigFile.read(file));
                    ConfigRewrite.rewrite(file, own.table(), own.toKeep(), name -> old.getOrDefault(name, ""));
                } catch (IOException e) {
                    return ProxyAdmin.errorReply("ERR Rewriting config file: " + e.getMessage());
                }
            } else if (own.isChanged()) {
                return ProxyAdmin.errorReply("ERR The server is running without a config file");
            }
            return nodes.get().join();
        });
    }

    private static CompletableFuture<byte[]> waiting(Callable<byte[]> work) {
        CompletableFuture<byte[]> reply = new CompletableFuture<>();
        Thread.ofVirtual().name("config").start(() -> {
            try {
                reply.complete(work.call());
            } catch (Exception e) {
                reply.completeExceptionally(e);
            }
        });
        return reply;
    }
}
