package dev.balsa.node.lua;

/**
 * What one run of a script may use. Counted, never timed: a run that ends by a limit ends at the same place everywhere.
 *
 * @param instructions steps of loops, calls, and work in the library
 * @param memoryBytes bytes allocated in all, tables that grow counted by what they grew
 * @param callDepth functions of Lua within each other
 * @param stringBytes the longest string
 */
public record Limits(long instructions, long memoryBytes, int callDepth, int stringBytes) {
    /** Enough for scripts as they are in use: some seconds of work, 512 MiB. */
    public static final Limits DEFAULT = new Limits(1_000_000_000L, 512L << 20, 20_000, 128 << 20);
}
