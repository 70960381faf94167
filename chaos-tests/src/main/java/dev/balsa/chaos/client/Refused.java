package dev.balsa.chaos.client;

/** The server said no: the operation did not happen and never will. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    /** @param reason what it said; empty = a no that is no error, such as a lock that another one holds */
    public Refused(String reason) {
        super(reason, null, false, false);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
