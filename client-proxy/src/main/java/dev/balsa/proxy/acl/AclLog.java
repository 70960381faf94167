package dev.balsa.proxy.acl;

import dev.balsa.proxy.acl.Denial.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What was denied lately in this process (ACL LOG). Thread-safe by its lock. */
public final class AclLog {
    /** As in Redis: so far back is looked for an entry that says the same. */
    private static final int COMPARED_MAX = 10;
    private static final long SAME_MILLIS = 60_000;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private volatile int lengthMax = 128;
    private long nextId;

    /**
     * One or more denials.
     *
     * @param context {@code toplevel}, {@code multi} or {@code lua}
     * @param object the command, key or channel
     * @param client as CLIENT INFO shows it, of the last one
     * @param createdMillis since 1970, as is {@code updatedMillis}
     */
    public record Entry(long count, Reason reason, String context, String object, String user, String client, long id,
            long createdMillis, long updatedMillis) {
        private boolean isLike(Entry other) {
            return reason == other.reason && context.equals(other.context) && object.equals(other.object)
                    && user.equals(other.user)
                    && Math.abs(updatedMillis - other.updatedMillis) <= SAME_MILLIS;
        }
    }

    /** {@code acllog-max-len}. */
    public synchronized void lengthMax(int entriesMax) {
        lengthMax = entriesMax;
        trim();
    }

    public synchronized void add(Reason reason, String context, String object, String user, String client) {
        long now = System.currentTimeMillis();
        Entry added = new Entry(1, reason, context, object, user, client, nextId, now, now);
        Iterator<Entry> known = entries.iterator();
        for (int i = 0; i < COMPARED_MAX && known.hasNext(); i++) {
            Entry old = known.next();
            if (old.isLike(added)) {
                known.remove();
                entries.addFirst(new Entry(old.count + 1, reason, context, object, user, client, old.id,
                        old.createdMillis, now));
                return;
            }
        }
        nextId++;
        entries.addFirst(added);
        trim();
    }

    private void trim() {
        while (entries.size() > lengthMax) {
            entries.removeLast();
        }
    }

    public synchronized void reset() {
        entries.clear();
    }

    /** The newest first. */
    public synchronized List<Entry> newest(long count) {
        List<Entry> all = new ArrayList<>(entries);
        return all.subList(0, (int) Math.min(Math.max(0, count), all.size()));
    }
}
