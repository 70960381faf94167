package dev.balsa.raft.jraft.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/**
 * Mutual TLS between replicas, asked anew for each connection, so that certificates can be replaced while the process
 * runs. What is given stands first in the connection's pipeline, and may be a handler that decides by what the other
 * side says. Thread-safe.
 *
 * <p>The authority is the cluster: whoever holds a certificate of it may open a connection, and nobody else. Host names
 * are not compared, because replicas know each other by addresses that move; so the authority must sign nothing but this
 * cluster's processes and clients. Beyond that both ends must know the secret.
 */
public interface RaftTls {
    /** For a connection that was accepted: the peer must show a certificate of the authority. */
    ChannelHandler accepting(Channel channel);

    /** For a connection that is made here: shows the own certificate, and believes only those of the authority. */
    ChannelHandler connecting(Channel channel);
}
