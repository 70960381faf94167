package dev.balsa.node.engine;

import java.util.Arrays;

/** A growing list of ints. Owned by one thread. */
final class IntList {
    private int[] items = new int[64];
    private int size;

    void add(int item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
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
