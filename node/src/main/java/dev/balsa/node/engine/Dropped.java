package dev.balsa.node.engine;

/** Something large that is out of reach already and is freed in slices. Owned by the engine thread. */
interface Dropped {
    /** Frees about {@code limit} blobs; returns how much work it was. */
    int free(int limit);

    boolean isEmpty();

    /** Bytes outside the slabs. */
    long bytes();
}
