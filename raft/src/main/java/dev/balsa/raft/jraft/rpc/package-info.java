/**
 * The transport between replicas: JRaft's RPC interfaces on Netty, without a thread hand-over on the path of a log
 * entry.
 *
 * <p>How a process uses it:
 *
 * <pre>{@code
 * RaftRpc rpc = RaftRpc.open(RpcConfig.defaults("my-cluster").withSecret(secret).withTls(tls));
 * RpcServer server = rpc.server(endpoint);        // every processor of a replica is registered
 * NodeOptions options = rpc.nodeOptions();        // a NodeOptions that remembers rpc; fill it in as usual
 * new RaftGroupService(group, self, options, server, true).start(false);   // server.init(null) once, before
 * ...
 * rpc.close();                                    // after the groups have been shut down
 * }</pre>
 *
 * <p>JRaft finds {@link dev.balsa.raft.jraft.rpc.NettyRaftRpcFactory} through its service loader. Nothing is global:
 * the factory has no state, and a client learns its {@link dev.balsa.raft.jraft.rpc.RaftRpc} from the options of its
 * node, so many processes' worth of replicas can live in one JVM with different secrets, certificates and loops.
 *
 * <p>The parts, from the outside in: {@code RaftRpc} (what one process has once: loops, timers, lanes, peers), {@code
 * NettyRpcClient} and {@code NettyRpcServer} (JRaft's view), {@code Peer} (the one connection to an endpoint and its
 * pending calls), {@code ServerConnection} (an accepted one), {@code FrameDecoder}, {@code FrameWriter} and {@code
 * Frames} (bytes), {@code MessageType} (numbers of JRaft's messages and where each is handled), {@code Handshake}
 * (who may talk).
 *
 * <p>Which thread does what is decided by message, and argued in {@link dev.balsa.raft.jraft.rpc.MessageType}.
 */
@NullMarked
package dev.balsa.raft.jraft.rpc;

import org.jspecify.annotations.NullMarked;
