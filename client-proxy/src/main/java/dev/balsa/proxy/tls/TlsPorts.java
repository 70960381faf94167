package dev.balsa.proxy.tls;

import org.jspecify.annotations.Nullable;

/**
 * What of a process is served by TLS. Immutable.
 *
 * @param port for clients; 0: none
 * @param links whether other processes of the cluster are spoken to by TLS
 * @param config null if nothing of all that is
 */
public record TlsPorts(int port, boolean links, @Nullable TlsConfig config) {
    /** No TLS. */
    public static final TlsPorts NONE = new TlsPorts(0, false, null);
}
