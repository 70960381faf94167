package dev.balsa.raft.jraft;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.util.Endpoint;
import java.util.List;

/**
 * Counts one ReadIndex round: so many of the other members have to say yes. Asks only as many as are needed, and all
 * others when one says no, cannot be reached or takes its time. Ends once: confirmed, or hopeless as soon as too few
 * are
 * left that could say yes.
 *
 * <p>Thread-safe by its monitor; the end is told outside of it.
 */
abstract class Confirmation {
    private final List<Endpoint> others;
    /** Where in {@link #others} asking begins; fixed for the round, so that nobody is asked, and counted, twice. */
    private final int first;

    private int missing;
    private int asked;
    private int out;
    private boolean over;

    /**
     * @param first whom of {@code others} to ask first
     * @param missing how many of them have to say yes, at least 1
     */
    Confirmation(List<Endpoint> others, int first, int missing) {
        this.others = others;
        this.first = first;
        this.missing = missing;
    }

    /** Asks one member; {@code answer} gets a Boolean or an error, later and never in the caller's stack. */
    abstract void send(Endpoint endpoint, InvokeCallback answer) throws RemotingException;

    /** @param last who made the majority full */
    abstract void confirmed(Endpoint last);

    abstract void hopeless();

    void start() {
        int needed;
        synchronized (this) {
            needed = missing;
        }
        ask(needed);
    }

    /** It takes its time: those who were not asked may be faster. */
    void askOthers() {
        ask(others.size());
    }

    private void ask(int more) {
        boolean ended;
        synchronized (this) {
            int until = Math.min(others.size(), asked + more);
            while (asked < until && !over) {
                Endpoint endpoint = others.get((first + asked++) % others.size());
                try {
                    send(endpoint, (yes, error) -> answered(endpoint, Boolean.TRUE.equals(yes)));
                    out++;
                } catch (RemotingException e) {
                    until = Math.min(others.size(), until + 1);
                }
            }
            ended = !over && out < missing;
            over |= ended;
        }
        if (ended) {
            hopeless();
        }
    }

    private void answered(Endpoint endpoint, boolean yes) {
        boolean ended;
        synchronized (this) {
            if (over) {
                return;
            }
            out--;
            missing -= yes ? 1 : 0;
            ended = missing == 0;
            over = ended;
        }
        if (ended) {
            confirmed(endpoint);
        } else if (!yes) {
            askOthers();
        }
    }
}
