package dev.balsa.chaos.nemesis;

import dev.balsa.chaos.cluster.ProxyProcess;
import java.io.IOException;
import java.util.Random;

/** kill -9 of the proxies: what went through them has an unknown outcome; the nodes answer everybody else. */
final class KilledProxy implements Fault {
    @Override
    public String name() {
        return "proxy-kill";
    }

    @Override
    public String does() {
        return "kill -9 of the proxy that a third of the clients go through";
    }

    @Override
    public String impossible(Arena arena) {
        return arena.cluster().proxies().isEmpty() ? "needs a proxy of this machine" : "";
    }

    @Override
    public String inject(Arena arena, Random random) {
        arena.cluster().proxies().stream().filter(ProxyProcess::isAlive).forEach(ProxyProcess::kill);
        return "proxy";
    }

    @Override
    public void heal(Arena arena) throws IOException {
        arena.startAll();
    }
}
