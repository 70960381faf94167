package dev.balsa.node.lua;

import java.util.BitSet;

/** Which registers hold something that will still be read, before each instruction of a function. */
final class Liveness {
    private final BitSet[] before;

    Liveness(Proto p) {
        int[] code = p.code();
        before = new BitSet[code.length / Op.SIZE];
        for (int i = 0; i < before.length; i++) {
            before[i] = new BitSet();
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int pc = code.length - Op.SIZE; pc >= 0; pc -= Op.SIZE) {
                BitSet live = after(code, pc);
                Flow.mark(p, pc, live, false);
                Flow.addReads(p, pc, live);
                if (!live.equals(before[pc / Op.SIZE])) {
                    before[pc / Op.SIZE] = live;
                    changed = true;
                }
            }
        }
    }

    private BitSet after(int[] code, int pc) {
        BitSet live = new BitSet();
        int target = Flow.target(code, pc);
        if (target >= 0) {
            live.or(before[target / Op.SIZE]);
        }
        if (Flow.falls(code, pc) && pc + Op.SIZE < code.length) {
            live.or(before[pc / Op.SIZE + 1]);
        }
        return live;
    }

    /** Those that are read at {@code pc} or later, before they are written. Not to be changed. */
    BitSet before(int pc) {
        return before[pc / Op.SIZE];
    }
}
