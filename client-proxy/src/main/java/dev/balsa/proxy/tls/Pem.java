package dev.balsa.proxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and private keys as openssl writes them: PKCS#8, plain or encrypted, and the older forms of RSA and EC
 * keys, which the JDK does not read by itself. Functions; an {@link IOException} says what is wrong without the file's
 * name.
 */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*(.*?)\\s*-----END \\1-----", Pattern.DOTALL);
    private static final long FILE_BYTES_MAX = 1 << 20;
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final byte[] RSA = Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Der.nothing());
    private static final String EC = "1.2.840.10045.2.1";
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final int CONTEXT_0 = 0xa0;

    private record Block(String type, String body) {
        byte[] bytes() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException e) {
                throw new IOException("its " + type + " is no base64: " + e.getMessage(), e);
            }
        }
    }

    private Pem() {}

    /** Every certificate of a file, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.type.equals("CERTIFICATE")) {
                found.add(certificate(block.bytes()));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("no certificate in it");
        }
        return found;
    }

    private static X509Certificate certificate(byte[] bytes) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes));
        } catch (GeneralSecurityException e) {
            throw new IOException("a certificate in it cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The first private key of a file.
     *
     * @param password of an encrypted one; empty for none
     */
    static PrivateKey privateKey(Path file, String password) throws IOException {
        byte[] curve = null;
        for (Block block : blocks(file)) {
            switch (block.type) {
                case "EC PARAMETERS" -> curve = block.bytes();
                case "PRIVATE KEY" -> {
                    return key(new PKCS8EncodedKeySpec(block.bytes()));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return key(decrypt(block.bytes(), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    if (block.body.contains("Proc-Type")) {
                        throw new IOException("its key is encrypted in an old form: write it anew by 'openssl pkcs8 -topk8'");
                    }
                    boolean rsa = block.type.startsWith("RSA");
                    return key(new PKCS8EncodedKeySpec(rsa ? wrap(RSA, block.bytes()) : wrapEc(block.bytes(), curve)));
                }
                default -> {
                    // A certificate, say.
                }
            }
        }
        throw new IOException("no private key in it");
    }

    private static List<Block> blocks(Path file) throws IOException {
        String text;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IOException("it has more than " + FILE_BYTES_MAX + " bytes");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("No such file or directory", e);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    private static PKCS8EncodedKeySpec decrypt(byte[] bytes, String password) throws IOException {
        if (password.isEmpty()) {
            throw new IOException("its key is encrypted: tls-key-file-pass is missing");
        }
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(bytes);
            // PBES2 names its algorithms in its parameters.
            boolean named = info.getAlgName().equals("PBES2") || info.getAlgName().equals(PBES2);
            String name = named ? info.getAlgParameters().toString() : info.getAlgName();
            Cipher cipher = Cipher.getInstance(name);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(name).generateSecret(new PBEKeySpec(password.toCharArray())),
                    info.getAlgParameters());
            return info.getKeySpec(cipher);
        } catch (GeneralSecurityException e) {
            throw new IOException("its key cannot be decrypted: is the password right?", e);
        }
    }

    private static PrivateKey key(PKCS8EncodedKeySpec spec) throws IOException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Of another kind, then.
            }
        }
        throw new IOException("its key is none of " + ALGORITHMS);
    }

    /** PKCS#8 around a key in the form of its kind. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return Der.sequence(Der.integer(0), algorithm, Der.octets(key));
    }

    /** SEC 1 names the curve in its field 0, or the file does so in a block before. */
    private static byte[] wrapEc(byte[] key, byte @Nullable [] curve) throws IOException {
        byte[] named = curve != null ? curve : curveOf(key);
        return wrap(Der.sequence(Der.oid(EC), named), key);
    }

    private static byte[] curveOf(byte[] key) throws IOException {
        try {
            int at = headerBytes(key, 0);
            for (int end = at + length(key, 0); at < end; at += headerBytes(key, at) + length(key, at)) {
                if ((key[at] & 0xff) == CONTEXT_0) {
                    int from = at + headerBytes(key, at);
                    return Arrays.copyOfRange(key, from, from + length(key, at));
                }
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IOException("its EC key is cut off", e);
        }
        throw new IOException("its EC key does not name its curve");
    }

    private static int headerBytes(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return first < 0x80 ? 2 : 2 + (first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        return length;
    }

    /**
     * A block of a file.
     *
     * @param type such as {@code CERTIFICATE}
     */
    static String text(String type, byte[] bytes) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
