package dev.balsa.proxy.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An authority for a cluster that somebody tries out, and for tests: it lives as long as this object, its key is never
 * written. Certificates are X.509 version 3 over P-256, with what strict verifiers ask for (RFC 5280). Used by one
 * thread.
 */
public final class CertificateAuthority {
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final Duration BACK = Duration.ofDays(1);
    private static final int SERIAL_BYTES = 16;
    /** Of a public key as the JDK encodes P-256: what comes before its 65 bytes. */
    private static final int POINT_OFFSET = 26;

    private final SecureRandom random = new SecureRandom();
    private final String name;
    private final Duration validity;
    private final KeyPair keys;
    private final String certificate;

    /** @param validity of all certificates, from now on */
    public CertificateAuthority(String name, Duration validity) {
        this.name = name;
        this.validity = validity;
        this.keys = newKeys();
        this.certificate = Pem.text("CERTIFICATE", signed(name, keys, extension("2.5.29.19", Der.sequence(Der.yes())),
                extension("2.5.29.15", Der.bits(1, (byte) 0x06))));
    }

    /** Its own certificate, in PEM. */
    public String certificate() {
        return certificate;
    }

    /** Writes {@code DIR/FILE.crt}, and {@code DIR/FILE.key}, which only its owner may read. */
    public void issue(Path directory, String file, List<String> hosts) throws IOException {
        KeyPair own = newKeys();
        byte[] leaf = signed(name + " " + file, own, extension("2.5.29.19", Der.sequence()),
                extension("2.5.29.15", Der.bits(7, (byte) 0x80)), hosts.isEmpty() ? new byte[0] : alternatives(hosts));
        Path key = directory.resolve(file + ".key");
        Files.deleteIfExists(key);
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, Pem.text("PRIVATE KEY", own.getPrivate().getEncoded()));
        Files.writeString(directory.resolve(file + ".crt"), Pem.text("CERTIFICATE", leaf));
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** A certificate for the public one of {@code subjectKeys}, signed by this authority. */
    private byte[] signed(String subject, KeyPair subjectKeys, byte[]... extensions) {
        byte[] serial = new byte[SERIAL_BYTES];
        random.nextBytes(serial);
        Instant now = Instant.now();
        List<byte[]> all = new ArrayList<>(List.of(extensions));
        all.add(optional("2.5.29.14", Der.octets(keyId(subjectKeys))));
        all.add(optional("2.5.29.35", Der.sequence(Der.implicit(0, keyId(keys)))));
        byte[] body = Der.sequence(
                Der.explicit(0, Der.integer(2)),
                Der.integer(new BigInteger(1, serial)),
                ECDSA_SHA256,
                distinguished(name),
                Der.sequence(Der.time(now.minus(BACK)), Der.time(now.plus(validity))),
                distinguished(subject),
                subjectKeys.getPublic().getEncoded(),
                Der.explicit(3, Der.sequence(all.toArray(byte[][]::new))));
        return Der.sequence(body, ECDSA_SHA256, Der.bits(0, sign(keys.getPrivate(), body)));
    }

    private static byte[] sign(PrivateKey key, byte[] body) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(body);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK signs with P-256", e);
        }
    }

    private static byte[] distinguished(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.text(commonName))));
    }

    private static byte[] extension(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
    }

    private static byte[] optional(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] keyId(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        try {
            return MessageDigest.getInstance("SHA-1")
                    .digest(Arrays.copyOfRange(encoded, POINT_OFFSET, encoded.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** Names and IPv4 addresses that the certificate is for. */
    private static byte[] alternatives(List<String> hosts) {
        byte[][] names = hosts.stream()
                .map(host -> host.matches("[0-9.]+")
                        ? Der.implicit(7, ipv4(host)) : Der.implicit(2, host.getBytes(StandardCharsets.US_ASCII)))
                .toArray(byte[][]::new);
        return optional("2.5.29.17", Der.sequence(names));
    }

    private static byte[] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        byte[] address = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }
}
