package dev.balsa.node.replication;

import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.node.command.Scripting;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.acl.SortAccess;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** The rights of users on whose behalf scripts run, by the text that came with the command. Owned by one thread. */
public final class UserRights {
    private static final CommandIndex INDEX =
            new CommandIndex(CommandTable.all().stream().map(Command::spec).toList());
    private static final int KEPT_MAX = 64;

    private final LinkedHashMap<Key, Scripting.Rights> known = new LinkedHashMap<>();

    private record Key(String user, String rights) {}

    /** The rights that a front wrote down with {@link User#rights}; none if they cannot be read. */
    public Scripting.Rights of(String user, String rights) {
        Key key = new Key(user, rights);
        Scripting.Rights checked = known.get(key);
        if (checked == null) {
            checked = new Checked(User.ofRights(user, rights, INDEX));
            known.put(key, checked);
            if (known.size() > KEPT_MAX) {
                known.pollFirstEntry();
            }
        }
        return checked;
    }

    private record Checked(User user) implements Scripting.Rights {
        @Override
        public @Nullable String denied(Args args) {
            CommandEntry entry = INDEX.find(args);
            Denial denial = entry == null ? null : user.check(entry, args);
            return entry == null || denial == null ? null : denial.message(user.name(), entry.name());
        }

        @Override
        public @Nullable String problem(Args args) {
            CommandEntry entry = INDEX.find(args);
            return entry == null ? null : SortAccess.denied(user, entry, args);
        }
    }
}
