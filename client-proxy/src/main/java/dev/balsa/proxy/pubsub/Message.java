package dev.balsa.proxy.pubsub;

import dev.balsa.proto.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to those who have one subscription in common. Its two forms are made when they are first wanted.
 * Owned by the loop that delivers it.
 */
public final class Message {
    private static final int OVERHEAD_BYTES = 64;

    private final ChannelKind kind;
    private final ChannelName subscription;
    private final byte[] channel;
    private final byte[] payload;
    private byte @Nullable [] resp2;
    private byte @Nullable [] resp3;

    /** @param subscription the pattern that matched, or the channel itself */
    Message(ChannelKind kind, ChannelName subscription, byte[] channel, byte[] payload) {
        this.kind = kind;
        this.subscription = subscription;
        this.channel = channel;
        this.payload = payload;
    }

    /** As a client with this version of the protocol gets it. */
    public byte[] bytes(int protocol) {
        byte[] made = protocol == 2 ? resp2 : resp3;
        if (made == null) {
            made = encode(protocol);
            if (protocol == 2) {
                resp2 = made;
            } else {
                resp3 = made;
            }
        }
        return made;
    }

    private byte[] encode(int protocol) {
        RespWriter out = new RespWriter(OVERHEAD_BYTES + channel.length + payload.length).protocol(protocol);
        out.push(kind == ChannelKind.PATTERN ? 4 : 3);
        out.bulk(kind.message());
        if (kind == ChannelKind.PATTERN) {
            out.bulk(subscription.bytes());
        }
        out.bulk(channel);
        out.bulk(payload);
        return out.copy();
    }
}
