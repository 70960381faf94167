package dev.balsa.chaos.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All operations of a run in the order in which they were seen. Immutable. */
public record History(List<Op> ops) {
    public History {
        ops = List.copyOf(ops);
    }

    /**
     * An operation from its invocation to its end.
     *
     * @param end null = nobody knows: it may happen at any time
     */
    public record Pair(Op invoke, @Nullable Op end) {
        public boolean ok() {
            return end != null && end.type() == Op.Type.OK;
        }

        public boolean failed() {
            return end != null && end.type() == Op.Type.FAIL;
        }

        /** Neither known to have happened nor known not to. */
        public boolean unknown() {
            return end == null;
        }

        public String f() {
            return invoke.f();
        }

        public long startNanos() {
            return invoke.nanos();
        }

        /** {@link Long#MAX_VALUE} if the end is unknown. */
        public long endNanos() {
            return end == null ? Long.MAX_VALUE : end.nanos();
        }

        /** Place of its end in the history, {@link Long#MAX_VALUE} if unknown. */
        public long endIndex() {
            return end == null ? Long.MAX_VALUE : end.index();
        }

        public long startIndex() {
            return invoke.index();
        }

        /** What it returned, if it ended well; what it was given otherwise. */
        public Value value() {
            return end != null && end.type() == Op.Type.OK ? end.value() : invoke.value();
        }

        /** For people: what, with what, and what came of it. */
        public String text() {
            String outcome = end == null ? "?" : end.type() == Op.Type.OK ? "ok" : "failed";
            return f() + " " + Edn.write(value()) + " (" + outcome + ", process " + invoke.process() + ", index "
                    + invoke.index() + ")";
        }
    }

    /** The operations of clients, in order of invocation. */
    public List<Pair> pairs() {
        Map<Integer, Integer> open = new HashMap<>();
        List<Pair> pairs = new ArrayList<>();
        for (Op op : ops) {
            if (op.process() == Op.NEMESIS) {
                continue;
            }
            if (op.type() == Op.Type.INVOKE) {
                open.put(op.process(), pairs.size());
                pairs.add(new Pair(op, null));
                continue;
            }
            Integer at = open.remove(op.process());
            if (at == null) {
                throw new IllegalArgumentException("ends without having begun: " + Edn.write(op));
            }
            if (op.type() != Op.Type.INFO) {
                pairs.set(at, new Pair(pairs.get(at).invoke(), op));
            }
        }
        return pairs;
    }

    /** What the nemesis did. */
    public List<Op> faults() {
        return ops.stream().filter(op -> op.process() == Op.NEMESIS).toList();
    }

    public void write(Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Op op : ops) {
                out.write(Edn.write(op));
                out.newLine();
            }
        }
    }

    public static History read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** One operation a line; empty lines and comments ({@code ;}) are skipped. */
    public static History parse(String text) {
        return new History(text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && line.charAt(0) != ';')
                .map(Edn::readOp)
                .toList());
    }
}
