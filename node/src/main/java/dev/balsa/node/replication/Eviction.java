package dev.balsa.node.replication;

import dev.balsa.node.command.CommandTable;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a group's memory at its limit as a cache does. The leader chooses the keys, because only it knows how they were read, and names them in
 * a command of the log ahead of the write that needs the room, {@code BALSA EVICT database key ...}: so every replica removes the same, whatever its
 * own memory. Owned by the group's loop.
 */
final class Eviction {
    /** Named ahead of one write; what is still too much goes ahead of the next. */
    private static final int KEYS_MAX = 64;

    private static final CommandSpec SPEC = Objects.requireNonNull(CommandTable.find(Args.of(word("BALSA"), word("EVICT"))))
            .spec();

    private final EvictionPool pool;
    private final EventLoop loop;
    private final Runnable onRemoved;
    private EvictionSettings settings = EvictionSettings.DEFAULT;
    private long leavingBytes;

    /** @param onRemoved runs when a removal has come back: there may be more to remove */
    Eviction(SeedSequence seeds, EventLoop loop, Runnable onRemoved) {
        pool = new EvictionPool(seeds::next);
        this.loop = loop;
        this.onRemoved = onRemoved;
    }

    /** How keys are chosen from now on. */
    void settings(EvictionSettings settings) {
        if (settings.policy() != this.settings.policy()) {
            pool.clear();
        }
        this.settings = settings;
    }

    /** Whether keys that are on their way out make up for this. */
    boolean covers(long overBytes) {
        return overBytes <= leavingBytes;
    }

    /** The removal of keys of about that many bytes more than those on their way; null if no key may go. */
    @Nullable Order order(Keyspace keyspace, long overBytes) {
        List<EvictionPool.Victim> victims = new ArrayList<>();
        while (settings.policy().evicts() && overBytes > leavingBytes && victims.size() < KEYS_MAX) {
            EvictionPool.Victim victim = pool.next(keyspace, settings.policy(), settings.samples());
            if (victim == null) {
                break;
            }
            victims.add(victim);
            leavingBytes += victim.bytes();
        }
        return victims.isEmpty() ? null : new Order(victims);
    }

    /** A removal on its way through the log, which nobody but the books waits for. */
    final class Order implements Request {
        private final List<EvictionPool.Victim> victims;

        private Order(List<EvictionPool.Victim> victims) {
            this.victims = victims;
        }

        /** The command. */
        Args args() {
            List<byte[]> words = new ArrayList<>(List.of(word("BALSA"), word("EVICT")));
            for (EvictionPool.Victim victim : victims) {
                words.add(word(Integer.toString(victim.name().database)));
                words.add(victim.name().key);
            }
            return Args.of(words.toArray(new byte[0][]));
        }

        private void over() {
            for (EvictionPool.Victim victim : victims) {
                pool.gone(victim);
                leavingBytes -= victim.bytes();
            }
        }

        @Override
        public CommandSpec spec() {
            return SPEC;
        }

        @Override
        public int database() {
            return 0;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            over();
            onRemoved.run();
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            over();
        }

        @Override
        public void outcomeUnknown(String reason) {
            over();
        }
    }

    private static byte[] word(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
