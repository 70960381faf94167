package dev.balsa.node.engine;

import dev.balsa.node.engine.value.LargeValue;

/** A large value whose key is gone. Its heap nodes count in used memory until they are let go. */
final class DroppedValue implements Dropped {
    private final LargeValue value;

    DroppedValue(LargeValue value) {
        this.value = value;
    }

    @Override
    public int free(int limit) {
        return value.free(limit);
    }

    @Override
    public boolean isEmpty() {
        return value.isFreed();
    }

    @Override
    public long bytes() {
        return 0;
    }
}
