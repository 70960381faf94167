package dev.balsa.node.lua;

/** A local variable. Captured ones live in a cell. */
final class Local {
    private final String name;
    private boolean captured;
    private int register = -1;

    Local(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isCaptured() {
        return captured;
    }

    void capture() {
        captured = true;
    }

    int register() {
        return register;
    }

    void register(int r) {
        register = r;
    }
}
