package dev.balsa.proxy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Frames;
import dev.balsa.proxy.route.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A slot group in memory. With a random source it answers late and out of order, as far as a group may: writes and
 * reads that follow writes in order,
 * other reads whenever it likes. Owned by one loop, but for {@link #refuse}.
 */
public final class FakeGroup implements Backend {
    private final TreeMap<String, String> keys = new TreeMap<>();
    private final List<Submitted> ordered = new ArrayList<>();
    private final List<Submitted> free = new ArrayList<>();
    private final @Nullable Random random;
    private boolean scheduled;
    public volatile boolean silent;
    public volatile @Nullable BiFunction<Request, Args, Boolean> refuse;
    public volatile int served;

    private record Submitted(Request request, Args args) {}

    /** @param random null: answers at once */
    public FakeGroup(@Nullable Random random) {
        this.random = random;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void submit(Request request, Args args) {
        BiFunction<Request, Args, Boolean> refusal = refuse;
        if (refusal != null && refusal.apply(request, args)) {
            return;
        }
        if (silent) {
            return;
        }
        served++;
        if (random == null) {
            answer(request, args);
            return;
        }
        boolean inOrder = request.spec().isWrite() || request.followsWrite();
        (inOrder ? ordered : free).add(new Submitted(request, Frames.copy(args)));
        schedule(request);
    }

    private void schedule(Request request) {
        if (!scheduled && random != null) {
            scheduled = true;
            var _ = request.loop().schedule(() -> work(request), random.nextInt(3), TimeUnit.MILLISECONDS);
        }
    }

    private void work(Request any) {
        scheduled = false;
        if (random == null) {
            return;
        }
        while (!ordered.isEmpty() || !free.isEmpty()) {
            if (random.nextInt(8) == 0) {
                schedule(any);
                return;
            }
            boolean inOrder = free.isEmpty() || (!ordered.isEmpty() && random.nextBoolean());
            Submitted next = inOrder ? ordered.removeFirst() : free.remove(random.nextInt(free.size()));
            answer(next.request, next.args);
        }
    }

    private void answer(Request request, Args args) {
        RespWriter out = new RespWriter(64).protocol(request.protocol());
        execute(args, request.database(), out);
        request.reply(out.array(), 0, out.length());
    }

    private void execute(Args args, int database, RespWriter out) {
        String prefix = database + "/";
        String key = args.count() > 1 ? prefix + args.text(1) : "";
        switch (args.text(0).toLowerCase(Locale.ROOT)) {
            case "get" -> value(keys.get(key), out);
            case "set" -> {
                keys.put(key, args.text(2));
                out.ok();
            }
            case "append" -> out.integer(keys.merge(key, args.text(2), String::concat).length());
            case "strlen" -> out.integer(keys.getOrDefault(key, "").length());
            case "mget" -> {
                out.array(args.count() - 1);
                for (int i = 1; i < args.count(); i++) {
                    value(keys.get(prefix + args.text(i)), out);
                }
            }
            case "mset", "msetnx" -> {
                for (int i = 1; i < args.count(); i += 2) {
                    keys.put(prefix + args.text(i), args.text(i + 1));
                }
                out.ok();
            }
            case "rename" -> {
                String moved = keys.remove(key);
                if (moved == null) {
                    out.error("ERR no such key");
                } else {
                    keys.put(prefix + args.text(2), moved);
                    out.ok();
                }
            }
            case "del", "unlink", "exists", "touch" -> count(args, prefix, out);
            case "dbsize" -> out.integer(keys.size());
            case "flushall" -> {
                keys.clear();
                out.ok();
            }
            case "keys" -> {
                out.array(keys.size());
                keys.keySet().forEach(k -> out.bulk(k.substring(2)));
            }
            case "randomkey" -> value(keys.isEmpty() ? null : keys.firstKey().substring(2), out);
            case "scan" -> scan(Long.parseLong(args.text(1)), out);
            default -> out.error("ERR not in the fake: " + args.text(0));
        }
    }

    private void count(Args args, String prefix, RespWriter out) {
        int n = 0;
        for (int i = 1; i < args.count(); i++) {
            boolean remove = args.is(0, "DEL") || args.is(0, "UNLINK");
            String key = prefix + args.text(i);
            n += keys.containsKey(key) ? 1 : 0;
            if (remove) {
                keys.remove(key);
            }
        }
        out.integer(n);
    }

    /** The keys of the first slot from the cursor's on that has any. */
    private void scan(long cursor, RespWriter out) {
        int from = (int) (cursor >>> 33);
        int slot = Slots.COUNT;
        for (String key : keys.keySet()) {
            int s = slot(key);
            slot = s >= from ? Math.min(slot, s) : slot;
        }
        int here = slot;
        List<String> found = keys.keySet().stream().filter(k -> slot(k) == here).toList();
        boolean more = keys.keySet().stream().anyMatch(k -> slot(k) > here);
        out.array(2);
        out.bulk(more ? (here + 1L) << 33 : 0);
        out.array(found.size());
        found.forEach(k -> out.bulk(k.substring(2)));
    }

    private static int slot(String key) {
        byte[] bytes = key.substring(2).getBytes(StandardCharsets.ISO_8859_1);
        return Slots.slot(bytes, 0, bytes.length);
    }

    private static void value(@Nullable String value, RespWriter out) {
        if (value == null) {
            out.nil();
        } else {
            out.bulk(value.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
