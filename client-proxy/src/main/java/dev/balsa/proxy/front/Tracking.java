package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.route.Blocking;
import dev.balsa.proxy.route.ClusterView;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.KeyNames;
import dev.balsa.proxy.tracking.Invalidations;
import dev.balsa.proxy.tracking.LoopTable;
import dev.balsa.proxy.tracking.Tracker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/*
 * A reply and the invalidation that makes it void come by different ways, so the order in which they arrive says nothing.
 * Keys of a request are remembered when it is sent, and an invalidation that finds a request with its key unanswered
 * waits until the reply has gone out: the client never takes for good what it was told is not. A reply that comes from a
 * node whose changes are not heard (its link is just being opened) is made void at once.
 */

/** CLIENT TRACKING of one connection. Owned by the connection's loop; CLIENT LIST reads flags on other threads. */
final class Tracking implements Tracker {
    private static final byte[] CHANNEL = "__redis__:invalidate".getBytes(StandardCharsets.US_ASCII);

    /** The modes that a client may ask for. */
    record Options(boolean bcast, boolean optin, boolean optout, boolean noloop, long redirect) {
        static final Options OFF = new Options(false, false, false, false, 0);
    }

    /** A request on its way whose keys are those of copies, and what of them changes meanwhile. */
    private static final class InFlight {
        private final long place;
        private final List<byte[]> keys;
        /** Which of them are remembered when it is answered, for all it may read. */
        private final List<byte[]> read;
        private final boolean mayEmpty;
        private final List<byte[]> invalid = new ArrayList<>();
        private boolean allInvalid;
        private boolean told;

        InFlight(long place, List<byte[]> keys, List<byte[]> read, boolean mayEmpty) {
            this.place = place;
            this.keys = keys;
            this.read = read;
            this.mayEmpty = mayEmpty;
        }

        boolean names(byte[] key) {
            for (byte[] own : keys) {
                if (Arrays.equals(own, key)) {
                    return true;
                }
            }
            return false;
        }
    }

    private final Connection client;
    private final Invalidations invalidations;
    private final LoopTable table;
    private final KeyNames names = new KeyNames();
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final List<byte[]> queuedKeys = new ArrayList<>();
    private final List<byte[]> queuedReads = new ArrayList<>();
    private final TreeSet<byte[]> prefixes = new TreeSet<>(Arrays::compareUnsigned);
    /** Tells this client's changes from all others', in any process. */
    private final long origin = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    private volatile Options options = Options.OFF;
    private volatile boolean on;
    private volatile boolean brokenRedirect;
    private boolean caching;
    private boolean front;

    Tracking(Connection client) {
        this.client = client;
        this.invalidations = client.front().invalidations();
        this.table = invalidations.table(client.loop().loop());
    }

    // -- what the client has asked for ----------------------------------------------------------------------------

    boolean isOn() {
        return on;
    }

    Options options() {
        return options;
    }

    /** CLIENT CACHING was said for the next command. */
    boolean caching() {
        return caching;
    }

    void cacheNext() {
        caching = true;
    }

    /** Whether the client that invalidations were redirected to is gone. */
    boolean brokenRedirect() {
        return brokenRedirect;
    }

    List<byte[]> prefixes() {
        return List.copyOf(prefixes);
    }

    /** What of the client's changes is written down with them; 0: nothing. */
    long originOfWrites() {
        return on && options.noloop() ? origin : 0;
    }

    /** CLIENT TRACKING ON; {@code added} come to the prefixes that it has. */
    void start(Options wanted, List<byte[]> added) {
        boolean remembered = remembers();
        options = wanted;
        brokenRedirect = false;
        on = true;
        table.add(this);
        if (!wanted.bcast() && !remembered) {
            table.wantReads();
        }
        List<byte[]> all = wanted.bcast() && added.isEmpty() ? List.of(new byte[0]) : added;
        for (byte[] prefix : all) {
            if (prefixes.add(prefix)) {
                table.broadcast(this, prefix);
            }
        }
    }

    /** CLIENT TRACKING OFF, or the end of the connection. */
    void stop() {
        if (on) {
            prefixes.forEach(prefix -> table.unbroadcast(this, prefix));
            prefixes.clear();
            if (remembers()) {
                table.unwantReads();
            }
            table.remove(this);
            on = false;
        }
        options = Options.OFF;
        brokenRedirect = false;
        caching = false;
        inFlight.clear();
        forgetQueued();
    }

    /** The connection is a link of a process that wants to hear of keys with these prefixes; none: of nothing. */
    void serveFront(List<byte[]> wanted) {
        front = !wanted.isEmpty();
        table.front(this, wanted);
    }

    /** Whether it is such a link. */
    boolean servesFront() {
        return front;
    }

    /** The connection ends. */
    void end() {
        stop();
        serveFront(List.of());
    }

    // -- requests -------------------------------------------------------------------------------------------------

    /** A request was sent on its way, or put into a transaction's queue. */
    void executed(CommandEntry entry, Args args, boolean queued) {
        if (!on) {
            return;
        }
        if (queued) {
            names.addTo(queuedKeys, entry, args);
            if (mayRead(entry)) {
                names.addTo(queuedReads, entry, args);
            }
        } else if (entry.name().equals("exec")) {
            await(List.copyOf(queuedKeys), List.copyOf(queuedReads), true);
        } else if (entry.kind() != CommandEntry.Kind.SESSION && entry.kind() != CommandEntry.Kind.PUBSUB) {
            List<byte[]> keys = new ArrayList<>();
            names.addTo(keys, entry, args);
            List<byte[]> read = mayRead(entry) ? keys : List.of();
            if (Blocking.mayWait(entry.spec(), args)) {
                remember(read);
            } else if (!keys.isEmpty() || entry.writes()) {
                await(keys, read, keys.isEmpty());
            }
        }
        commandDone(entry.name());
    }

    /** Whether the client may keep what it replies: of a script it is not known, so it counts as reading all its keys. */
    static boolean mayRead(CommandEntry entry) {
        return entry.spec().isReadOnly() || switch (entry.name()) {
            case "eval", "evalsha", "fcall" -> true;
            default -> false;
        };
    }

    /** A request was refused before it was sent. */
    void commandDone(String name) {
        if (!client.transactions().isOpen()) {
            forgetQueued();
            caching &= name.startsWith("client|");
        }
    }

    private void forgetQueued() {
        queuedKeys.clear();
        queuedReads.clear();
    }

    private void await(List<byte[]> keys, List<byte[]> read, boolean mayEmpty) {
        List<byte[]> remembered = options.bcast() ? read : remember(read);
        inFlight.addLast(new InFlight(client.answers().lastPlace(), keys, remembered, mayEmpty));
        answered();
    }

    /** Values of these keys were sent that were read before it was known that they are kept. */
    void readUntracked(List<byte[]> keys) {
        if (remembers()) {
            keys.forEach(key -> table.remember(this, key));
            tellEach(keys);
        }
    }

    private List<byte[]> remember(List<byte[]> read) {
        boolean wanted = remembers() && (!options.optin() || caching) && (!options.optout() || !caching);
        if (!wanted) {
            return List.of();
        }
        read.forEach(key -> table.remember(this, key));
        return read;
    }

    /** More replies have gone out. */
    void answered() {
        InFlight first = inFlight.peekFirst();
        while (first != null && first.place < client.answers().firstPlace()) {
            inFlight.removeFirst();
            if (first.allInvalid) {
                tell(null);
            }
            List<byte[]> invalid = first.invalid;
            for (byte[] key : first.read) {
                if (remembers()) {
                    table.answered(this, key, first.told);
                }
                if (!isHeard(key)) {
                    invalid.add(key);
                }
            }
            tellEach(invalid);
            first = inFlight.peekFirst();
        }
    }

    /** Whether a change of the key would be heard of. */
    private boolean isHeard(byte[] key) {
        ClusterView view = client.front().view();
        int group = view.slots().groupOf(Slots.slot(key, 0, key.length));
        return view.leadsHere(group) || invalidations.source().hears(view.leaderAddress(group));
    }

    // -- what is no longer good -----------------------------------------------------------------------------------

    @Override
    public long id() {
        return client.id();
    }

    @Override
    public boolean remembers() {
        return on && !options.bcast();
    }

    @Override
    public boolean ignores(long changer) {
        return changer == origin && on && options.noloop();
    }

    @Override
    public void invalid(List<byte[]> keys, long changer) {
        if (front) {
            push(client, frontMessage(keys, changer));
            return;
        }
        List<byte[]> now = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            InFlight last = lastWith(key);
            (last == null ? now : last.invalid).add(key);
            if (last != null) {
                last.told = true;
            }
        }
        if (!now.isEmpty()) {
            tell(now);
        }
    }

    private @Nullable InFlight lastWith(byte[] key) {
        InFlight found = null;
        for (InFlight one : inFlight) {
            found = one.names(key) ? one : found;
        }
        return found;
    }

    @Override
    public void allInvalid() {
        if (front) {
            push(client, frontMessage(null, 0));
            return;
        }
        inFlight.forEach(one -> one.told = true);
        InFlight last = inFlight.peekLast();
        if (last != null && last.mayEmpty) {
            last.allInvalid = true;
            return;
        }
        tell(null);
        for (InFlight one : inFlight) {
            one.invalid.addAll(one.read);
        }
    }

    private static byte[] frontMessage(@Nullable List<byte[]> keys, long changer) {
        RespWriter out = new RespWriter(64).protocol(3);
        out.push(3);
        out.bulk("invalidate");
        append(keys, out);
        out.integer(changer);
        return out.copy();
    }

    private static void append(@Nullable List<byte[]> keys, RespWriter out) {
        if (keys == null) {
            out.nil();
            return;
        }
        out.array(keys.size());
        keys.forEach(out::bulk);
    }

    /** As Redis does: one message for each key, or with BCAST one for all. */
    private void tellEach(List<byte[]> keys) {
        if (options.bcast() && !keys.isEmpty()) {
            tell(keys);
        } else {
            keys.forEach(key -> tell(List.of(key)));
        }
    }

    /** @param keys null: all */
    private void tell(@Nullable List<byte[]> keys) {
        long redirect = options.redirect();
        Connection target = redirect == 0 ? client : client.front().clients().find(redirect);
        if (target == null) {
            brokenRedirect = true;
            if (client.session().protocol() > 2) {
                RespWriter out = new RespWriter(64).protocol(3);
                out.push(2);
                out.bulk("tracking-redir-broken");
                out.integer(redirect);
                push(client, out.copy());
            }
            return;
        }
        int protocol = target.session().protocol();
        RespWriter out = new RespWriter(64).protocol(protocol);
        if (protocol > 2) {
            out.push(2);
            out.bulk("invalidate");
        } else if (redirect != 0 && target.subscriptions().any()) {
            out.array(3);
            out.bulk("message");
            out.bulk(CHANNEL);
        } else {
            return;
        }
        // Redis writes the nil of the client that tracks, not of the one that is told.
        append(keys, keys == null ? out.protocol(client.session().protocol()) : out);
        push(target, out.copy());
    }

    private static void push(Connection target, byte[] message) {
        target.answers().handOver(message);
    }

    @Override
    public void send() {
        long redirect = options.redirect();
        Connection target = redirect == 0 ? client : client.front().clients().find(redirect);
        if (target != null && !target.closed() && target.loop() == client.loop()) {
            target.output().flush();
        }
    }
}
