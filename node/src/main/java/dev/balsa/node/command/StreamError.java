package dev.balsa.node.command;

/** The error lines of Redis 7.2 for streams, to the byte and without the leading minus. Immutable. */
final class StreamError {
    static final String INVALID_ID = "ERR Invalid stream ID specified as stream command argument";
    static final String INTERVAL_START = "ERR invalid start ID for the interval";
    static final String INTERVAL_END = "ERR invalid end ID for the interval";
    static final String ID_ZERO = "ERR The ID specified in XADD must be greater than 0-0";
    static final String ID_TOO_LOW =
            "ERR The ID specified in XADD is equal or smaller than the target stream top item";
    static final String EXHAUSTED = "ERR The stream has exhausted the last possible ID, unable to add more items";
    static final String TOO_LARGE = "ERR Elements are too large to be stored";
    static final String TWO_STRATEGIES =
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible";
    static final String MAXLEN_NEGATIVE = "ERR The MAXLEN argument must be >= 0.";
    static final String LIMIT_NEGATIVE = "ERR The LIMIT argument must be >= 0.";
    static final String LIMIT_WITHOUT_STRATEGY =
            "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy";
    static final String TRIM_WITHOUT_STRATEGY =
            "ERR syntax error, XTRIM must be called with a trimming strategy";
    static final String LIMIT_NOT_APPROXIMATE =
            "ERR syntax error, LIMIT cannot be used without the special ~ option";
    static final String ADDED_NEGATIVE = "ERR entries_added must be positive";
    static final String BELOW_GIVEN_DELETED =
            "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id";
    static final String BELOW_DELETED =
            "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id";
    static final String BELOW_TOP = "ERR The ID specified in XSETID is smaller than the target stream top item";
    static final String ADDED_BELOW_LENGTH =
            "ERR The entries_added specified in XSETID is smaller than the target stream length";
    static final String READ_NEGATIVE = "ERR value for ENTRIESREAD must be positive or -1";
    static final String NO_KEY =
            "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the"
                    + " MKSTREAM option to create an empty stream automatically.";
    static final String BUSY_GROUP = "BUSYGROUP Consumer Group name already exists";
    static final String NO_GROUP_OPTION = "ERR Missing GROUP option for XREADGROUP";
    static final String GROUP_IN_XREAD =
            "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.";
    static final String NOACK_IN_XREAD =
            "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.";
    static final String DOLLAR_IN_XREADGROUP =
            "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by"
                    + " specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an"
                    + " empty result set.";
    static final String PLUS_IN_XREADGROUP =
            "ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by"
                    + " specifying a proper ID, or use the > ID to get new messages. The + ID would just return an"
                    + " empty result set.";
    static final String GREATER_IN_XREAD =
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.";
    static final String TIMEOUT = "ERR timeout is not an integer or out of range";
    static final String TIMEOUT_NEGATIVE = "ERR timeout is negative";
    static final String TIMEOUT_TOO_FAR = "ERR timeout is out of range";
    static final String CLAIM_MIN_IDLE = "ERR Invalid min-idle-time argument for XCLAIM";
    static final String CLAIM_IDLE = "ERR Invalid IDLE option argument for XCLAIM";
    static final String CLAIM_TIME = "ERR Invalid TIME option argument for XCLAIM";
    static final String CLAIM_RETRYCOUNT = "ERR Invalid RETRYCOUNT option argument for XCLAIM";
    static final String AUTOCLAIM_MIN_IDLE = "ERR Invalid min-idle-time argument for XAUTOCLAIM";
    static final String COUNT_POSITIVE = "ERR COUNT must be > 0";
    static final String IDS_POSITIVE = "ERR Number of IDs must be a positive integer";
    static final String IDS_MATCH = "ERR The `numids` parameter must match the number of arguments";

    private StreamError() {}

    static String unbalanced(String command, char symbol) {
        return "ERR Unbalanced '" + command + "' list of streams: for each stream key an ID or '" + symbol
                + "' must be specified.";
    }

    static String noKeyOrGroup(String key, String group) {
        return "NOGROUP No such key '" + key + "' or consumer group '" + group + "'";
    }

    static String noGroup(String group, String key) {
        return "NOGROUP No such consumer group '" + group + "' for key name '" + key + "'";
    }

    static String subcommand(String given, String container) {
        return "ERR unknown subcommand or wrong number of arguments for '" + given + "'. Try " + container + " HELP.";
    }

    static String claimOption(String given) {
        return "ERR Unrecognized XCLAIM option '" + given + "'";
    }
}
