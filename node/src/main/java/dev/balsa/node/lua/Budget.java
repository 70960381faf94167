package dev.balsa.node.lua;

/** What is left of the limits of one run. */
public final class Budget {
    private final Limits limits;
    private long instructions;
    private long memory;

    public Budget(Limits limits) {
        this.limits = limits;
        this.instructions = limits.instructions();
        this.memory = limits.memoryBytes();
    }

    /** Takes {@code count} instructions. */
    public void step(long count) {
        instructions -= count;
        if (instructions < 0) {
            instructions = 0;
            throw new LimitExceeded("script exceeded its instruction limit of " + limits.instructions());
        }
    }

    /** Takes {@code bytes} of memory; what a table gives back is negative. */
    public void allocate(long bytes) {
        memory -= bytes;
        if (memory < 0) {
            memory = 0;
            throw new LimitExceeded("script exceeded its memory limit of " + limits.memoryBytes() + " bytes");
        }
    }

    /** Raises the error of a string that would be too long. */
    public void checkString(long bytes) {
        if (bytes > limits.stringBytes()) {
            throw new LimitExceeded("script exceeded its string limit of " + limits.stringBytes() + " bytes");
        }
    }

    /** Charges the work and the memory of a string that is {@code bytes} long. */
    public void string(long bytes) {
        checkString(bytes);
        step(bytes >> 6);
        allocate(bytes + LuaString.OVERHEAD_BYTES);
    }

    public Limits limits() {
        return limits;
    }

    /** How many instructions have been used. */
    public long used() {
        return limits.instructions() - instructions;
    }

    /** How many bytes have been used. */
    public long usedBytes() {
        return limits.memoryBytes() - memory;
    }
}
