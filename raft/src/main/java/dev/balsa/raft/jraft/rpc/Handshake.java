package dev.balsa.raft.jraft.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The first four frames of a connection. Owned by one connection's loop.
 *
 * <pre>
 *  client                                             server
 *    HELLO      magic, version, process id (16), nonce (16), cluster name  →
 *               ←  CHALLENGE  magic, version, nonce (16)
 *    PROOF      HMAC-SHA256(secret, "client", both nonces, cluster name)  →
 *               ←  WELCOME    HMAC-SHA256(secret, "server", both nonces, cluster name)
 * </pre>
 *
 * A server answers nothing to a stranger, closes on a wrong cluster name, and each side proves to the other that it
 * knows the secret without sending it. This keeps strays and nodes of other clusters out; against somebody who can
 * read or change packets only TLS helps.
 */
final class Handshake {
    static final int MAGIC = 0x424C5352; // "BLSR"
    static final int VERSION = 2;
    static final int ID_BYTES = 16;
    private static final int NONCE_BYTES = 16;
    private static final int PROOF_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String clusterName;
    private final byte[] key;
    private byte[] clientNonce = new byte[NONCE_BYTES];
    private byte[] serverNonce = new byte[NONCE_BYTES];
    private byte[] processId = new byte[ID_BYTES];

    Handshake(String clusterName, String secret) {
        this.clusterName = clusterName;
        // A key must not be empty, a secret may.
        this.key = digest(("balsa raft secret:" + secret).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] newProcessId() {
        return random(ID_BYTES);
    }

    void sendHello(Channel channel, byte[] ownProcessId) {
        clientNonce = random(NONCE_BYTES);
        byte[] name = clusterName.getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(8 + ID_BYTES + NONCE_BYTES + name.length);
        body.putInt(MAGIC).putInt(VERSION).put(ownProcessId).put(clientNonce).put(name);
        send(channel, Frames.HELLO, body.array());
    }

    /** @throws CorruptedFrameException if the client is none, of another version or of another cluster */
    void onHello(ByteBuf in, int bodyBytes) {
        checkSize(bodyBytes >= 8 + ID_BYTES + NONCE_BYTES);
        checkVersion(in);
        processId = read(in, ID_BYTES);
        clientNonce = read(in, NONCE_BYTES);
        String name = new String(read(in, bodyBytes - 8 - ID_BYTES - NONCE_BYTES), StandardCharsets.UTF_8);
        if (!name.equals(clusterName)) {
            throw new CorruptedFrameException("peer is of cluster '" + name + "', this is '" + clusterName + "'");
        }
    }

    void sendChallenge(Channel channel) {
        serverNonce = random(NONCE_BYTES);
        ByteBuffer body = ByteBuffer.allocate(8 + NONCE_BYTES);
        body.putInt(MAGIC).putInt(VERSION).put(serverNonce);
        send(channel, Frames.CHALLENGE, body.array());
    }

    /** @throws CorruptedFrameException if the server is none, or of another version */
    void onChallenge(ByteBuf in, int bodyBytes) {
        checkSize(bodyBytes == 8 + NONCE_BYTES);
        checkVersion(in);
        serverNonce = read(in, NONCE_BYTES);
    }

    void sendProof(Channel channel) {
        send(channel, Frames.PROOF, proof("client"));
    }

    void sendWelcome(Channel channel) {
        send(channel, Frames.WELCOME, proof("server"));
    }

    /** @throws CorruptedFrameException if the client does not know the secret */
    void onProof(ByteBuf in, int bodyBytes) {
        checkProof("client", in, bodyBytes);
    }

    /** @throws CorruptedFrameException if the server does not know the secret */
    void onWelcome(ByteBuf in, int bodyBytes) {
        checkProof("server", in, bodyBytes);
    }

    /** The client's process, as its hello said. */
    byte[] processId() {
        return processId;
    }

    private void checkProof(String side, ByteBuf in, int bodyBytes) {
        checkSize(bodyBytes == PROOF_BYTES);
        if (!MessageDigest.isEqual(proof(side), read(in, PROOF_BYTES))) {
            throw new CorruptedFrameException("peer does not know the cluster's secret");
        }
    }

    private byte[] proof(String side) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(side.getBytes(StandardCharsets.UTF_8));
            mac.update(clientNonce);
            mac.update(serverNonce);
            return mac.doFinal(clusterName.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void checkVersion(ByteBuf in) {
        if (in.readInt() != MAGIC) {
            throw new CorruptedFrameException("peer does not speak Balsa's Raft protocol");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new CorruptedFrameException("peer speaks version " + version + ", this is version " + VERSION);
        }
    }

    private static void checkSize(boolean fits) {
        if (!fits) {
            throw new CorruptedFrameException("malformed handshake");
        }
    }

    private static void send(Channel channel, byte kind, byte[] bytes) {
        ByteBuf out = channel.alloc().buffer(Frames.OVERHEAD_BYTES + bytes.length);
        Frames.writeHead(out, kind, 0, 0, bytes.length);
        out.writeBytes(bytes);
        var _ = channel.writeAndFlush(out, channel.voidPromise());
    }

    private static byte[] read(ByteBuf in, int count) {
        byte[] bytes = new byte[count];
        in.readBytes(bytes);
        return bytes;
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
