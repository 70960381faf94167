package dev.balsa.node.engine;

import java.util.Arrays;

/** A growing list of ints. Owned by one thread. */
final class IntList {
    private int[] items = new int[64];
    private int size;

    IntList() {}

    /** The first {@code size} of an array that is the list's from now on. */
    IntList(int[] items, int size) {
        this.items = items;
        this.size = size;
    }

    void addAll(IntList others) {
        for (int i = 0; i < others.size; i++) {
            add(others.items[i]);
        }
    }

    void add(int item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, Math.max(64, size * 2));
        }
        items[size++] = item;
    }

    int get(int i) {
        return items[i];
    }

    int removeLast() {
        return items[--size];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }
}
