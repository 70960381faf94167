package dev.balsa.node.engine;

/** What the three bytes of access statistics of a key mean. */
public enum AccessPolicy {
    /** The second of the last access, modulo 2^24 (194 days). */
    RECENCY,
    /** 16 bits: minute of the last decay; 8 bits: logarithmic counter, as Redis keeps it. */
    FREQUENCY
}
