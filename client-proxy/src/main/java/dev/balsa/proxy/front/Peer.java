package dev.balsa.proxy.front;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Who is at the other end. Immutable.
 *
 * @param id unique within the process
 * @param address {@code ip:port}, IPv6 in brackets
 */
record Peer(long id, Channel channel, String address, String localAddress, long openedNanos) {
    static Peer of(long id, Channel channel) {
        return new Peer(id, channel, text(channel.remoteAddress()), text(channel.localAddress()), System.nanoTime());
    }

    /** The socket's number, -1 where the transport does not tell. */
    int fileDescriptor() {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    /** Whether the client is on this machine. */
    boolean isLocal() {
        return channel.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress().isLoopbackAddress();
    }

    /** Whether the connection is encrypted. */
    boolean hasTls() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    /** Whether it may pass for another process of the cluster: over TLS only with a certificate. */
    boolean mayBeLink() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return true;
        }
        try {
            return tls.engine().getSession().getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return "?:0";
        }
        InetAddress host = inet.getAddress();
        String ip = host == null ? inet.getHostString() : host.getHostAddress();
        return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + inet.getPort();
    }

    @Override
    public String toString() {
        return id + " at " + address;
    }
}
