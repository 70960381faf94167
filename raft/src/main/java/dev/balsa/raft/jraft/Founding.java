package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.CliRequests.GetPeersRequest;
import com.alipay.sofa.jraft.rpc.CliRequests.GetPeersResponse;
import dev.balsa.raft.RaftConfig;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new replica's questions to the members it was configured with: is there a group already, and am I one of its
 * founders? See {@link
 * ReplicaIdentity}.
 *
 * <p>One round asks each member once. A group is founded when two rounds, one after the other, found all members new
 * with the same ids:
 * then none of them has voted between the two, so nothing can have been answered that one of them has forgotten.
 *
 * <p>On the wire these are messages of JRaft's command line service, which has no other use here: the question is a
 * GetPeersRequest
 * with {@code address/id} in the place of the leader, the answer a GetPeersResponse with {@code [id, verdict]} as peers
 * and the founders
 * ({@code address/id}) as learners.
 *
 * <p>Owned by one worker at a time.
 */
final class Founding {
    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final int ASK_MILLIS_MAX = 500;
    private static final int TELL_ROUNDS = 30;
    /** Behind the id of a replica that was admitted and hears of no leader. */
    static final String OUTSIDE = "/outside";

    /** What a member says to a new replica. */
    enum Verdict {
        /** I am new as well. */
        NEW,
        /** You are a founder of my group, and here are all. */
        FOUNDER,
        /** My group was founded by another replica with your address: yours has lost its data. */
        STRANGER,
        /** I was admitted later and do not know the founders; or the group is not open here. */
        UNKNOWN
    }

    private final RpcPort port;
    private final RaftConfig config;
    private final ReplicaIdentity self;
    private Map<String, String> before = Map.of();
    private boolean told;
    private int incomplete;

    Founding(RpcPort port, RaftConfig config, ReplicaIdentity self) {
        this.port = port;
        this.config = config;
        this.self = self;
    }

    /**
     * Asks each member once.
     *
     * @return the founders if this replica is one of them; null = not known yet
     */
    @Nullable Map<String, String> round() {
        if (!config.initialPeers().contains(config.self())) {
            // It founds nothing, but tells the members that it waits: they may miss it.
            config.initialPeers().forEach(this::ask);
            return null;
        }
        var ids = new TreeMap<String, String>();
        ids.put(config.self(), self.id());
        for (String peer : config.initialPeers()) {
            if (!peer.equals(config.self())) {
                GetPeersResponse answer = ask(peer);
                if (answer == null) {
                    continue;
                }
                switch (verdict(answer)) {
                    case FOUNDER -> {
                        return founders(answer);
                    }
                    case NEW -> ids.put(peer, answer.getPeers(0));
                    case STRANGER -> tellOnce(peer);
                    case UNKNOWN -> {}
                }
            }
        }
        if (ids.size() < config.initialPeers().size() && ++incomplete % TELL_ROUNDS == 0) {
            LOG.warn("group {} is not founded yet: of {} only {} are here", config.group(), config.initialPeers(),
                    ids.keySet());
        }
        boolean complete = ids.size() == config.initialPeers().size() && ids.equals(before);
        before = ids;
        return complete ? ids : null;
    }

    /** This replica was admitted and may not have been added: whoever leads now is told that it waits. */
    void waitsOutside() {
        for (String peer : config.initialPeers()) {
            if (!peer.equals(config.self())) {
                ask(peer, self.id() + OUTSIDE);
            }
        }
    }

    private void tellOnce(String peer) {
        if (!told) {
            told = true;
            LOG.warn(
                    "group {} exists, and {} knows another replica by this address: the data in {} is lost. "
                            + "This replica waits until the leader has removed and added it",
                    config.group(),
                    peer,
                    config.directory());
        }
    }

    private @Nullable GetPeersResponse ask(String peer) {
        return ask(peer, self.id());
    }

    private @Nullable GetPeersResponse ask(String peer, String id) {
        GetPeersRequest question = GetPeersRequest.newBuilder()
                .setGroupId(config.group())
                .setLeaderId(config.self() + "/" + id)
                .build();
        try {
            Object answer = port.ask(JRaftHost.endpoint(peer), question, ASK_MILLIS_MAX);
            return answer instanceof GetPeersResponse known && known.getPeersCount() == 2 ? known : null;
        } catch (RemotingException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static Verdict verdict(GetPeersResponse answer) {
        try {
            return Verdict.valueOf(answer.getPeers(1));
        } catch (IllegalArgumentException e) {
            return Verdict.UNKNOWN;
        }
    }

    private static Map<String, String> founders(GetPeersResponse answer) {
        var founders = new TreeMap<String, String>();
        for (String founder : answer.getLearnersList()) {
            int slash = founder.indexOf('/');
            founders.put(founder.substring(0, slash), founder.substring(slash + 1));
        }
        return founders;
    }

    /** The other side: what the replica {@code identity} answers to the new replica {@code address} with {@code id}. */
    static GetPeersResponse answer(@Nullable ReplicaIdentity identity, String address, String id) {
        var answer = GetPeersResponse.newBuilder();
        if (identity == null) {
            return answer.addPeers("").addPeers(Verdict.UNKNOWN.name()).build();
        }
        answer.addPeers(identity.id());
        if (!identity.member()) {
            answer.addPeers(Verdict.NEW.name());
        } else if (identity.isFounder(address, id)) {
            answer.addPeers(Verdict.FOUNDER.name());
            identity.founders().forEach((founder, founderId) -> answer.addLearners(founder + "/" + founderId));
        } else {
            answer.addPeers((identity.founders().isEmpty() ? Verdict.UNKNOWN : Verdict.STRANGER).name());
        }
        return answer.build();
    }
}
