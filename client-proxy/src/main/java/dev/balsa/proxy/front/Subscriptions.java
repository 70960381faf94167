package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.ChannelName;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.pubsub.Message;
import dev.balsa.proxy.pubsub.Subscriber;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.SlotMap;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a connection listens to, and its commands about channels. Owned by the connection's loop. */
final class Subscriptions implements Subscriber {
    private static final String CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";

    private final Connection client;
    private final Execution execution;
    private final Channels channels;
    private final Map<ChannelKind, Set<ChannelName>> names = new EnumMap<>(ChannelKind.class);
    private int channelCount;
    private int patternCount;
    private int shardCount;
    /** Decided by the first subscription, for all. */
    private boolean front;

    Subscriptions(Connection client, Execution execution) {
        this.client = client;
        this.execution = execution;
        this.channels = client.front().channels();
    }

    /** Whether it listens to anything; then a client of RESP2 may say little else. */
    boolean any() {
        return channelCount + patternCount + shardCount > 0;
    }

    /** Whether the user may listen to all of it. */
    boolean areAllowed(User user) {
        boolean allowed = true;
        for (Map.Entry<ChannelKind, Set<ChannelName>> kind : names.entrySet()) {
            for (ChannelName name : kind.getValue()) {
                allowed &= user.allowsChannel(name.bytes(), kind.getKey() == ChannelKind.PATTERN);
            }
        }
        return allowed;
    }

    /** Number of subscriptions of one kind. Other threads read it as it happens to be. */
    int count(ChannelKind kind) {
        return switch (kind) {
            case CHANNEL -> channelCount;
            case PATTERN -> patternCount;
            case SHARD -> shardCount;
        };
    }

    /** False: it has to wait for others of this connection, and is decoded again later. */
    boolean execute(CommandEntry entry, Args args) {
        switch (entry.name()) {
            case "subscribe" -> {
                return subscribe(ChannelKind.CHANNEL, entry, args);
            }
            case "psubscribe" -> {
                return subscribe(ChannelKind.PATTERN, entry, args);
            }
            case "ssubscribe" -> {
                return subscribe(ChannelKind.SHARD, entry, args);
            }
            case "unsubscribe" -> {
                return unsubscribe(ChannelKind.CHANNEL, entry, args);
            }
            case "punsubscribe" -> {
                return unsubscribe(ChannelKind.PATTERN, entry, args);
            }
            case "sunsubscribe" -> {
                return unsubscribe(ChannelKind.SHARD, entry, args);
            }
            case "publish" -> {
                return publish(ChannelKind.CHANNEL, entry, args);
            }
            case "spublish" -> {
                return publish(ChannelKind.SHARD, entry, args);
            }
            default -> execution.answer(entry, reply -> PubSubFigures.run(channels, entry, args, reply));
        }
        return true;
    }

    // -- listening ----------------------------------------------------------------------------------------------

    private boolean subscribe(ChannelKind kind, CommandEntry entry, Args args) {
        // The first message must not come before the replies to what was asked earlier.
        if (client.unanswered() > 0 && !execution.isWithin()) {
            return false;
        }
        String refusal = kind == ChannelKind.SHARD ? elsewhere(args, args.count() - 1) : "";
        List<ChannelName> asked = new ArrayList<>();
        for (int i = 1; i < args.count(); i++) {
            asked.add(ChannelName.of(args, i));
        }
        Set<ChannelName> fresh = new LinkedHashSet<>(asked);
        fresh.removeAll(names.getOrDefault(kind, Set.of()));
        int max = client.front().settings().subscriptionsMax();
        if (refusal.isEmpty() && !client.session().isFront() && total() + fresh.size() > max) {
            refusal = "ERR a client may have " + max + " subscriptions (client-subscriptions-max)";
        }
        if (!refusal.isEmpty()) {
            String line = refusal;
            execution.answer(entry, reply -> reply.error(line));
            return true;
        }
        if (!any()) {
            front = client.session().isFront();
        }
        boolean established = true;
        for (ChannelName name : fresh) {
            channels.want(kind, name, front);
            established &= front || channels.interest().isEstablished(kind, name);
        }
        Pending pending = execution.alone(entry);
        if (established) {
            complete(kind, asked, fresh, pending);
        } else {
            channels.interest().whenEstablished(() -> client.loop().loop().execute(
                    () -> complete(kind, asked, fresh, pending)));
        }
        return true;
    }

    /** Everyone knows of it who could be reached: from now on messages are delivered. */
    private void complete(ChannelKind kind, List<ChannelName> asked, Set<ChannelName> fresh, Pending pending) {
        RespWriter reply = client.loop().writer(client.session().protocol());
        if (client.closed()) {
            fresh.forEach(name -> channels.unwant(kind, name, front));
        } else {
            Set<ChannelName> mine = names.computeIfAbsent(kind, _ -> new LinkedHashSet<>());
            for (ChannelName name : asked) {
                if (mine.add(name)) {
                    channels.add(client.loop().loop(), kind, name, this);
                    counted(kind, 1);
                }
                confirmed(kind, kind.subscribe(), name.bytes(), reply);
            }
        }
        pending.reply(reply.array(), 0, reply.length());
    }

    private void confirmed(ChannelKind kind, String word, byte[] name, RespWriter reply) {
        reply.push(3);
        reply.bulk(word);
        reply.bulk(name);
        reply.integer(shownCount(kind));
    }

    private int shownCount(ChannelKind kind) {
        return kind == ChannelKind.SHARD ? shardCount : channelCount + patternCount;
    }

    private boolean unsubscribe(ChannelKind kind, CommandEntry entry, Args args) {
        if (client.unanswered() > 0 && !execution.isWithin()) {
            return false;
        }
        List<ChannelName> asked = new ArrayList<>();
        for (int i = 1; i < args.count(); i++) {
            asked.add(ChannelName.of(args, i));
        }
        if (asked.isEmpty()) {
            asked.addAll(names.getOrDefault(kind, Set.of()));
        }
        Pending pending = execution.alone(entry);
        RespWriter reply = client.loop().writer(client.session().protocol());
        for (ChannelName name : asked) {
            remove(kind, name);
            confirmed(kind, kind.unsubscribe(), name.bytes(), reply);
        }
        if (asked.isEmpty()) {
            reply.push(3);
            reply.bulk(kind.unsubscribe());
            reply.nil();
            reply.integer(shownCount(kind));
        }
        pending.reply(reply.array(), 0, reply.length());
        return true;
    }

    private void remove(ChannelKind kind, ChannelName name) {
        Set<ChannelName> mine = names.get(kind);
        if (mine != null && mine.remove(name)) {
            leave(kind, name);
        }
    }

    private void leave(ChannelKind kind, ChannelName name) {
        counted(kind, -1);
        channels.remove(client.loop().loop(), kind, name, this);
        channels.unwant(kind, name, front);
    }

    private void counted(ChannelKind kind, int change) {
        switch (kind) {
            case CHANNEL -> channelCount += change;
            case PATTERN -> patternCount += change;
            case SHARD -> shardCount += change;
        }
        client.answers().output().messages(any());
    }

    private int total() {
        return channelCount + patternCount + shardCount;
    }

    /** Listens to nothing any more, as after RESET or when the connection ends. */
    void end() {
        names.forEach((kind, mine) -> mine.forEach(name -> leave(kind, name)));
        names.clear();
    }

    // -- messages -----------------------------------------------------------------------------------------------

    @Override
    public void deliver(Message message) {
        byte[] bytes = message.bytes(client.session().protocol());
        client.answers().push(bytes, 0, bytes.length);
    }

    @Override
    public boolean isFront() {
        return front;
    }

    private boolean publish(ChannelKind kind, CommandEntry entry, Args args) {
        // Who hears of a change must find it; a front has waited already, for the client whose message it is.
        boolean waits = !client.session().isFront() && !client.answers().onlyMessagesAwaited();
        if (waits && !execution.isWithin()) {
            return false;
        }
        if (client.front().publishesElsewhere()) {
            return publishElsewhere(kind, entry, args);
        }
        String refusal = kind == ChannelKind.SHARD ? elsewhere(args, 1) : "";
        if (!refusal.isEmpty()) {
            execution.answer(entry, reply -> reply.error(refusal));
            return true;
        }
        if (execution.isWithin()) {
            // The transaction holds them back itself.
            int receivers = channels.publish(kind, args.copy(1), args.copy(2));
            execution.answer(entry, reply -> reply.integer(receivers));
            return true;
        }
        client.answers().holdPushes();
        int receivers = channels.publish(kind, args.copy(1), args.copy(2));
        execution.answer(entry, reply -> reply.integer(receivers));
        client.answers().releasePushes();
        return true;
    }

    /** By way of one group's leader, the same for all of a client's messages as long as it leads: they stay in order. */
    private boolean publishElsewhere(ChannelKind kind, CommandEntry entry, Args args) {
        SlotMap slots = client.front().view().slots();
        int slot = kind == ChannelKind.SHARD ? Slots.slot(args, 1) : SlotMap.NONE;
        int group = slot != SlotMap.NONE ? slots.groupOf(slot)
                : slots.count() == 0 ? SlotMap.NONE : slots.group((int) (client.id() % slots.count()));
        return execution.toGroup(entry, args, group, slot, client.answers());
    }

    /** The error line for shard channels that do not belong to this node, or not together; else empty. */
    private String elsewhere(Args args, int count) {
        if (client.session().mode() == Mode.PLAIN || client.session().isFront()) {
            return "";
        }
        int slot = Slots.slot(args, 1);
        for (int i = 2; i <= count; i++) {
            if (Slots.slot(args, i) != slot) {
                return CROSSSLOT;
            }
        }
        int group = client.front().view().slots().groupOf(slot);
        if (group != SlotMap.NONE && client.front().view().leadsHere(group)) {
            return "";
        }
        String leader = group == SlotMap.NONE ? "" : client.front().view().leaderAddress(group);
        return leader.isEmpty() ? Router.NOT_SERVED : "MOVED " + slot + " " + leader;
    }
}
