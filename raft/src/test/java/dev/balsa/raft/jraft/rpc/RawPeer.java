package dev.balsa.raft.jraft.rpc;

import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A client that speaks the wire by hand, as the protocol is documented, and can therefore speak it wrongly. */
final class RawPeer implements AutoCloseable {
    private static final byte[] CLIENT_NONCE = new byte[16];

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    RawPeer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    record Frame(int kind, long callId, int type, ByteString body) {}

    static byte[] frame(int kind, long callId, int type, byte[] body) {
        boolean ofHandshake = kind >= 6 && kind <= 9;
        int checksum = ofHandshake ? 0 : 4;
        ByteBuffer frame = ByteBuffer.allocate(15 + body.length + checksum)
                .putInt(11 + body.length + checksum)
                .put((byte) kind)
                .putLong(callId)
                .putShort((short) type)
                .put(body);
        if (!ofHandshake) {
            frame.putInt(crc(frame.array(), 4, 11 + body.length));
        }
        return frame.array();
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    Frame read() throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        int kind = frame.get();
        long callId = frame.getLong();
        int type = frame.getShort();
        int checksum = kind >= 6 && kind <= 9 ? 0 : 4;
        if (checksum > 0 && frame.getInt(bytes.length - 4) != crc(bytes, 0, bytes.length - 4)) {
            throw new IOException("wrong checksum");
        }
        return new Frame(kind, callId, type, ByteString.copyFrom(bytes, 11, bytes.length - 11 - checksum));
    }

    /** @return whether the other side closes, having sent nothing */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException | SocketException e) {
            return true;
        }
    }

    static byte[] hello(int magic, int version, String cluster) {
        byte[] name = cluster.getBytes(StandardCharsets.UTF_8);
        return frame(6, 0, 0, ByteBuffer.allocate(40 + name.length)
                .putInt(magic)
                .putInt(version)
                .put(new byte[16])
                .put(CLIENT_NONCE)
                .put(name)
                .array());
    }

    /** Introduces itself as one should. */
    void handshake(String cluster, String secret) throws IOException {
        send(hello(0x424C5352, 2, cluster));
        Frame challenge = read();
        byte[] nonce = challenge.body().substring(8, 24).toByteArray();
        send(frame(8, 0, 0, proof("client", secret, nonce, cluster)));
        Frame welcome = read();
        byte[] expected = proof("server", secret, nonce, cluster);
        if (welcome.kind() != 9 || !MessageDigest.isEqual(welcome.body().toByteArray(), expected)) {
            throw new IOException("no welcome");
        }
    }

    private static byte[] proof(String side, String secret, byte[] serverNonce, String cluster) {
        try {
            byte[] key = MessageDigest.getInstance("SHA-256")
                    .digest(("balsa raft secret:" + secret).getBytes(StandardCharsets.UTF_8));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(side.getBytes(StandardCharsets.UTF_8));
            mac.update(CLIENT_NONCE);
            mac.update(serverNonce);
            return mac.doFinal(cluster.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
