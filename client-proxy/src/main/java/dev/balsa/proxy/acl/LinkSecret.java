package dev.balsa.proxy.acl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a front shows a node that it belongs to the cluster: it logs in under a name that no user can have, with
 * something that only follows from the cluster's secret. Pure functions.
 */
public final class LinkSecret {
    /** Users' names have no spaces. */
    public static final String USER = "balsa front";

    private static final String ALGORITHM = "HmacSHA256";

    private LinkSecret() {}

    /** What stands in the place of the password: 64 hex digits, from which the secret cannot be told. */
    public static byte[] proof(String secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            // A key must not be empty: one byte stands before it.
            mac.init(new SecretKeySpec(("s" + secret).getBytes(StandardCharsets.UTF_8), ALGORITHM));
            byte[] proof = mac.doFinal(USER.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(proof).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
