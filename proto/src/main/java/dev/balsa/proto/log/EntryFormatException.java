package dev.balsa.proto.log;

/** Bytes that are no entry of the log: damaged, cut off, or of a version that this program does not know. */
public final class EntryFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param what is wrong
     * @param at the byte of the entry where it was found
     */
    EntryFormatException(String what, int at) {
        super("log entry: " + what + ", at byte " + at);
    }
}
