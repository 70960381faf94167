package dev.balsa.proxy.pubsub;

import dev.balsa.proto.resp.Args;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of a channel's name or of a pattern, as a key of tables. Immutable: nobody changes the bytes. */
public final class ChannelName {
    private final byte[] bytes;
    private final int hash;

    public ChannelName(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    public static ChannelName of(Args args, int i) {
        return new ChannelName(args.copy(i));
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
