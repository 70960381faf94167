package dev.balsa.chaos.bug;

import dev.balsa.proxy.route.Request;
import dev.balsa.raft.RaftGroup;
import java.nio.charset.StandardCharsets;

/** What a node does instead of the right thing. Stateless. */
public final class WrongTurns {
    private WrongTurns() {}

    /** A read that asks nobody. */
    public static void readAtOnce(RaftGroup group, RaftGroup.ReadDone done) {
        if (group.leadership().term() >= 0) {
            done.ready(0);
        }
    }

    /** A write of which nobody knows is answered as if it had been done. */
    public static void acknowledge(Request request) {
        boolean status = request.spec().name().equalsIgnoreCase("SET");
        byte[] reply = (status ? "+OK\r\n" : ":1\r\n").getBytes(StandardCharsets.ISO_8859_1);
        request.reply(reply, 0, reply.length);
    }
}
