package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.Account;
import dev.balsa.proxy.acl.AclLog;
import dev.balsa.proxy.acl.Categories;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.acl.User;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Frames;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What ACL tells. What changes users is {@link UserChanges}'. Stateless; runs on the connection's loop. */
final class AclCommands {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PASSWORD_BITS = 256;
    private static final int PASSWORD_MAX_BITS = 4096;
    private static final int LOG_ENTRIES = 10;

    private static final List<String> HELP = List.of(
            "ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CAT [<category>]",
            "    List all commands that belong to <category>, or all command categories",
            "    when no category is specified.",
            "DELUSER <username> [<username> ...]",
            "    Delete a list of users.",
            "DRYRUN <username> <command> [<arg> ...]",
            "    Returns whether the user can execute the given command without executing the command.",
            "GETUSER <username>",
            "    Get the user's details.",
            "GENPASS [<bits>]",
            "    Generate a secure 256-bit user password. The optional `bits` argument can",
            "    be used to specify a different size.",
            "LIST",
            "    Show users details in config file format.",
            "LOAD",
            "    Reload users from the ACL file.",
            "LOG [<count> | RESET]",
            "    Show the ACL log entries.",
            "SAVE",
            "    Save the current config to the ACL file.",
            "SETUSER <username> <attribute> [<attribute> ...]",
            "    Create or modify a user with the specified attributes.",
            "USERS",
            "    List all the registered usernames.",
            "WHOAMI",
            "    Return the current connection username.",
            "HELP",
            "    Prints this help.");

    private AclCommands() {}

    static void run(Connection client, CommandEntry entry, Args args, RespWriter reply) {
        switch (entry.name()) {
            case "acl|whoami" -> text(client.session().account().name(), reply);
            case "acl|users" -> {
                Collection<Account> all = client.front().users().all();
                reply.array(all.size());
                all.forEach(account -> text(account.name(), reply));
            }
            case "acl|list" -> {
                Collection<Account> all = client.front().users().all();
                reply.array(all.size());
                all.forEach(account -> text("user " + account.name() + " " + account.user().rules(), reply));
            }
            case "acl|getuser" -> getUser(client, args, reply);
            case "acl|cat" -> categories(client, args, reply);
            case "acl|genpass" -> generatePassword(args, reply);
            case "acl|dryrun" -> dryRun(client, args, reply);
            case "acl|log" -> log(client.front().aclLog(), args, reply);
            default -> {
                reply.array(HELP.size());
                HELP.forEach(reply::simple);
            }
        }
    }

    private static void text(String latin, RespWriter reply) {
        byte[] bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
        reply.bulk(bytes, 0, bytes.length);
    }

    private static void getUser(Connection client, Args args, RespWriter reply) {
        Account account = client.front().users().find(args.text(2));
        if (account == null) {
            reply.nil();
            return;
        }
        User user = account.user();
        List<User.Shown> selectors = user.shownSelectors();
        reply.map(6);
        reply.bulk("flags");
        reply.set(user.flags().size());
        user.flags().forEach(reply::bulk);
        reply.bulk("passwords");
        reply.array(user.passwords().size());
        user.passwords().forEach(reply::bulk);
        selector(selectors.getFirst(), reply);
        reply.bulk("selectors");
        reply.array(selectors.size() - 1L);
        for (User.Shown selector : selectors.subList(1, selectors.size())) {
            reply.map(3);
            selector(selector, reply);
        }
    }

    private static void selector(User.Shown selector, RespWriter reply) {
        reply.bulk("commands");
        text(selector.commands(), reply);
        reply.bulk("keys");
        text(selector.keys(), reply);
        reply.bulk("channels");
        text(selector.channels(), reply);
    }

    private static void categories(Connection client, Args args, RespWriter reply) {
        if (args.count() == 2) {
            reply.array(Categories.ALL.size());
            Categories.ALL.forEach(reply::bulk);
            return;
        }
        if (args.count() > 3) {
            subcommandSyntax(args, reply);
            return;
        }
        String name = args.text(2).toLowerCase(Locale.ROOT);
        if (!Categories.ALL.contains(name)) {
            reply.error("ERR Unknown category '" + args.text(2) + "'");
            return;
        }
        List<String> found = client.front().commands().entries().stream()
                .filter(entry -> entry.spec().categories().contains(name))
                .map(CommandEntry::name)
                .toList();
        reply.array(found.size());
        found.forEach(reply::bulk);
    }

    private static void subcommandSyntax(Args args, RespWriter reply) {
        reply.error("ERR unknown subcommand or wrong number of arguments for '" + args.text(1) + "'. Try ACL HELP.");
    }

    private static void generatePassword(Args args, RespWriter reply) {
        long bits = args.count() > 2 ? SessionCommands.number(args, 2) : PASSWORD_BITS;
        if (args.count() > 3) {
            subcommandSyntax(args, reply);
        } else if (bits == Long.MIN_VALUE) {
            reply.error(SessionCommands.NOT_AN_INTEGER);
        } else if (bits <= 0 || bits > PASSWORD_MAX_BITS) {
            reply.error("ERR ACL GENPASS argument must be the number of bits for the output password, a positive"
                    + " number up to " + PASSWORD_MAX_BITS);
        } else {
            StringBuilder password = new StringBuilder();
            for (long digits = (bits + 3) / 4; digits > 0; digits--) {
                password.append(Character.forDigit(RANDOM.nextInt(16), 16));
            }
            reply.bulk(password.toString());
        }
    }

    private static void dryRun(Connection client, Args args, RespWriter reply) {
        Account account = client.front().users().find(args.text(2));
        if (account == null) {
            reply.error("ERR User '" + args.text(2) + "' not found");
            return;
        }
        Args asked = Frames.tail(args, 3);
        CommandEntry entry = client.front().commands().find(asked);
        if (entry == null) {
            reply.error("ERR Command '" + args.text(3) + "' not found");
            return;
        }
        if (!entry.spec().accepts(asked.count())) {
            reply.error("ERR wrong number of arguments for '" + entry.name() + "' command");
            return;
        }
        Denial denial = account.user().check(entry, asked);
        if (denial == null) {
            reply.ok();
        } else {
            text(denial.fullMessage(account.name(), entry.name(), asked.text(denial.at())), reply);
        }
    }

    private static void log(AclLog log, Args args, RespWriter reply) {
        long count = LOG_ENTRIES;
        if (args.count() > 3) {
            subcommandSyntax(args, reply);
            return;
        }
        if (args.count() == 3 && args.is(2, "RESET")) {
            log.reset();
            reply.ok();
            return;
        }
        if (args.count() == 3) {
            count = SessionCommands.number(args, 2);
            if (count == Long.MIN_VALUE) {
                reply.error(SessionCommands.NOT_AN_INTEGER);
                return;
            }
        }
        List<AclLog.Entry> entries = log.newest(count);
        long now = System.currentTimeMillis();
        reply.array(entries.size());
        entries.forEach(entry -> logged(entry, now, reply));
    }

    private static void logged(AclLog.Entry entry, long nowMillis, RespWriter reply) {
        reply.map(10);
        reply.bulk("count");
        reply.integer(entry.count());
        reply.bulk("reason");
        reply.bulk(entry.reason().shown());
        reply.bulk("context");
        reply.bulk(entry.context());
        reply.bulk("object");
        text(entry.object(), reply);
        reply.bulk("username");
        text(entry.user(), reply);
        reply.bulk("age-seconds");
        reply.real((nowMillis - entry.updatedMillis()) / 1000.0);
        reply.bulk("client-info");
        text(entry.client(), reply);
        reply.bulk("entry-id");
        reply.integer(entry.id());
        reply.bulk("timestamp-created");
        reply.integer(entry.createdMillis());
        reply.bulk("timestamp-last-updated");
        reply.integer(entry.updatedMillis());
    }
}
