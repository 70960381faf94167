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

    /** Hears what is denied. */
    interface Listener {
        void denied(Denial.Reason reason, String object, String user);
    }

    private final Listener listener;

    private final LinkedHashMap<Key, Scripting.Rights> known = new LinkedHashMap<>();

    private record Key(String user, String rights) {}

    /** Nobody hears. */
    public UserRights() {
        this((reason, object, user) -> {});
    }

    UserRights(Listener listener) {
        this.listener = listener;
    }

    /** The rights that a front wrote down with {@link User#rights}; none if they cannot be read. */
    public Scripting.Rights of(String user, String rights) {
        Key key = new Key(user, rights);
        Scripting.Rights checked = known.get(key);
        if (checked == null) {
            checked = new Checked(User.ofRights(user, rights, INDEX), listener);
            known.put(key, checked);
            if (known.size() > KEPT_MAX) {
                known.pollFirstEntry();
            }
        }
        return checked;
    }

    private record Checked(User user, Listener listener) implements Scripting.Rights {
        @Override
        public boolean allows(Args args) {
            CommandEntry entry = INDEX.find(args);
            return entry == null || user.check(entry, args) == null;
        }

        @Override
        public @Nullable String denied(Args args) {
            CommandEntry entry = INDEX.find(args);
            Denial denial = entry == null ? null : user.check(entry, args);
            if (entry == null || denial == null) {
                return null;
            }
            boolean command = denial.reason() == Denial.Reason.COMMAND;
            listener.denied(denial.reason(), command ? entry.name() : args.text(denial.at()), user.name());
            return denial.message(user.name(), entry.name());
        }

        @Override
        public @Nullable String problem(Args args) {
            CommandEntry entry = INDEX.find(args);
            return entry == null ? null : SortAccess.denied(user, entry, args);
        }
    }
}
