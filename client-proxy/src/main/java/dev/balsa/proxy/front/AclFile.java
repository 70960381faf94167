package dev.balsa.proxy.front;

import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.acl.UserFile;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.route.CommandIndex;
import dev.balsa.proxy.route.Pending;
import java.io.IOException;
import java.nio.file.Path;

/**
 * ACL LOAD and SAVE with the {@code aclfile} of this process. Loading makes the file's users the cluster's. Files are
 * read and written on a thread of their own; everything else happens on the connection's loop.
 */
final class AclFile {
    private static final String NO_FILE = "ERR This Redis instance is not configured to use an ACL file. The cluster"
            + " keeps its users by itself: ACL SETUSER and ACL DELUSER need no saving.";

    private final Connection client;
    private final Pending pending;
    private final String file;

    AclFile(Connection client, Pending pending) {
        this.client = client;
        this.pending = pending;
        this.file = client.front().settings().aclFile();
    }

    void load() {
        CommandIndex index = client.front().commands();
        boolean allChannels = client.front().users().newUsersHaveAllChannels();
        off(() -> {
            Users read = UserFile.read(Path.of(file), index, allChannels);
            return () -> new UserChanges.Attempt(client, pending,
                    () -> client.front().users().planReplace(read)).start();
        });
    }

    void save() {
        Users users = client.front().users();
        off(() -> {
            UserFile.write(Path.of(file), UserFile.lines(users.definition()));
            return () -> answer("");
        });
    }

    /** Work that blocks; what it returns goes on on the loop. */
    private interface Blocking {
        Runnable run() throws IOException;
    }

    private void off(Blocking work) {
        if (file.isEmpty()) {
            answer(NO_FILE);
            return;
        }
        Thread.ofVirtual().name("aclfile").start(() -> {
            Runnable next;
            try {
                next = work.run();
            } catch (IOException e) {
                next = () -> answer("ERR Error loading or saving ACLs, file '" + file + "': " + e.getMessage());
            }
            client.loop().loop().execute(next);
        });
    }

    private void answer(String error) {
        RespWriter out = client.loop().writer(pending.protocol());
        if (error.isEmpty()) {
            out.ok();
        } else {
            out.error(error);
        }
        pending.reply(out.array(), 0, out.length());
    }
}
