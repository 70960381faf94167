package dev.balsa.proxy.route;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySink;
import dev.balsa.proto.command.SpecTable;
import dev.balsa.proto.resp.Args;
import java.util.Arrays;

/** Where the keys of a request stand. Reused; owned by one thread. */
final class Keys {
    private int[] positions = new int[16];
    private int count;
    private final KeySink sink = this::add;

    /** Finds the keys; none if the arguments do not fit the command, which whoever executes it complains of. */
    void find(CommandSpec spec, Args args) {
        count = 0;
        if (SpecTable.keys(spec, args, sink) < 0) {
            count = 0;
        }
    }

    int count() {
        return count;
    }

    /** Argument index of the {@code i}-th key. */
    int get(int i) {
        return positions[i];
    }

    private void add(int position) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, count * 2);
        }
        positions[count++] = position;
    }
}
