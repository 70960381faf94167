package dev.balsa.node.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code balsa --version} prints. Stateless. */
final class Version implements IVersionProvider {
    /** Of this build; {@code development} when it was not built by Maven. */
    static String balsa() {
        return dev.balsa.node.observe.Versions.BALSA;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "balsa " + balsa() + " (serves the commands of Redis " + dev.balsa.node.observe.Versions.REDIS + ")",
            "java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
