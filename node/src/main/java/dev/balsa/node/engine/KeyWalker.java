package dev.balsa.node.engine;

/** Meets every key of a walk, dead or not, and tells when it has enough. Used within one call of the engine thread. */
abstract class KeyWalker {
    /** Returns whether to go on after this position. */
    abstract boolean visit(int ref, boolean dead);

    /** Hands live keys to a visitor until a number of keys was met. */
    static final class Limited extends KeyWalker {
        private final Database.KeyVisitor visitor;
        private final boolean exact;
        private int left;

        /** @param exact whether only live keys count, and not one more than {@code count} is handed out */
        Limited(Database.KeyVisitor visitor, int count, boolean exact) {
            this.visitor = visitor;
            this.exact = exact;
            left = count;
        }

        @Override
        boolean visit(int ref, boolean dead) {
            if (!dead && (!exact || left > 0)) {
                visitor.visit(ref);
            }
            if (!dead || !exact) {
                left--;
            }
            return left > 0;
        }
    }

    /** Takes the live key after a number of live ones. */
    static final class Pick extends KeyWalker {
        private int left;
        private int picked;

        Pick(int skip) {
            left = skip;
        }

        /** How many live keys are still to be passed; below 0 once a key is picked. */
        int left() {
            return left;
        }

        /** The last live key met: the picked one, or 0 when there is none. */
        int picked() {
            return picked;
        }

        /** Whole rounds over the few keys there are lead nowhere. */
        void skipRounds(int keysInRound) {
            if (left >= 0) {
                left %= keysInRound;
            }
        }

        @Override
        boolean visit(int ref, boolean dead) {
            if (!dead && left >= 0) {
                picked = ref;
                left--;
            }
            return left >= 0;
        }
    }
}
