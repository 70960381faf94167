package dev.balsa.node.cli;

/** Something that the user can mend; the message says what and how. Shown without a stack trace. */
final class UserError extends RuntimeException {
    UserError(String message) {
        super(message);
    }
}
