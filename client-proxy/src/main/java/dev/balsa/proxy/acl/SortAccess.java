package dev.balsa.proxy.acl;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.CommandEntry;
import org.jspecify.annotations.Nullable;

/** SORT's BY and GET lead to keys that nobody can tell from the request. Stateless. */
public final class SortAccess {
    private SortAccess() {}

    /** The error line if the user may not run the request for that reason; null if it may. */
    public static @Nullable String denied(User user, CommandEntry entry, Args args) {
        if (!entry.name().equals("sort") && !entry.name().equals("sort_ro")) {
            return null;
        }
        for (int i = 2; i + 1 < args.count(); i++) {
            boolean by = args.is(i, "BY");
            boolean leads = by && args.text(i + 1).indexOf('*') >= 0 || args.is(i, "GET") && !args.text(i + 1).equals("#");
            if (leads && !user.readsEveryKey(entry, args)) {
                return "ERR " + (by ? "BY" : "GET") + " option of SORT denied due to insufficient ACL permissions.";
            }
            if (args.is(i, "LIMIT")) {
                i += 2;
            } else if (by || args.is(i, "GET") || args.is(i, "STORE")) {
                i++;
            }
        }
        return null;
    }
}
