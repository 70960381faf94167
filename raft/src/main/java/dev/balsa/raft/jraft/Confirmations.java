package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.util.Endpoint;
import dev.balsa.raft.RaftConfig;
import dev.balsa.raft.jraft.rpc.RaftRpc;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The ReadIndex rounds that a leader makes itself, because JRaft's cost three hand-overs and a heartbeat through each
 * replicator: a question to as many members as are needed, answered on the loop that reads it from the term that the
 * replica has written down ({@link dev.balsa.raft.jraft.rpc.TermWitness} says why that suffices).
 *
 * <p>What makes a round valid, and who looks after it:
 *
 * <ul>
 *   <li>This leader has committed an entry of its term: it is said to lead from then on only ({@link
 *       JRaftStateMachine#onLeaderStart}).
 *   <li>It has not voted in a later term itself: its own written term is compared when the round starts.
 *   <li>The majority is one of the configuration in force. While members are changed, {@link Membership} has this class
 *       leave all rounds to JRaft, and so does a leader that begins with a joint configuration.
 *   <li>The read runs when all that was committed at the start of its round has been handed to the state machine.
 *   <li>When too few can say yes, JRaft's own round decides: these are never the reason for a refusal.
 * </ul>
 *
 * <p>Thread-safe: volatile fields, a concurrent queue.
 */
final class Confirmations {
    /** After so long without an answer the other members are asked, too. */
    private static final int PATIENCE_MILLIS = 3;

    private final JRaftGroup group;
    private final RaftConfig config;
    private final RaftRpc rpc;
    private final EventLoop timer;
    private final Queue<Round> out = new ConcurrentLinkedQueue<>();
    /** Confirmed, but the state machine does not have everything yet. */
    private final Queue<Round> early = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean watching = new AtomicBoolean();
    private volatile @Nullable Voters voters;
    private volatile int preferred;

    /** The other members in the term that this replica leads, and what to ask them. */
    private static final class Voters {
        final long term;
        final List<Endpoint> others;
        final int needed;
        final byte[] question;

        Voters(long term, List<Endpoint> others, int needed, byte[] question) {
            this.term = term;
            this.others = others;
            this.needed = needed;
            this.question = question;
        }
    }

    Confirmations(JRaftGroup group, RaftConfig config, RaftRpc rpc) {
        this.group = group;
        this.config = config;
        this.rpc = rpc;
        this.timer = rpc.timer();
    }

    /**
     * This replica leads with these members from now on.
     *
     * @param members null: leave the rounds to JRaft
     */
    void leads(long term, @Nullable List<PeerId> members) {
        if (members == null || !members.contains(group.selfPeer())) {
            voters = null;
            return;
        }
        List<Endpoint> others = members.stream()
                .filter(member -> !member.equals(group.selfPeer()))
                .map(member -> member.getEndpoint().copy())
                .toList();
        voters = new Voters(term, others, members.size() / 2, RaftRpc.question(config.group(), term));
    }

    /** Members are about to change, or this replica leads no longer. */
    void stop() {
        voters = null;
    }

    /** Starts a round for the read; false if JRaft has to do it. */
    boolean start(Node node, long term, ReadInFlight read) {
        Voters now = voters;
        if (now == null || now.term != term || now.needed == 0) {
            return false;
        }
        long index = JRaftGroup.committedIndex(node);
        // After the index and after the read came: as long as this is the term written here, nobody had this vote for
        // another.
        if (index == 0 || group.writtenTerm() != term) {
            return false;
        }
        Round round = new Round(now, read, index);
        out.add(round);
        round.start();
        watch();
        return true;
    }

    /** One round, for one read barrier. */
    private final class Round extends Confirmation {
        private final Voters voters;
        private final ReadInFlight read;
        /** What the state machine must have got before the read may run: all that was committed when it came. */
        private final long index;

        private final long startNanos = System.nanoTime();

        Round(Voters voters, ReadInFlight read, long index) {
            super(voters.others, preferred, voters.needed);
            this.voters = voters;
            this.read = read;
            this.index = index;
        }

        boolean isLate(long nowNanos) {
            return nowNanos - startNanos > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        }

        @Override
        void send(Endpoint endpoint, InvokeCallback answer) throws RemotingException {
            rpc.confirm(endpoint, voters.question, answer, config.limits().readTimeoutMillis());
        }

        /** True if the read runs; a second call does nothing more. */
        boolean readIfHanded() {
            boolean handed = group.hasHanded(index);
            if (handed) {
                read.ready(index);
            }
            return handed;
        }

        @Override
        void confirmed(Endpoint last) {
            // Whoever answers first is asked first.
            preferred = voters.others.indexOf(last);
            out.remove(this);
            if (!readIfHanded()) {
                early.add(this);
                // The state machine may have got it between the two.
                handed();
            }
        }

        @Override
        void hopeless() {
            out.remove(this);
            group.readByJRaft(read);
        }
    }

    /** The state machine has got more. */
    void handed() {
        if (!early.isEmpty()) {
            early.removeIf(Round::readIfHanded);
        }
    }

    private void watch() {
        if (watching.compareAndSet(false, true)) {
            var _ = timer.schedule(this::look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Asks the other members for rounds that are out for longer than a round should take. */
    private void look() {
        watching.set(false);
        long now = System.nanoTime();
        for (Round round : out) {
            if (round.isLate(now)) {
                round.askOthers();
            }
        }
        if (!out.isEmpty()) {
            watch();
        }
    }
}
