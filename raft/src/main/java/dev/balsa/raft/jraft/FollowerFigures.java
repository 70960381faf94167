package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.core.Replicator;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.util.Describer;
import com.alipay.sofa.jraft.util.ThreadId;
import dev.balsa.raft.GroupStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far the other members are. JRaft has no call for it, but it hands its replicators to whoever asks a node to
 * describe itself:
 * this printer takes them and prints nothing.
 *
 * <p>Owned by the thread that asks.
 */
final class FollowerFigures implements Describer.Printer {
    private static final Pattern PEER = Pattern.compile("peerId=([^,\\]]+)");

    private final List<ThreadId> replicators = new ArrayList<>();

    private FollowerFigures() {}

    static List<GroupStatus.Follower> of(Node node, long lastIndex) {
        var figures = new FollowerFigures();
        List<PeerId> alive;
        try {
            node.describe(figures);
            alive = node.listAlivePeers();
        } catch (RuntimeException e) {
            // It leads no longer.
            return List.of();
        }
        List<GroupStatus.Follower> followers = new ArrayList<>();
        for (ThreadId replicator : figures.replicators) {
            Matcher matcher = PEER.matcher(String.valueOf(replicator.getData()));
            PeerId peer = matcher.find() ? PeerId.parsePeer(matcher.group(1)) : null;
            if (peer != null) {
                long match = Math.max(0, Replicator.getNextIndexUnsafe(replicator) - 1);
                String address = peer.getEndpoint().toString();
                followers.add(new GroupStatus.Follower(address, match, Math.max(0, lastIndex - match),
                        alive.contains(peer)));
            }
        }
        followers.sort((a, b) -> a.peer().compareTo(b.peer()));
        return followers;
    }

    @Override
    public Describer.Printer print(Object x) {
        return this;
    }

    @Override
    public Describer.Printer println(Object x) {
        if (x instanceof Collection<?> items) {
            for (Object item : items) {
                if (item instanceof ThreadId replicator) {
                    replicators.add(replicator);
                }
            }
        }
        return this;
    }
}
