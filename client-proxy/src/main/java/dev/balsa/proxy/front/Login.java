package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.Account;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import org.jspecify.annotations.Nullable;

/**
 * AUTH and HELLO. Who was made a user anywhere can log in everywhere at once: before somebody is refused by what is known
 * here, the group that keeps the users is asked. Stateless; runs on the connection's loop.
 */
final class Login {
    private static final String WRONGPASS = "WRONGPASS invalid username-password pair or user is disabled.";
    private static final String NO_PASSWORD =
            "ERR AUTH <password> called without any password configured for the default"
            + " user. Are you sure your configuration is correct?";
    private static final String HELLO_NOAUTH =
            "NOAUTH HELLO must be called with the client already authenticated, otherwise"
            + " the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP"
            + " protocol version at the same time";
    private static final int PROTOCOL_MIN = 2;
    private static final int PROTOCOL_MAX = 3;

    private Login() {}

    /** Whether the user or the password of a well-formed AUTH or HELLO is not known here. */
    static boolean mayBeNews(Connection client, Args args) {
        Users users = client.front().users();
        int passwordAt = passwordAt(args);
        if (passwordAt == 0) {
            return false;
        }
        boolean named = passwordAt > 1;
        String user = named ? args.text(passwordAt - 1) : User.DEFAULT;
        return !isLink(client, user) && (users.authenticate(user, args.copy(passwordAt)) == null
                || !named && users.defaultAccount().user().noPassword());
    }

    /** Where the password stands; 0: nowhere, or not as it should. */
    private static int passwordAt(Args args) {
        if (args.is(0, "AUTH")) {
            return args.count() > 3 ? 0 : args.count() - 1;
        }
        // What stands before it can only be SETNAME with a name.
        for (int i = 2; i + 2 < args.count(); i += 2) {
            if (args.is(i, "AUTH")) {
                return i + 2;
            }
        }
        return 0;
    }

    /** Executes the command when this process knows all users that the cluster has now. */
    static void later(Connection client, Args args, Pending pending) {
        Args kept = args.copy();
        client.answers().alone(pending);
        UserChanges.catchUp(client, pending, () -> {
            RespWriter reply = client.loop().writer(client.session().protocol());
            if (kept.is(0, "AUTH")) {
                auth(client, kept, reply);
            } else {
                hello(client, kept, reply);
            }
            pending.reply(reply.array(), 0, reply.length());
        });
    }

    static void auth(Connection client, Args args, RespWriter reply) {
        if (args.count() > 3) {
            reply.error(SessionCommands.SYNTAX_ERROR);
            return;
        }
        if (args.count() == 2 && client.front().users().defaultAccount().user().noPassword()) {
            reply.error(NO_PASSWORD);
            return;
        }
        boolean named = args.count() == 3;
        if (login(client, named ? args.text(1) : User.DEFAULT, args.copy(named ? 2 : 1), args.text(0))) {
            reply.ok();
        } else {
            reply.error(WRONGPASS);
        }
    }

    private static boolean isLink(Connection client, String user) {
        return user.equals(LinkSecret.USER) && client.session().mode() == Mode.CLUSTER;
    }

    private static boolean login(Connection client, String user, byte[] password, String command) {
        Users users = client.front().users();
        Account account = !isLink(client, user) ? users.authenticate(user, password)
                : client.peer().mayBeLink() ? users.authenticateLink(password) : null;
        if (account == null) {
            StringBuilder info = new StringBuilder();
            ClientInfo.append(client, info);
            client.front().aclLog().add(Denial.Reason.AUTH, "toplevel", command, user, info.toString().strip());
            return false;
        }
        client.session().login(account);
        client.sessionChanged();
        return true;
    }

    static void hello(Connection client, Args args, RespWriter reply) {
        Session session = client.session();
        int protocol = session.protocol();
        if (args.count() > 1) {
            long wanted = SessionCommands.number(args, 1);
            if (wanted == Long.MIN_VALUE) {
                reply.error("ERR Protocol version is not an integer or out of range");
                return;
            }
            if (wanted < PROTOCOL_MIN || wanted > PROTOCOL_MAX) {
                reply.error("NOPROTO unsupported protocol version");
                return;
            }
            protocol = (int) wanted;
        }
        int authAt = 0;
        int nameAt = 0;
        for (int i = 2; i < args.count(); i++) {
            int left = args.count() - 1 - i;
            if (args.is(i, "AUTH") && left >= 2) {
                authAt = i + 1;
                i += 2;
            } else if (args.is(i, "SETNAME") && left >= 1) {
                nameAt = i + 1;
                i++;
                if (!ClientCommands.isPrintable(args, nameAt)) {
                    reply.error(ClientCommands.BAD_NAME);
                    return;
                }
            } else {
                reply.error("ERR Syntax error in HELLO option '" + args.text(i) + "'");
                return;
            }
        }
        if (authAt > 0) {
            if (!login(client, args.text(authAt), args.copy(authAt + 1), args.text(0))) {
                reply.error(WRONGPASS);
                return;
            }
        }
        if (!session.authenticated()) {
            reply.error(HELLO_NOAUTH);
            return;
        }
        if (nameAt > 0) {
            session.name(args.text(nameAt));
        }
        session.protocol(protocol);
        greeting(client, reply.protocol(protocol));
    }

    private static void greeting(Connection client, RespWriter reply) {
        FrontSettings settings = client.front().settings();
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(settings.shownVersion());
        reply.bulk("proto");
        reply.integer(client.session().protocol());
        reply.bulk("id");
        reply.integer(client.id());
        reply.bulk("mode");
        reply.bulk(client.session().mode() == Mode.PLAIN ? "standalone" : "cluster");
        reply.bulk("role");
        reply.bulk(settings.role());
        reply.bulk("modules");
        reply.array(0);
    }
}
