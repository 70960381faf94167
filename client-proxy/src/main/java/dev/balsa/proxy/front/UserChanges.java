package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.proxy.acl.Plan;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.GroupCall;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.Router;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * ACL SETUSER, DELUSER, LOAD and SAVE. The cluster's users are state of its first group: a change is worked out here
 * and written there if nobody else was faster, else worked out again. It is answered when it is committed, and in force
 * in this process; others follow. Stateless; runs on the connection's loop.
 */
final class UserChanges {
    /** The group that keeps the users. */
    private static final int GROUP = 0;
    private static final int TRIES_MAX = 32;
    private static final String BUSY = "ERR users are being changed by others, too: try again";

    private UserChanges() {}

    /** Executes the command and answers {@code pending}. */
    static void run(Connection client, Pending pending, Args args) {
        Users users = client.front().users();
        List<String> words = words(args);
        switch (pending.entry().name()) {
            case "acl|setuser" -> new Attempt(client, pending, () -> users.planSet(
                    words.get(0), words.subList(1, words.size()))).start();
            case "acl|deluser" -> new Attempt(client, pending, () -> users.planDelete(words)).start();
            case "acl|load" -> new AclFile(client, pending).load();
            default -> new AclFile(client, pending).save();
        }
    }

    private static List<String> words(Args args) {
        List<String> words = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            words.add(args.text(i));
        }
        return words;
    }

    /**
     * Takes over the cluster's users as they are now, and goes on; if the cluster cannot tell, its error answers
     * {@code pending}.
     */
    static void catchUp(Connection client, Pending pending, Runnable then) {
        Args command = Args.of("BALSA", "GETUSERS");
        CommandEntry entry = client.front().commands().find(command);
        if (entry == null) {
            then.run();
            return;
        }
        GroupCall.send(client.loop().router(Mode.PLAIN), pending, GROUP, entry, command, reply -> {
            if (RespReply.parse(reply) instanceof RespReply.Array(List<RespReply> items)) {
                client.front().users().take(definition(items));
            }
            then.run();
        });
    }

    /** One change until it is written. */
    static final class Attempt {
        private final Connection client;
        private final Pending pending;
        private final Supplier<Plan> plan;
        private int tries;

        Attempt(Connection client, Pending pending, Supplier<Plan> plan) {
            this.client = client;
            this.pending = pending;
            this.plan = plan;
        }

        void start() {
            if (++tries > TRIES_MAX) {
                router().fail(pending, BUSY);
                return;
            }
            switch (plan.get()) {
                case Plan.Refused(String line) -> router().fail(pending, line);
                case Plan.Change change -> write(change);
            }
        }

        private Router router() {
            return client.loop().router(Mode.PLAIN);
        }

        private void write(Plan.Change change) {
            List<String> words = new ArrayList<>(List.of("BALSA", "SETUSERS", Long.toString(change.expected())));
            change.rules().forEach((name, rules) -> {
                words.add(name);
                words.add(rules);
            });
            Args command = Args.of(words.toArray(new String[0]));
            CommandEntry entry = client.front().commands().find(command);
            if (entry == null) {
                router().fail(pending, "ERR this cluster does not know users yet");
                return;
            }
            GroupCall.send(router(), pending, GROUP, entry, command, reply -> written(change, reply));
        }

        private void written(Plan.Change change, byte[] reply) {
            List<RespReply> items = RespReply.parse(reply) instanceof RespReply.Array(List<RespReply> all) ? all
                    : List.of();
            client.front().users().take(definition(items.subList(1, items.size())));
            if (!(items.getFirst() instanceof RespReply.Int(long done)) || done == 0) {
                start();
                return;
            }
            var out = client.loop().writer(pending.protocol());
            if (pending.entry().name().equals("acl|deluser")) {
                out.integer(change.deleted());
            } else {
                out.ok();
            }
            pending.reply(out.array(), 0, out.length());
        }
    }

    /** What BALSA USERS and GETUSERS reply: a version, then names and rules. */
    static Definition definition(List<RespReply> items) {
        long version = items.getFirst() instanceof RespReply.Int(long number) ? number : 0;
        TreeMap<String, String> rules = new TreeMap<>();
        for (int i = 1; i + 1 < items.size(); i += 2) {
            rules.put(text(items.get(i)), text(items.get(i + 1)));
        }
        return new Definition(version, rules);
    }

    private static String text(RespReply reply) {
        return reply instanceof RespReply.Bulk bulk ? new String(bulk.bytes(), StandardCharsets.ISO_8859_1) : "";
    }
}
