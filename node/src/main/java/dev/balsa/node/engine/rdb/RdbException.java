package dev.balsa.node.engine.rdb;

import java.io.IOException;

/**
 * A file that is no RDB file, or is damaged, or holds what this version does not know. The message names the byte
 * offset.
 */
public final class RdbException extends IOException {
    private static final long serialVersionUID = 1;

    RdbException(long offset, String problem) {
        super("RDB, byte " + offset + ": " + problem);
    }
}
