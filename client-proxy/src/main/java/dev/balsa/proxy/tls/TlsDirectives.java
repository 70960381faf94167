package dev.balsa.proxy.tls;

import static dev.balsa.proxy.config.Directive.live;
import static dev.balsa.proxy.config.Directive.none;
import static dev.balsa.proxy.config.Directive.only;
import static dev.balsa.proxy.config.Directive.start;

import dev.balsa.proxy.config.Directive;
import dev.balsa.proxy.config.DirectiveTable;
import dev.balsa.proxy.config.Kind.Choice;
import dev.balsa.proxy.config.Kind.Flag;
import dev.balsa.proxy.config.Kind.Text;
import dev.balsa.proxy.config.Kind.Whole;
import dev.balsa.proxy.config.Kind.Words;
import java.util.List;
import java.util.Map;

/** The directives of TLS that nodes and proxies have alike. Immutable. */
public final class TlsDirectives {
    /** How processes of a cluster speak to each other, see {@link TlsLinks}. */
    public static final List<String> LINKS = List.of("no", "yes", "optional");

    /** Redis' rows, and ours. */
    public static final List<Directive> ALL = List.of(
            live("tls-port", new Whole(0, 65_535), "0"),
            start("tls-cluster", new Choice(LINKS), "no"),
            live("tls-cert-file", new Text(), ""),
            live("tls-key-file", new Text(), ""),
            live("tls-key-file-pass", new Text(), ""),
            live("tls-client-cert-file", new Text(), ""),
            live("tls-client-key-file", new Text(), ""),
            live("tls-client-key-file-pass", new Text(), ""),
            live("tls-ca-cert-file", new Text(), ""),
            live("tls-ca-cert-dir", new Text(), ""),
            live("tls-auth-clients", new Choice(List.of("no", "yes", "optional")), "yes"),
            live("tls-protocols", new Words(), ""),
            live("tls-handshake-timeout-millis", new Whole(100, 3_600_000), "" + TlsConfig.HANDSHAKE_TIMEOUT_MILLIS),
            live("tls-files-check-millis", new Whole(0, 3_600_000), "" + TlsConfig.FILES_CHECK_MILLIS),
            only("tls-ciphers", "", "the library's own choice for TLSv1.2 is used: remove the line"),
            only("tls-ciphersuites", "", "all suites of TLSv1.3 are good: remove the line"),
            none("tls-prefer-server-ciphers", new Flag(), "no", "the library's own choice is used"),
            none("tls-session-caching", new Flag(), "yes", "sessions are resumed"),
            none("tls-session-cache-size", new Whole(0, Integer.MAX_VALUE), "20480", "it has this size"),
            none("tls-session-cache-timeout", new Whole(0, Integer.MAX_VALUE), "300", "it has this timeout"),
            none("tls-dh-params-file", new Text(), "", "only elliptic curves are used"));

    /** {@link #ALL} by name. */
    public static final DirectiveTable TABLE = new DirectiveTable(ALL, Map.of());

    private TlsDirectives() {}
}
