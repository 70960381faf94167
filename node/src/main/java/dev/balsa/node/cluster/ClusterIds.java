package dev.balsa.node.cluster;

import dev.balsa.proto.cluster.ClusterMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids of 40 hex digits that follow from others. Stateless. */
public final class ClusterIds {
    private ClusterIds() {}

    /**
     * What all members of a cluster, and no other cluster, show as their replication id: they all keep the same data,
     * so they are one shard, too.
     */
    public static String replicationId(ClusterMap map) {
        StringBuilder text = new StringBuilder();
        map.nodes().stream().map(ClusterMap.Node::id).sorted().forEach(text::append);
        return sha1(text.toString());
    }

    /** SHA-1 of some text in 40 hex digits: an id, not a proof. */
    public static String sha1(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
