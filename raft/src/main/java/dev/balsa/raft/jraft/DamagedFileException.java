package dev.balsa.raft.jraft;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what was written. The message names file and offset. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedFileException(Path file, long offset, String reason) {
        super(file + " is damaged at offset " + offset + ": " + reason);
    }
}
