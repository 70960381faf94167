package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A proxy in front of the nodes, as a process of its own. Owned by the test's thread. */
public final class ProxyProcess {
    private final InetSocketAddress address;
    private final ChildProcess process;

    ProxyProcess(InetSocketAddress address, ChildProcess process) {
        this.address = address;
        this.process = process;
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return address;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Does not wait until it serves. */
    public void start() throws IOException {
        process.start();
    }

    /** kill -9. */
    public void kill() {
        process.kill();
    }
}
