package dev.balsa.raft.segment;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** No space left for a batch. Nothing of it is in the log; the same batch may be appended again when there is space. */
public final class LogFullException extends IOException {
    private static final long serialVersionUID = 1L;

    LogFullException(String message, IOException cause) {
        super(message, cause);
    }

    /** The JDK has no type for ENOSPC and EDQUOT; the system's text is all there is. */
    static boolean isFull(IOException e) {
        @Nullable String message = e.getMessage();
        if (message == null) {
            return false;
        }
        String text = message.toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }
}
