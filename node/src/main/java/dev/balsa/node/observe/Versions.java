package dev.balsa.node.observe;

/** Whose versions this process claims. Immutable. */
public final class Versions {
    /** The Redis whose commands and replies are served: clients choose their features by it. */
    public static final String REDIS = "7.2.6";

    /** Of this build; {@code development} when it does not run from a jar. */
    public static final String BALSA = balsa();

    private Versions() {}

    private static String balsa() {
        String version = Versions.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
