package dev.balsa.proxy.acl;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeyPositions;
import dev.balsa.proto.command.KeySink;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.resp.Args;
import java.util.Arrays;

/** The keys of one request and what it does with each. For one request; owned by one thread. */
final class KeysUsed {
    private int[] positions = new int[8];
    private int[] accesses = new int[8];
    private int count = -1;
    private int access;
    private final KeySink sink = this::add;

    /** Finds the keys, once; none if the arguments do not fit the command, which then complains itself. */
    void find(CommandSpec spec, Args args) {
        if (count >= 0) {
            return;
        }
        count = 0;
        if (spec.keySpecs().isEmpty()) {
            access = Pattern.BOTH;
            if (spec.firstKey() > 0 && KeyPositions.find(spec, args, sink) < 0) {
                count = 0;
            }
            return;
        }
        for (KeySpec keys : spec.keySpecs()) {
            access = access(spec, keys, args);
            if (KeyPositions.find(keys, args, sink) < 0) {
                count = 0;
                return;
            }
        }
    }

    int count() {
        return count;
    }

    /** Argument index of the {@code i}-th key. */
    int at(int i) {
        return positions[i];
    }

    /** What is done with the {@code i}-th key; 0: only looked at whether it is there, and the like. */
    int access(int i) {
        return accesses[i];
    }

    private static int access(CommandSpec spec, KeySpec keys, Args args) {
        String flags = keys.flags();
        if (flags.contains("VARIABLE_FLAGS")) {
            return variable(spec.name(), args);
        }
        boolean reads = flags.contains("ACCESS");
        boolean writes = flags.contains("INSERT") || flags.contains("DELETE") || flags.contains("UPDATE");
        return (reads ? Pattern.READ : 0) | (writes ? Pattern.WRITE : 0);
    }

    /** Commands whose options say whether they read. */
    private static int variable(String command, Args args) {
        return switch (command) {
            case "set" -> {
                boolean get = false;
                for (int i = 3; i < args.count(); i++) {
                    get |= args.is(i, "GET");
                }
                yield get ? Pattern.BOTH : Pattern.WRITE;
            }
            case "bitfield" -> {
                boolean onlyReads = true;
                for (int i = 2; i < args.count(); i += 3) {
                    // GET takes two words, the others three; OVERFLOW takes one and changes nothing by itself.
                    if (args.is(i, "GET") || args.is(i, "OVERFLOW")) {
                        i -= args.is(i, "GET") ? 0 : 1;
                    } else {
                        onlyReads = false;
                        break;
                    }
                }
                yield onlyReads ? Pattern.READ : Pattern.BOTH;
            }
            case "delex" -> args.count() == 2 ? Pattern.WRITE : Pattern.BOTH;
            default -> Pattern.BOTH;
        };
    }

    private void add(int position) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, count * 2);
            accesses = Arrays.copyOf(accesses, count * 2);
        }
        positions[count] = position;
        accesses[count++] = access;
    }
}
