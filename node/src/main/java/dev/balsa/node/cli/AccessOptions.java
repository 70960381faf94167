package dev.balsa.node.cli;

import dev.balsa.proxy.tls.Tls;
import dev.balsa.proxy.tls.TlsConfig;
import dev.balsa.proxy.tls.TlsConfig.Identity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Option;

/** Who a tool is to the servers it talks to: options with redis-cli's names. */
final class AccessOptions {
    @Option(names = "--user", defaultValue = "", paramLabel = "NAME", description = "A user, if not the default one.")
    @SuppressWarnings("NullAway.Init")
    private String user;

    @Option(names = {"-a", "--pass", "--password"}, defaultValue = "${env:REDISCLI_AUTH:-${env:BALSA_PASSWORD:-}}",
            paramLabel = "PASSWORD", description = "Its password, or REDISCLI_AUTH, or BALSA_PASSWORD.")
    @SuppressWarnings("NullAway.Init")
    private String password;

    @Option(names = "--tls", description = "By TLS: every port that is asked must be one.")
    private boolean tls;

    @Option(names = "--cert", defaultValue = "", paramLabel = "FILE", description = "The certificate to show.")
    @SuppressWarnings("NullAway.Init")
    private String certFile;

    @Option(names = "--key", defaultValue = "", paramLabel = "FILE", description = "Its private key.")
    @SuppressWarnings("NullAway.Init")
    private String keyFile;

    @Option(names = "--cacert", defaultValue = "", paramLabel = "FILE",
            description = "Who must have signed the servers' certificates (default: those that Java trusts).")
    @SuppressWarnings("NullAway.Init")
    private String caFile;

    @Option(names = "--cacertdir", defaultValue = "", paramLabel = "DIR", description = "The same, a directory of files.")
    @SuppressWarnings("NullAway.Init")
    private String caDirectory;

    @Option(names = "--insecure", description = "Believes any server's certificate.")
    private boolean insecure;

    /** @throws UserError if the options do not fit together, or a file cannot be used */
    Access access() {
        if (!tls) {
            if (!(certFile + keyFile + caFile + caDirectory).isEmpty() || insecure) {
                throw new UserError("--cert, --key, --cacert, --cacertdir and --insecure mean nothing without --tls");
            }
            return new Access(user, password, null);
        }
        TlsConfig config = new TlsConfig(new Identity(certFile, keyFile, ""), Identity.NONE, caFile, caDirectory,
                ClientAuth.NONE, TlsConfig.PROTOCOLS, TlsConfig.HANDSHAKE_TIMEOUT_MILLIS, 0);
        try {
            SSLContext context = Tls.forTools(config, insecure);
            return new Access(user, password, context);
        } catch (IOException e) {
            throw new UserError(String.valueOf(e.getMessage()));
        }
    }
}
