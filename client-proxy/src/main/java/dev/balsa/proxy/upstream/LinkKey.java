package dev.balsa.proxy.upstream;

/**
 * What a link is for. Immutable.
 *
 * @param address of the node, {@code host:port}
 * @param protocol 2 or 3
 */
record LinkKey(String address, int database, int protocol, Lane lane) {
    /** Links of their own keep what may be fast from waiting behind what is slow. */
    enum Lane {
        /** Writes, and reads that come after a write of the same client. */
        WRITES,
        /** Reads that wait for nothing. */
        READS,
        /** One command that may wait for long; the link is its own meanwhile. */
        BLOCKING,
        /** Administration on behalf of clients; may take long. */
        ADMIN,
        /** Questions of this process itself, and PING: always answered soon by a node that lives. */
        CONTROL
    }
}
