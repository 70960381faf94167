package dev.balsa.raft.jraft.rpc;

import org.jspecify.annotations.Nullable;

/**
 * What the transport of one process needs to know. Immutable.
 *
 * @param clusterName both ends of a connection must name the same cluster
 * @param secret both ends must know it; empty for none. It never travels: each end proves that it knows it
 * @param tls mutual TLS, or null for plain TCP
 * @param loopThreads event loops for all Raft connections of the process; unused where loops are given
 */
public record RpcConfig(
        String clusterName, String secret, @Nullable RaftTls tls, int loopThreads, RpcLimits limits, RpcTimes times) {
    /** One loop, no secret, plain TCP, default limits and times. */
    public static RpcConfig defaults(String clusterName) {
        return new RpcConfig(clusterName, "", null, 1, RpcLimits.DEFAULT, RpcTimes.DEFAULT);
    }

    public RpcConfig withSecret(String newSecret) {
        return new RpcConfig(clusterName, newSecret, tls, loopThreads, limits, times);
    }

    public RpcConfig withTls(@Nullable RaftTls newTls) {
        return new RpcConfig(clusterName, secret, newTls, loopThreads, limits, times);
    }

    public RpcConfig withLimits(RpcLimits newLimits) {
        return new RpcConfig(clusterName, secret, tls, loopThreads, newLimits, times);
    }

    public RpcConfig withTimes(RpcTimes newTimes) {
        return new RpcConfig(clusterName, secret, tls, loopThreads, limits, newTimes);
    }

    /** Without the secret: records end up in logs. */
    @Override
    public String toString() {
        String known = secret.isEmpty() ? "none" : "***";
        return "RpcConfig[clusterName=" + clusterName + ", secret=" + known + ", tls=" + (tls != null)
                + ", loopThreads=" + loopThreads + ", " + limits + ", " + times + "]";
    }
}
