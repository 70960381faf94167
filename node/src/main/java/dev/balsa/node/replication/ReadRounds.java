package dev.balsa.node.replication;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import dev.balsa.raft.RaftFailure;
import dev.balsa.raft.RaftGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The linearizable reads of a group: those that arrive while a ReadIndex round is out wait for the next one, and all reads of a round share it. A read
 * shares only a round that began after it arrived. Owned by the group's loop.
 *
 * <p>A round begins as soon as the one before is over and the loop's turn ends, with what there is. To wait for the
 * clients that were just answered makes larger rounds, saves CPU, and is slower: nothing happens meanwhile.
 */
final class ReadRounds {
    /** Where reads go that need the log's time to move on, and who tells refused ones. */
    interface Owner {
        boolean leads();

        long clockMillis();

        /** The read met a key that is due by the clock but not by the log. */
        void readMetDueKey(Request request, Args args);

        void refused(Batch reads, RaftFailure failure);

        void refuseNotLeader(Request request, Args args);

        /** The next round may start. */
        void roundOver();
    }

    private final Executor applied;
    private final EntryRunner runner;
    private final Batches batches;
    private final SeedSequence seeds;
    private final Owner owner;
    private Batch waiting;
    /** Arrived before an entry was proposed, not yet in a round. */
    private List<ReadRound> sealed = new ArrayList<>();
    /** In the round that is out; empty = none is. */
    private List<ReadRound> out = new ArrayList<>();
    private boolean roundOut;

    /** @param applied runs things on the loop after all entries that were committed before */
    ReadRounds(Executor applied, EntryRunner runner, Batches batches, SeedSequence seeds, Owner owner) {
        this.applied = applied;
        this.runner = runner;
        this.batches = batches;
        this.seeds = seeds;
        this.owner = owner;
        this.waiting = batches.take();
    }

    void add(Request request, Args args) {
        waiting.addRead(request, args);
    }

    int waitingBytes() {
        return waiting.bytes();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty() || !sealed.isEmpty();
    }

    /** Starts a round for everything that waits, unless one is out. */
    void startIfPossible(RaftGroup raft) {
        if (roundOut) {
            return;
        }
        seal();
        // An entry that was committed meanwhile has answered these.
        sealed.removeIf(round -> round.answered);
        if (sealed.isEmpty()) {
            return;
        }
        List<ReadRound> round = sealed;
        sealed = new ArrayList<>(2);
        out = round;
        roundOut = true;
        raft.readIndex(new RaftGroup.ReadDone() {
            @Override
            public void ready(long index) {
                applied.execute(() -> roundReady(round));
            }

            @Override
            public void failed(RaftFailure failure) {
                applied.execute(() -> roundFailed(round, failure));
            }
        });
    }

    /** All reads that have arrived and are not answered: an entry that is proposed now may answer them when it is committed. */
    List<ReadRound> unanswered() {
        seal();
        if (sealed.isEmpty() && out.isEmpty()) {
            return List.of();
        }
        List<ReadRound> all = new ArrayList<>(out.size() + sealed.size());
        for (ReadRound round : out) {
            if (!round.answered) {
                all.add(round);
            }
        }
        all.addAll(sealed);
        return all;
    }

    /** Answers reads with the state as it is: the caller has set the time and knows that leadership is confirmed. */
    void answer(List<ReadRound> rounds) {
        for (ReadRound round : rounds) {
            if (!round.answered) {
                round.answered = true;
                run(round.reads, true);
            }
        }
    }

    private void seal() {
        if (!waiting.isEmpty()) {
            sealed.add(new ReadRound(waiting, false));
            waiting = batches.take();
        }
    }

    private void roundReady(List<ReadRound> round) {
        // A follower answers by log time alone: only the leader can move the log on when a key is due by the clock. So
        // who wants the leader's answer, and finds that it has stepped down meanwhile, asks the next one.
        boolean leads = owner.leads();
        runner.beginReads(leads ? owner.clockMillis() : runner.logMillis());
        for (ReadRound part : round) {
            if (!part.answered) {
                part.answered = true;
                run(part.reads, leads);
            }
        }
        roundOver();
    }

    private void roundFailed(List<ReadRound> round, RaftFailure failure) {
        for (ReadRound part : round) {
            if (!part.answered) {
                part.answered = true;
                owner.refused(part.reads, failure);
                batches.giveBack(part.reads);
            }
        }
        roundOver();
    }

    private void roundOver() {
        roundOut = false;
        out = List.of();
        owner.roundOver();
    }

    /** @param all false = only those that a follower may serve */
    private void run(Batch reads, boolean all) {
        runner.starts(0);
        Args args = runner.args();
        int at = 0;
        for (int i = 0; i < reads.size(); i++) {
            at = reads.readFrom(at, i, args);
            Request request = reads.request(i);
            if (!all && !request.followerMayServe()) {
                owner.refuseNotLeader(request, args);
            } else if (!runner.read(request, args, seeds.next())) {
                owner.readMetDueKey(request, args);
            }
        }
        batches.giveBack(reads);
    }
}
