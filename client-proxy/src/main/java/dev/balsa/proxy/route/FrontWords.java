package dev.balsa.proxy.route;

/**
 * What fronts and nodes say to each other on the cluster port beside what clients say. A front introduces itself by
 * {@code CLIENT SETINFO LIB-NAME balsa-front}; from then on a node answers a write whose outcome is unknown with an error,
 * where it would close the connection of a client: a front's connection carries the commands of many.
 */
public final class FrontWords {
    /** Name of the library that a front says it is. */
    public static final String LIBRARY = "balsa-front";

    /** The error, without the minus. */
    public static final String UNKNOWN = "UNKNOWN The command may or may not take effect";

    private FrontWords() {}
}
