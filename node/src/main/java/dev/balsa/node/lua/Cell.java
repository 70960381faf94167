package dev.balsa.node.lua;

/** A local variable that a function inside has captured. */
final class Cell {
    Object value;

    Cell(Object value) {
        this.value = value;
    }
}
