package dev.balsa.proxy.acl;

import java.util.Locale;

/**
 * Why a user may not run a command. Immutable.
 *
 * @param at index of the argument that is the key or channel; 0 for a command
 */
public record Denial(Reason reason, int at) {
    /** What is denied. Of several selectors' denials the last in this order counts, as in Redis. */
    public enum Reason {
        COMMAND,
        KEY,
        AUTH,
        CHANNEL;

        /** As ACL LOG shows it. */
        public String shown() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of two selectors' denials the one to tell of. */
    Denial orWorse(Denial other) {
        int order = other.reason.compareTo(reason);
        return order > 0 || order == 0 && other.at > at ? other : this;
    }

    /** The error for whoever is denied, without NOPERM. */
    public String message(String user, String command) {
        return switch (reason) {
            case COMMAND -> "User " + user + " has no permissions to run the '" + command + "' command";
            case KEY -> "No permissions to access a key";
            case CHANNEL -> "No permissions to access a channel";
            case AUTH -> "";
        };
    }

    /** The error for who may know which key or channel it was: the answer to ACL DRYRUN. */
    public String fullMessage(String user, String command, String argument) {
        return switch (reason) {
            case COMMAND -> message(user, command);
            case KEY, CHANNEL -> "User " + user + " has no permissions to access the '" + argument + "' "
                    + reason.shown();
            case AUTH -> "";
        };
    }

    /** What EXEC answers for a command that was allowed when it was queued. */
    public String atExec() {
        return "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. "
                + "This command is no longer allowed for the following reason: " + switch (reason) {
                    case COMMAND -> "no permission to execute the command or subcommand";
                    case KEY -> "no permission to touch the specified keys";
                    case CHANNEL -> "no permission to access one of the channels used as arguments to the command";
                    case AUTH -> "unknown";
                };
    }
}
