package dev.balsa.node;

import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.replication.MessageSink;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.pubsub.ChannelKind;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.tracking.Invalidations;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events of keys as {@code notify-keyspace-events} says, and what scripts publish; tells clients that track, and
 * notes what scripts were denied. Thread-safe.
 */
final class KeyspaceNotifications implements KeyEventSink, MessageSink {
    private static final String ALL = "g$lshzxet";

    private volatile @Nullable Channels channels;
    private volatile String classes = "";
    private volatile boolean wanted;
    private volatile boolean missesWanted;
    private volatile Invalidations invalidations = new Invalidations();
    private volatile @Nullable Front front;

    /** Whose clients are told. */
    void serve(Front to) {
        front = to;
        invalidations = to.invalidations();
    }

    @Override
    public void denied(Denial.Reason reason, String object, String user, long clientId) {
        Front noting = front;
        if (noting != null) {
            noting.denied(reason, object, user, clientId);
        }
    }

    @Override
    public boolean changesWanted() {
        return invalidations.wanted();
    }

    @Override
    public void changed(List<byte[]> keys, long origin) {
        invalidations.changed(keys, origin);
    }

    @Override
    public void allChanged() {
        invalidations.allChanged();
    }

    @Override
    public void leaderChanged() {
        invalidations.leaderChanged();
    }

    @Override
    public void send() {
        invalidations.send();
    }

    /** @param setting letters of classes, {@code A} for most of them, {@code K} and {@code E} for the channels */
    void publish(String setting, Channels to) {
        channels = to;
        String spelled = setting.replace("A", ALL);
        wanted = spelled.contains("K") || spelled.contains("E");
        missesWanted = wanted && spelled.contains("m");
        classes = spelled;
    }

    /** A message that a script publishes. */
    @Override
    public void publish(boolean shard, byte[] channel, byte[] message) {
        Channels to = channels;
        if (to != null) {
            to.publish(shard ? ChannelKind.SHARD : ChannelKind.CHANNEL, channel, message);
        }
    }

    @Override
    public boolean wanted() {
        return wanted;
    }

    @Override
    public boolean missesWanted() {
        return missesWanted;
    }

    @Override
    public void event(char eventClass, String event, int database, byte[] key) {
        String now = classes;
        Channels to = channels;
        if (to == null || now.indexOf(eventClass) < 0) {
            return;
        }
        byte[] name = event.getBytes(StandardCharsets.US_ASCII);
        if (now.indexOf('K') >= 0) {
            byte[] head = ("__keyspace@" + database + "__:").getBytes(StandardCharsets.US_ASCII);
            byte[] channel = new byte[head.length + key.length];
            System.arraycopy(head, 0, channel, 0, head.length);
            System.arraycopy(key, 0, channel, head.length, key.length);
            to.publish(ChannelKind.CHANNEL, channel, name);
        }
        if (now.indexOf('E') >= 0) {
            byte[] channel = ("__keyevent@" + database + "__:" + event).getBytes(StandardCharsets.US_ASCII);
            to.publish(ChannelKind.CHANNEL, channel, key);
        }
    }
}
