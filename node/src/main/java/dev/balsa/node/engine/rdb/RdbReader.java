package dev.balsa.node.engine.rdb;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.memory.OutOfSpaceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Loads RDB files of the versions 1 to 12 into a keyspace: values, deadlines, access statistics, libraries of
 * functions; data of modules are passed over. A value of an
 * unknown type ends the loading. Whatever is wrong with a file becomes an {@link RdbException} that names the byte;
 * the keyspace then holds a part and is to be thrown away.
 * Used by the thread that owns the keyspace.
 */
public final class RdbReader {
    private static final long PROGRESS_BYTES = 1 << 20;

    private final RdbInput in;
    private final Keyspace keyspace;
    private final RdbListener listener;
    private Database database;
    private long keys;
    private long told;

    // What applies to the next key only.
    private long deadlineMillis;
    private long idleSeconds = -1;
    private int frequency = -1;
    private @Nullable String form;
    private @Nullable String unmarked; // the form of a key of which nothing is said: empty in our own files

    private RdbReader(RdbInput in, Keyspace keyspace, RdbListener listener) {
        this.in = in;
        this.keyspace = keyspace;
        this.listener = listener;
        database = keyspace.database(0);
    }

    /** Loads a file into an empty keyspace; returns the number of keys. */
    public static long load(Path file, Keyspace keyspace, RdbListener listener) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return load(channel, keyspace, listener);
        }
    }

    /** Loads a file from its beginning. */
    public static long load(FileChannel channel, Keyspace keyspace, RdbListener listener) throws IOException {
        RdbReader reader = new RdbReader(new RdbInput(channel), keyspace, listener);
        reader.load();
        return reader.keys;
    }

    private void load() throws IOException {
        long before = sizes();
        int version = readHeader();
        while (readPart()) {
            if (in.offset() - told >= PROGRESS_BYTES) {
                told = in.offset();
                listener.moved(told, keys);
            }
        }
        if (version >= RdbFormat.CHECKSUM_SINCE_VERSION) {
            long expected = in.checksum();
            long written = in.readLong();
            // Redis writes 0 when rdbchecksum is off.
            if (written != 0 && written != expected) {
                throw in.problem("wrong checksum: the file says " + Long.toHexString(written) + ", its bytes give "
                        + Long.toHexString(expected));
            }
        }
        if (in.left() != 0) {
            throw in.problem(in.left() + " bytes follow the end");
        }
        if (sizes() - before != keys) {
            throw in.problem("a key occurs twice");
        }
        listener.moved(in.offset(), keys);
    }

    private int readHeader() throws IOException {
        byte[] magic = new byte[RdbFormat.MAGIC_BYTES];
        for (int i = 0; i < magic.length; i++) {
            magic[i] = (byte) in.readByte();
        }
        String header = new String(magic, StandardCharsets.ISO_8859_1);
        if (!header.matches("REDIS[0-9]{4}")) {
            throw in.problem("not an RDB file: it does not begin with REDIS and four digits");
        }
        int version = Integer.parseInt(header.substring(5));
        if (version < 1 || version > RdbFormat.VERSION_MAX) {
            throw in.problem("version " + version + " is not known; 1 to " + RdbFormat.VERSION_MAX + " are");
        }
        return version;
    }

    /** Reads up to and including the next key or section; false at the end. */
    private boolean readPart() throws IOException {
        int opcode = in.readByte();
        switch (opcode) {
            case RdbFormat.OPCODE_EOF -> {
                return false;
            }
            case RdbFormat.OPCODE_SELECT_DB -> select(in.readLength());
            case RdbFormat.OPCODE_RESIZE_DB -> {
                in.readLength();
                in.readLength();
            }
            case RdbFormat.OPCODE_AUX -> readField();
            case RdbFormat.OPCODE_EXPIRE_MILLIS -> deadlineMillis = positive(in.readLong());
            case RdbFormat.OPCODE_EXPIRE_SECONDS -> deadlineMillis = positive(in.readInt() * 1000L);
            case RdbFormat.OPCODE_FREQ -> frequency = in.readByte();
            case RdbFormat.OPCODE_IDLE -> idleSeconds = in.readLength();
            case RdbFormat.OPCODE_FUNCTION2 -> {
                in.readString();
                keyspace.scripts().library(in.copyOfString());
            }
            case RdbFormat.OPCODE_SLOT_INFO -> {
                in.readLength();
                in.readLength();
                in.readLength();
            }
            case RdbFormat.OPCODE_MODULE_AUX -> skipModuleData();
            default -> readKey(opcode);
        }
        return true;
    }

    private void select(long index) throws IOException {
        if (index < 0 || index >= keyspace.databases()) {
            throw in.problem("database " + Long.toUnsignedString(index)
                    + " is beyond the " + keyspace.databases() + " there are");
        }
        database = keyspace.database((int) index);
    }

    /** A key that died before 1970 is as dead as one that died at its first millisecond; 0 means "no deadline" here. */
    private static long positive(long millis) {
        return Math.max(1, millis);
    }

    private void readField() throws IOException {
        in.readString();
        String name = new String(in.string(), in.stringOffset(), in.stringLength(), StandardCharsets.UTF_8);
        in.readString();
        byte[] value = in.copyOfString();
        if (name.equals(RdbFormat.NEXT_FIELD)) {
            form = new String(value, StandardCharsets.UTF_8);
        } else if (name.equals(RdbFormat.FORMS_FIELD)) {
            unmarked = "";
            form = unmarked;
        } else {
            listener.field(name, value);
        }
    }

    private void readKey(int type) throws IOException {
        if (RdbFormat.typeName(type).equals("unknown")) {
            throw in.problem("unknown kind of entry: " + type);
        }
        in.readString();
        byte[] key = in.copyOfString();
        if (!ValueFormat.isKnown(type)) {
            throw in.problem("the key '" + shown(key) + "' is a " + RdbFormat.typeName(type) + " (type " + type
                    + "), which cannot be loaded");
        }
        try {
            ValueFormat.read(type, in, database, key, deadlineMillis, form);
        } catch (OutOfSpaceException e) {
            throw in.problem("the data does not fit: " + e.getMessage());
        }
        if (idleSeconds >= 0 || frequency >= 0) {
            setStatistics(key);
        }
        deadlineMillis = 0;
        idleSeconds = -1;
        frequency = -1;
        form = unmarked;
        keys++;
    }

    private void setStatistics(byte[] key) {
        int ref = database.find(key, 0, key.length);
        if (ref != Keyspace.MISSING && idleSeconds >= 0) {
            database.setIdleSeconds(ref, idleSeconds);
        }
        if (ref != Keyspace.MISSING && frequency >= 0) {
            database.setFrequency(ref, frequency);
        }
    }

    private void skipModuleData() throws IOException {
        in.readLength(); // which module
        while (true) {
            long kind = in.readLength();
            if (kind == RdbFormat.MODULE_EOF) {
                return;
            }
            if (kind == RdbFormat.MODULE_SIGNED || kind == RdbFormat.MODULE_UNSIGNED) {
                in.readLength();
            } else if (kind == RdbFormat.MODULE_FLOAT) {
                in.skip(Float.BYTES);
            } else if (kind == RdbFormat.MODULE_DOUBLE) {
                in.skip(Double.BYTES);
            } else if (kind == RdbFormat.MODULE_STRING) {
                in.readString();
            } else {
                throw in.problem("unknown kind of module data: " + Long.toUnsignedString(kind));
            }
        }
    }

    private long sizes() {
        long sum = 0;
        for (int i = 0; i < keyspace.databases(); i++) {
            sum += keyspace.database(i).size();
        }
        return sum;
    }

    private static String shown(byte[] key) {
        String text = new String(key, 0, Math.min(key.length, 64), StandardCharsets.ISO_8859_1);
        return text.replaceAll("[^ -~]", "?") + (key.length > 64 ? "..." : "");
    }
}
