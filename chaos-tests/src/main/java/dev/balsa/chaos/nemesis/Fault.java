package dev.balsa.chaos.nemesis;

import java.io.IOException;
import java.util.Random;

/** A way to break a cluster, and to mend it again. Owned by the nemesis' thread. */
public interface Fault {
    /** As on the command line. */
    String name();

    /** What it does, in a few words. */
    String does();

    /** Why it cannot be done here, empty if it can. */
    default String impossible(Arena arena) {
        return "";
    }

    /** Whether what a node had acknowledged is gone for good: then nothing else of this kind may happen meanwhile. */
    default boolean destroys() {
        return false;
    }

    /** Whether clocks are wrong, now or later: then nothing can be said about when keys and locks end. */
    default boolean bendsTime() {
        return false;
    }

    /** Breaks something. @return what exactly, for the history */
    String inject(Arena arena, Random random) throws IOException, InterruptedException;

    /** Mends it; whatever else had been broken by the same fault is whole, too. */
    void heal(Arena arena) throws IOException, InterruptedException;
}
