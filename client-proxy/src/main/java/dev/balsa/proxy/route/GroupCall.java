package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import java.util.function.Consumer;

/**
 * One command to one group, on the way to the answer of another one; tried again while it is refused. An error becomes
 * the other's answer. Owned by an event loop.
 */
public final class GroupCall extends Parts {
    private final Consumer<byte[]> replied;

    private GroupCall(Router router, Pending whole, Consumer<byte[]> replied) {
        super(router, whole);
        this.replied = replied;
    }

    /** Sends it; {@code replied} hears the reply, which is no error. */
    public static void send(Router router, Pending whole, int group, CommandEntry entry, Args args,
            Consumer<byte[]> replied) {
        new GroupCall(router, whole, replied).submit(entry, new int[] {group}, new Args[] {args});
    }

    @Override
    void complete(byte[][] replies) {
        replied.accept(replies[0]);
    }
}
