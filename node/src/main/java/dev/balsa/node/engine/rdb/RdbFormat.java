package dev.balsa.node.engine.rdb;

/** Numbers of the RDB format, as Redis documents them in its rdb.h. */
final class RdbFormat {
    /**
     * The version that is written: the lowest that knows all we write, so that redis-server 7.0 (which refuses 11)
     * loads it, and all later ones.
     */
    static final int VERSION = 10;

    /** The version that is written where fields of hashes have deadlines: Redis 7.4 and later read it. */
    static final int VERSION_FIELD_EXPIRY = 12;

    /** The newest version that is read: Redis 7.4's and 8.0's. */
    static final int VERSION_MAX = 12;

    static final int MAGIC_BYTES = 9;
    static final int CHECKSUM_BYTES = 8;

    /** From this version on a file ends with a checksum. */
    static final int CHECKSUM_SINCE_VERSION = 5;

    /** The AUX field that says something of the key that follows ({@link ValueFormat#form}). */
    static final String NEXT_FIELD = "balsa-next";

    /** A field in the head of our own files: values have the forms in which they are written, whatever the limits. */
    static final String FORMS_FIELD = "balsa-forms";

    static final int TYPE_STRING = 0;
    static final int TYPE_STREAM = 15;
    static final int TYPE_STREAM_2 = 19;
    static final int TYPE_STREAM_3 = 21;

    static final int OPCODE_SLOT_INFO = 244;
    static final int OPCODE_FUNCTION2 = 245;
    static final int OPCODE_MODULE_AUX = 247;
    static final int OPCODE_IDLE = 248;
    static final int OPCODE_FREQ = 249;
    static final int OPCODE_AUX = 250;
    static final int OPCODE_RESIZE_DB = 251;
    static final int OPCODE_EXPIRE_MILLIS = 252;
    static final int OPCODE_EXPIRE_SECONDS = 253;
    static final int OPCODE_SELECT_DB = 254;
    static final int OPCODE_EOF = 255;

    static final int MODULE_EOF = 0;
    static final int MODULE_SIGNED = 1;
    static final int MODULE_UNSIGNED = 2;
    static final int MODULE_FLOAT = 3;
    static final int MODULE_DOUBLE = 4;
    static final int MODULE_STRING = 5;

    // The first byte of a length.
    static final int LENGTH_14_BITS = 0x40;
    static final int LENGTH_32_BITS = 0x80;
    static final int LENGTH_64_BITS = 0x81;
    static final int ENCODED = 0xc0;

    // What follows a string's "length" that is no length.
    static final int ENCODED_INT8 = 0;
    static final int ENCODED_INT16 = 1;
    static final int ENCODED_INT32 = 2;
    static final int ENCODED_LZF = 3;

    /** Longest string (Redis' proto-max-bulk-len). */
    static final int STRING_MAX_BYTES = 512 << 20;

    /** Shorter strings are not worth compressing. */
    static final int COMPRESS_MIN_BYTES = 21;

    private static final String[] TYPES = {
        "string", "list", "set", "zset", "hash", "zset (version 2)", "module (version 1)", "module", "unknown",
        "hash (zipmap)",
        "list (ziplist)", "set (intset)", "zset (ziplist)", "hash (ziplist)", "list (quicklist)", "stream",
        "hash (listpack)",
        "zset (listpack)", "list (quicklist 2)", "stream (version 2)", "set (listpack)", "stream (version 3)",
        "hash (with field expiry, preview)", "hash (listpack with field expiry, preview)", "hash (with field expiry)",
        "hash (listpack with field expiry)"
    };

    private RdbFormat() {}

    /** A value type's name for people. */
    static String typeName(int type) {
        return type < TYPES.length ? TYPES[type] : "unknown";
    }
}
