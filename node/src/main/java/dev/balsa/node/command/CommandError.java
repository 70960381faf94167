package dev.balsa.node.command;

import java.util.Locale;

/** The error lines of Redis 7.2, to the byte and without the leading minus. Immutable. */
public final class CommandError {
    public static final String WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
    public static final String SYNTAX = "ERR syntax error";
    public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    public static final String NOT_A_FLOAT = "ERR value is not a valid float";
    public static final String NOT_AN_INT =
            "ERR value is out of range, value must between -2147483648 and 2147483647";
    public static final String OUT_OF_RANGE = "ERR value is out of range";
    public static final String HASH_NOT_AN_INTEGER = "ERR hash value is not an integer";
    public static final String HASH_NOT_A_FLOAT = "ERR hash value is not a float";
    public static final String VALUE_NAN_OR_INFINITY = "ERR value is NaN or Infinity";
    public static final String NUMKEYS_TOO_MANY = "ERR Number of keys can't be greater than number of args";
    public static final String LIMIT_NEGATIVE = "ERR LIMIT can't be negative";
    public static final String NUM_FIELDS = "ERR Parameter `numFields` should be greater than 0";
    public static final String FIELDS_NOT_POSITIVE = "ERR Number of fields must be a positive integer";
    public static final String FIELDS_MISSING =
            "ERR Mandatory argument FIELDS is missing or not at the right position";
    public static final String FIELDS_MISMATCH =
            "ERR The `numfields` parameter must match the number of arguments";
    public static final String NEGATIVE_EXPIRE_TIME = "ERR invalid expire time, must be >= 0";
    public static final String NO_EXPIRE_TIME = "ERR missing expire time";
    public static final String NO_FIELDS = "ERR missing FIELDS argument";
    public static final String FIELD_COUNT = "ERR invalid number of fields";
    public static final String FIELD_ARGUMENTS = "ERR wrong number of arguments";
    public static final String HGETEX_TIMES =
            "ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified";
    public static final String HSETEX_TIMES =
            "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified";
    public static final String HSETEX_CONDITIONS = "ERR Only one of FXX or FNX arguments can be specified";
    public static final String NO_SUCH_KEY = "ERR no such key";
    public static final String SAME_OBJECT = "ERR source and destination objects are the same";
    public static final String DB_INDEX = "ERR DB index is out of range";
    public static final String FIRST_DB_INDEX = "ERR invalid first DB index";
    public static final String SECOND_DB_INDEX = "ERR invalid second DB index";
    public static final String OFFSET = "ERR offset is out of range";
    public static final String STRING_TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
    public static final String OVERFLOW = "ERR increment or decrement would overflow";
    public static final String DECREMENT_OVERFLOW = "ERR decrement would overflow";
    public static final String NAN_OR_INFINITY = "ERR increment would produce NaN or Infinity";
    public static final String INVALID_CURSOR = "ERR invalid cursor";
    public static final String LCS_NOT_STRINGS = "ERR The specified keys must contain string values";
    public static final String LCS_BOTH = "ERR If you want both the length and indexes, please just use IDX.";
    public static final String LCS_MEMORY =
            "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
    public static final String NX_WITH_OTHERS =
            "ERR NX and XX, GT or LT options at the same time are not compatible";
    public static final String GT_WITH_LT = "ERR GT and LT options at the same time are not compatible";
    public static final String BUSY_KEY = "BUSYKEY Target key name already exists.";
    public static final String INVALID_TTL = "ERR Invalid TTL value, must be >= 0";
    public static final String INVALID_IDLETIME = "ERR Invalid IDLETIME value, must be >= 0";
    public static final String INVALID_FREQ = "ERR Invalid FREQ value, must be >= 0 and <= 255";
    public static final String DUMP_CHECKSUM = "ERR DUMP payload version or checksum are wrong";
    public static final String DUMP_FORMAT = "ERR Bad data format";
    public static final String FREQ_NOT_TRACKED =
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching"
                    + " between policies at runtime LRU and LFU data will take some time to adjust.";
    public static final String IDLETIME_NOT_TRACKED =
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching"
                    + " between policies at runtime LRU and LFU data will take some time to adjust.";
    public static final String INVALID_COMMAND = "ERR Invalid command specified";
    public static final String INVALID_ARGUMENT_COUNT = "ERR Invalid number of arguments specified for command";
    public static final String INVALID_ARGUMENTS = "ERR Invalid arguments specified for command";
    public static final String NO_KEY_ARGUMENTS = "ERR The command has no key arguments";
    public static final String SORT_SCORES = "ERR One or more scores can't be converted into double";
    public static final String INDEX = "ERR index out of range";
    public static final String NOT_POSITIVE = "ERR value is out of range, must be positive";
    public static final String NUMKEYS = "ERR numkeys should be greater than 0";
    public static final String COUNT = "ERR count should be greater than 0";
    public static final String NEGATIVE_COUNT = "ERR COUNT can't be negative";
    public static final String NEGATIVE_MAXLEN = "ERR MAXLEN can't be negative";
    public static final String RANK_ZERO =
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to"
                    + " start from the end of the list";
    public static final String TIMEOUT_NOT_A_FLOAT = "ERR timeout is not a float or out of range";
    public static final String TIMEOUT_NEGATIVE = "ERR timeout is negative";
    public static final String TIMEOUT_TOO_LARGE = "ERR timeout is out of range";

    public static final String DIGEST_LENGTH = "ERR must be exactly 16 hexadecimal characters";
    public static final String DELEX_TYPE = "ERR Key should be of string type if conditions are specified";
    public static final String DELEX_CONDITION = "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE";
    public static final String MSETEX_NUMKEYS = "ERR invalid numkeys value";
    public static final String MSETEX_PAIRS = "ERR wrong number of key-value pairs";

    private CommandError() {}

    /** An integer that is not between two bounds. */
    public static String outOfRange(long least, long most) {
        return "ERR value is out of range, value must between " + least + " and " + most;
    }

    /** The request has too many or too few arguments. {@code name} is the full name, e.g. {@code object|freq}. */
    public static String arity(String name) {
        return "ERR wrong number of arguments for '" + name + "' command";
    }

    /** An integer that is not within bounds, both included. */
    public static String range(long least, long most) {
        return "ERR value is out of range, value must between " + least + " and " + most;
    }

    /** A deadline that is not positive, or that no 64-bit number of milliseconds holds. */
    public static String expireTime(String name) {
        return "ERR invalid expire time in '" + name + "' command";
    }

    /** An option that EXPIRE and its like do not know. */
    public static String unsupportedOption(String option) {
        return "ERR Unsupported option " + option;
    }

    /** A container that has no such subcommand; {@code container} is shown in upper case. */
    public static String unknownSubcommand(String given, String container) {
        String shown = given.length() > 128 ? given.substring(0, 128) : given;
        return "ERR unknown subcommand '" + shown + "'. Try " + container.toUpperCase(Locale.ROOT) + " HELP.";
    }
}
