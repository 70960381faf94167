package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import java.util.List;

/** The keys that a request names. Reused; owned by one thread. */
public final class KeyNames {
    private final Keys keys = new Keys();

    /** Adds copies of them; none if the arguments do not fit the command. */
    public void addTo(List<byte[]> names, CommandEntry entry, Args args) {
        keys.find(entry.spec(), args);
        for (int i = 0; i < keys.count(); i++) {
            names.add(args.copy(keys.get(i)));
        }
    }
}
