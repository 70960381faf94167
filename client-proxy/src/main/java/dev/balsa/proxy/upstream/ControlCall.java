package dev.balsa.proxy.upstream;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A question of this process to a node. Answered once; the future may be used from any thread. */
final class ControlCall implements Request {
    private static final CommandSpec SPEC = new CommandSpec("control", -1, CommandFlag.READONLY.bit(), 0, 0, 0,
            List.of(),
            List.of(), List.of(), CommandSpec.Doc.NONE);

    private final EventLoop loop;
    private final int protocol;
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

    ControlCall(EventLoop loop, int protocol) {
        this.loop = loop;
        this.protocol = protocol;
    }

    /** The reply's bytes, or an {@link IOException}. */
    CompletableFuture<byte[]> answer() {
        return answer;
    }

    @Override
    public CommandSpec spec() {
        return SPEC;
    }

    @Override
    public int database() {
        return 0;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public boolean followerMayServe() {
        return true;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void reply(byte[] bytes, int offset, int length) {
        answer.complete(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void notExecuted(Refusal refusal, Args args) {
        answer.completeExceptionally(new IOException(refusal.toString()));
    }

    @Override
    public void outcomeUnknown(String reason) {
        answer.completeExceptionally(new IOException(reason));
    }
}
