package dev.balsa.proto.slot;

/** Slots {@code first} to {@code last}, both inclusive. */
public record SlotRange(int first, int last) {
    public SlotRange {
        if (first < 0 || last >= Slots.COUNT || first > last) {
            throw new IllegalArgumentException("slot range " + first + "-" + last);
        }
    }

    public boolean contains(int slot) {
        return slot >= first && slot <= last;
    }
}
