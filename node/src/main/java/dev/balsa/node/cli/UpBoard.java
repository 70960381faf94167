package dev.balsa.node.cli;

import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What {@code balsa up} knows of its nodes, and tells when it changes. Thread-safe by its lock. */
final class UpBoard {
    private record Lead(int node, long term) {}

    private final PrintWriter out;
    private final int groups;
    private final Map<Integer, Lead> leads = new HashMap<>();
    private final Set<Integer> up = new HashSet<>();
    private boolean telling;

    UpBoard(PrintWriter out, int groups) {
        this.out = out;
        this.groups = groups;
    }

    /** Prints one line with the time. */
    synchronized void say(String line) {
        out.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + "  " + line);
        out.flush();
    }

    /** Prints a line as it is. */
    synchronized void plain(String line) {
        out.println(line);
        out.flush();
    }

    /** From now on changes are told one by one; until then they are the start. */
    synchronized void tellChanges() {
        telling = true;
    }

    /** Whether the start is over. */
    synchronized boolean calm() {
        return telling;
    }

    /** Node {@code number} has answered. */
    synchronized void heard(int number, NodeReport report) {
        if (up.add(number) && telling) {
            say("node " + number + " is up");
        }
        for (NodeReport group : report.groups()) {
            if (group.text("role").equals("leader")) {
                leads(number, (int) group.number("id"), group.number("term"));
            }
        }
        notifyAll();
    }

    private void leads(int number, int group, long term) {
        Lead before = leads.get(group);
        if (before != null && (before.term() > term || before.node() == number)) {
            return;
        }
        leads.put(group, new Lead(number, term));
        if (telling) {
            say("node " + number + " leads group " + group + " (term " + term + ")");
        }
    }

    /** Node {@code number} does not answer. */
    synchronized void down(int number) {
        if (up.remove(number) && telling) {
            say("node " + number + " is down");
        }
    }

    /** Waits until {@code nodes} nodes answer and every group is led. @return whether that came to pass in time */
    synchronized boolean awaitReady(int nodes, long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        while (up.size() < nodes || leads.size() < groups) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** What is missing, for people. */
    synchronized String missing(int nodes) {
        return up.size() + " of " + nodes + " nodes answer, " + leads.size() + " of " + groups + " groups are led";
    }

    /** {@code group 0: node 1, group 1: node 3}. */
    synchronized String leaders() {
        StringBuilder text = new StringBuilder();
        for (int group = 0; group < groups; group++) {
            Lead lead = leads.get(group);
            text.append(group == 0 ? "" : ", ").append("group ").append(group).append(": ");
            text.append(lead == null ? "nobody" : "node " + lead.node());
        }
        return text.toString();
    }
}
