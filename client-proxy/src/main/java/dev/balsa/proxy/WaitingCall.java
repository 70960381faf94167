package dev.balsa.proxy;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.upstream.Upstreams;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of a client that may wait at a node for long, such as WAIT: on a link of its own, so that it holds up nobody,
 * and at another node if that one is lost. Owned by the request's loop.
 */
final class WaitingCall implements Request {
    private static final byte[] DOWN = "-CLUSTERDOWN The cluster is down\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Request asked;
    private final Args args;
    private final List<String> nodes;
    private final Upstreams upstreams;
    private final Runnable ended;
    private int tried;

    /**
     * @param args kept
     * @param nodes cluster addresses, in the order in which they are tried
     * @param ended called before the request hears of its end
     */
    WaitingCall(Request asked, Args args, List<String> nodes, Upstreams upstreams, Runnable ended) {
        this.asked = asked;
        this.args = args;
        this.nodes = nodes;
        this.upstreams = upstreams;
        this.ended = ended;
    }

    /** Asks the next node; answers if there is none. */
    void submit() {
        if (tried == nodes.size() || unblocked() != null) {
            reply(DOWN, 0, DOWN.length);
        } else {
            upstreams.wait(nodes.get(tried++), this, args);
        }
    }

    @Override
    public CommandSpec spec() {
        return asked.spec();
    }

    @Override
    public int database() {
        return asked.database();
    }

    @Override
    public int protocol() {
        return asked.protocol();
    }

    @Override
    public long clientId() {
        return asked.clientId();
    }

    @Override
    public boolean followerMayServe() {
        return true;
    }

    @Override
    public EventLoop loop() {
        return asked.loop();
    }

    @Override
    public void reply(byte[] bytes, int offset, int length) {
        ended.run();
        asked.reply(bytes, offset, length);
    }

    @Override
    public void notExecuted(Refusal refusal, Args given) {
        submit();
    }

    @Override
    public void outcomeUnknown(String reason) {
        // It changes nothing, so it may be asked twice.
        submit();
    }

    @Override
    public void waits() {
        asked.waits();
    }

    @Override
    public @Nullable Unblock unblocked() {
        return asked.unblocked();
    }
}
