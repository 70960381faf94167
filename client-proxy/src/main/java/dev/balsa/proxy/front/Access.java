package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.acl.Denial.Reason;
import dev.balsa.proxy.acl.SortAccess;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.route.CommandEntry;
import org.jspecify.annotations.Nullable;

/** Whether a connection's user may do what it asks for. Stateless; runs on the connection's loop. */
final class Access {
    private Access() {}

    /** The error line without its minus, after noting the denial in ACL LOG; null: it is allowed. */
    static @Nullable String denied(Connection client, CommandEntry entry, Args args) {
        User user = client.session().account().user();
        return user.unrestricted() ? null : deniedTo(user, client, entry, args);
    }

    private static @Nullable String deniedTo(User user, Connection client, CommandEntry entry, Args args) {
        Denial denial = check(user, entry, args);
        if (denial != null) {
            note(client, denial, entry, args, client.transactions().isOpen());
            return "NOPERM " + denial.message(user.name(), entry.name());
        }
        return SortAccess.denied(user, entry, args);
    }

    /** A command of a transaction when EXEC comes: the user may have other rules by now. Null: it is allowed. */
    static @Nullable String deniedAtExec(Connection client, User user, CommandEntry entry, Args args) {
        Denial denial = user.unrestricted() ? null : check(user, entry, args);
        if (denial == null) {
            return null;
        }
        note(client, denial, entry, args, true);
        return denial.atExec();
    }

    private static @Nullable Denial check(User user, CommandEntry entry, Args args) {
        return isBetweenFronts(entry.name()) ? new Denial(Reason.COMMAND, 0) : user.check(entry, args);
    }

    /** What they carry inside is not seen here, so they are for fronts, and for users who may everything. */
    private static boolean isBetweenFronts(String name) {
        return name.startsWith("balsa|") && switch (name) {
            case "balsa|digest", "balsa|help", "balsa|map", "balsa|status" -> false;
            default -> true;
        };
    }

    private static void note(Connection client, Denial denial, CommandEntry entry, Args args, boolean multi) {
        StringBuilder info = new StringBuilder();
        ClientInfo.append(client, info);
        String object = denial.reason() == Reason.COMMAND ? entry.name() : args.text(denial.at());
        client.front().aclLog().add(denial.reason(), multi ? "multi" : "toplevel", object,
                client.session().account().name(), info.toString().strip());
    }
}
