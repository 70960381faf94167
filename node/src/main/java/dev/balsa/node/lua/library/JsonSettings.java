package dev.balsa.node.lua.library;

/** What scripts can set on cjson; back to these values at the next run. */
final class JsonSettings {
    /** However deep a script allows it to go: Java's stack must be enough. */
    static final int DEPTH_MAX = 1000;
    static final int NUMBERS_REFUSED = 0;
    static final int NUMBERS_WRITTEN = 1;
    static final int NUMBERS_NULL = 2;

    boolean sparseConvert;
    long sparseRatio = 2;
    long sparseSafe = 10;
    long encodeDepth = DEPTH_MAX;
    long decodeDepth = DEPTH_MAX;
    long precision = 14;
    boolean keepBuffer = true;
    int encodeInvalid = NUMBERS_REFUSED;
    boolean decodeInvalid = true;
}
