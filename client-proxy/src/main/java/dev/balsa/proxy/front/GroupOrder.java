package dev.balsa.proxy.front;

import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Pending;

/**
 * Which requests of a connection are in flight, by group, so that they take effect in the order in which they came:
 * a read that follows an unanswered
 * write says so, and a write waits for reads that nothing keeps in order. Groups that share a place (their ids
 * modulo 64) only wait
 * more than they need. Owned by the connection's loop.
 */
final class GroupOrder {
    private static final int PLACES = 64;
    private static final int[] NOTHING = {};

    private int[] writes = NOTHING;
    private int[] freeReads = NOTHING;
    private int inFlight;

    /** Requests in flight, of any group. */
    int inFlight() {
        return inFlight;
    }

    boolean hasWrites(int group) {
        return writes.length > 0 && writes[place(group)] > 0;
    }

    /** Whether the command must wait until others of this connection are answered. */
    boolean mustWait(CommandEntry entry, int group) {
        return entry.writes() && freeReads.length > 0 && freeReads[place(group)] > 0;
    }

    /** Call after {@link Pending#ordering}, with what {@link #hasWrites} said. */
    void submitted(Pending pending) {
        add(pending, 1);
    }

    void answered(Pending pending) {
        add(pending, -1);
    }

    private void add(Pending pending, int n) {
        if (pending.split() != null) {
            // Its parts are counted.
            return;
        }
        inFlight += n;
        if (pending.group() < 0) {
            return;
        }
        if (writes.length == 0) {
            writes = new int[PLACES];
            freeReads = new int[PLACES];
        }
        if (pending.entry().writes()) {
            writes[place(pending.group())] += n;
        } else if (!pending.followsWrite()) {
            freeReads[place(pending.group())] += n;
        }
    }

    /** Gives the room back, if nothing is in flight. */
    void trim() {
        if (inFlight == 0) {
            writes = NOTHING;
            freeReads = NOTHING;
        }
    }

    private static int place(int group) {
        return group & (PLACES - 1);
    }
}
