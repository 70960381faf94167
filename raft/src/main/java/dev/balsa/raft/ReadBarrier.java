package dev.balsa.raft;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Lets many reads share one ReadIndex round. A read may share only a round that started after the read arrived, so
 * reads that
 * arrive while a round is out wait for the next one.
 *
 * <p>Thread-safe by its monitor, which is never held while someone else's code runs. Results are delivered on the
 * thread that
 * ends the round.
 */
public final class ReadBarrier {
    private final RaftGroup group;
    private final int waitingMax;
    private final Round round = new Round();
    private ArrayList<RaftGroup.ReadDone> waiting = new ArrayList<>();
    private ArrayList<RaftGroup.ReadDone> riding = new ArrayList<>();
    private boolean out;

    /** @param waitingMax reads that may wait for the next round; one more is refused as Busy */
    public ReadBarrier(RaftGroup group, int waitingMax) {
        this.group = group;
        this.waitingMax = waitingMax;
    }

    /** Calls {@code read} back once, when a round that starts from now on has ended. */
    public void await(RaftGroup.ReadDone read) {
        boolean full;
        boolean start = false;
        synchronized (this) {
            full = waiting.size() >= waitingMax;
            if (!full) {
                waiting.add(read);
                start = !out;
                if (start) {
                    depart();
                }
            }
        }
        if (full) {
            read.failed(new RaftFailure.Busy("too many reads wait for the leader's confirmation"));
        } else if (start) {
            group.readIndex(round);
        }
    }

    /** Who waits now rides with the round that is about to start. Under the monitor. */
    private void depart() {
        var empty = riding;
        riding = waiting;
        waiting = empty;
        out = true;
    }

    /** One round at a time is out, so one object serves them all. */
    private final class Round implements RaftGroup.ReadDone {
        @Override
        public void ready(long index) {
            end(index, null);
        }

        @Override
        public void failed(RaftFailure failure) {
            end(0, failure);
        }

        private void end(long index, @Nullable RaftFailure failure) {
            ArrayList<RaftGroup.ReadDone> ended;
            synchronized (ReadBarrier.this) {
                ended = riding;
            }
            for (int i = 0; i < ended.size(); i++) {
                if (failure == null) {
                    ended.get(i).ready(index);
                } else {
                    ended.get(i).failed(failure);
                }
            }
            boolean again;
            synchronized (ReadBarrier.this) {
                ended.clear();
                out = false;
                again = !waiting.isEmpty();
                if (again) {
                    depart();
                }
            }
            if (again) {
                group.readIndex(this);
            }
        }
    }
}
