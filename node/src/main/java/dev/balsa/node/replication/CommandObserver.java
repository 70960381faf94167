package dev.balsa.node.replication;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;

/** Hears of each command that a client had executed here: for SLOWLOG and INFO commandstats. Called on the group's loop; must be cheap. */
@FunctionalInterface
public interface CommandObserver {
    /**
     * @param args valid during the call
     * @param nanos how long the command itself ran
     */
    void ran(Request request, Args args, long nanos);
}
