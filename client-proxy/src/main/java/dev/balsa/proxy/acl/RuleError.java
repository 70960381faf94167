package dev.balsa.proxy.acl;

/** What is wrong with a rule, with Redis' texts. */
public enum RuleError {
    UNKNOWN("Unknown command or category name in ACL"),
    SYNTAX("Syntax error"),
    AFTER_ALL_KEYS("Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any "
            + "effect. Try 'resetkeys' to start with an empty list of patterns"),
    AFTER_ALL_CHANNELS("Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not "
            + "have any effect. Try 'resetchannels' to start with an empty list of channels"),
    NO_SUCH_PASSWORD("The password you are trying to remove from the user does not exist"),
    NO_HASH("The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"),
    FIRST_OF_SUBCOMMAND("Allowing first-arg of a subcommand is not supported");

    private final String text;

    RuleError(String text) {
        this.text = text;
    }

    /** As ACL SETUSER shows it. */
    public String text() {
        return text;
    }
}
