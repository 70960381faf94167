package dev.balsa.proto.command;

import dev.balsa.proto.resp.Args;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Commands by name, any case, found without allocating.
 *
 * <p>A name's first and last eight bytes are read as two longs, letters made upper case eight at a time; both together
 * with the length tell names of up to 16 bytes apart exactly, longer ones are compared in full. Immutable.
 */
public final class SpecTable {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int COMPARED_BYTES = 16;

    private final List<CommandSpec> specs;
    private final String[] upperNames;
    private final long[] heads;
    private final long[] tails;
    private final short[] lengths;
    private final short[] indexes;
    private final int mask;

    /**
     * Makes a table of {@code specs}; their order gives {@link #indexOf}.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public SpecTable(List<CommandSpec> specs) {
        this.specs = List.copyOf(specs);
        int size = Integer.highestOneBit(Math.max(specs.size(), 2) * 4 - 1) * 2;
        mask = size - 1;
        upperNames = new String[specs.size()];
        heads = new long[size];
        tails = new long[size];
        lengths = new short[size];
        indexes = new short[size];
        Arrays.fill(indexes, (short) -1);
        for (int i = 0; i < upperNames.length; i++) {
            put(specs.get(i).name(), i);
        }
    }

    /** All commands, in the order given. */
    public List<CommandSpec> all() {
        return specs;
    }

    /** The command that argument 0 names, or null. */
    public @Nullable CommandSpec find(Args args) {
        int index = indexOf(args);
        return index < 0 ? null : specs.get(index);
    }

    /** The command of that name, or null. A subcommand is {@code container|sub}. */
    public @Nullable CommandSpec find(String name) {
        int bar = name.indexOf('|');
        byte[] bytes = (bar < 0 ? name : name.substring(0, bar)).getBytes(StandardCharsets.ISO_8859_1);
        int index = indexOf(bytes, 0, bytes.length);
        if (index < 0 || bar < 0) {
            return index < 0 ? null : specs.get(index);
        }
        for (CommandSpec sub : specs.get(index).subcommands()) {
            if (sub.name().equalsIgnoreCase(name)) {
                return sub;
            }
        }
        return null;
    }

    /** Where the command that argument 0 names stands in {@link #all()}, or -1. */
    public int indexOf(Args args) {
        return args.count() == 0 ? -1 : indexOf(args.array(), args.offset(0), args.length(0));
    }

    /** Where the command of that name stands in {@link #all()}, or -1. */
    public int indexOf(byte[] array, int offset, int length) {
        if (length == 0 || length > Short.MAX_VALUE) {
            return -1;
        }
        long head = upper(read(array, offset, Math.min(length, 8)));
        long tail = length <= 8 ? 0 : upper(read(array, offset + length - 8, 8));
        for (int at = hash(head, tail, length) & mask; indexes[at] >= 0; at = (at + 1) & mask) {
            if (heads[at] == head
                    && tails[at] == tail
                    && lengths[at] == length
                    && (length <= COMPARED_BYTES || matches(upperNames[indexes[at]], array, offset))) {
                return indexes[at];
            }
        }
        return -1;
    }

    /**
     * The subcommand of {@code container} that argument 1 names, any case; null if there is none, or no argument 1.
     */
    public static @Nullable CommandSpec sub(CommandSpec container, Args args) {
        List<CommandSpec> subs = container.subcommands();
        if (args.count() < 2) {
            return null;
        }
        int skip = container.name().length() + 1;
        int length = args.length(1);
        for (int i = 0; i < subs.size(); i++) {
            String name = subs.get(i).name();
            if (name.length() - skip == length && sameIgnoringCase(name, skip, args)) {
                return subs.get(i);
            }
        }
        return null;
    }

    /** As {@link KeyPositions#find}. */
    public static int keys(CommandSpec spec, Args args, KeySink sink) {
        return KeyPositions.find(spec, args, sink);
    }

    private void put(String name, int index) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length == 0 || indexOf(bytes, 0, bytes.length) >= 0) {
            throw new IllegalArgumentException("command '" + name + "' twice, or without a name");
        }
        upperNames[index] = name.toUpperCase(Locale.ROOT);
        long head = upper(read(bytes, 0, Math.min(bytes.length, 8)));
        long tail = bytes.length <= 8 ? 0 : upper(read(bytes, bytes.length - 8, 8));
        int at = hash(head, tail, bytes.length) & mask;
        while (indexes[at] >= 0) {
            at = (at + 1) & mask;
        }
        heads[at] = head;
        tails[at] = tail;
        lengths[at] = (short) bytes.length;
        indexes[at] = (short) index;
    }

    private static int hash(long head, long tail, int length) {
        long mixed = (head ^ Long.rotateLeft(tail, 29) ^ length) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40);
    }

    /** {@code length} (1 to 8) bytes as a long, little endian, zeros above. */
    private static long read(byte[] array, int offset, int length) {
        if (offset + 8 <= array.length) {
            long bytes = (long) LONG.get(array, offset);
            return length == 8 ? bytes : bytes & ((1L << (length * 8)) - 1);
        }
        long bytes = 0;
        for (int i = length - 1; i >= 0; i--) {
            bytes = (bytes << 8) | (array[offset + i] & 0xff);
        }
        return bytes;
    }

    /** Makes the bytes 'a' to 'z' upper case and leaves all others as they are. */
    private static long upper(long bytes) {
        long low = bytes & ~HIGH_BITS;
        long fromA = low + (0x80 - 'a') * EACH;
        long pastZ = low + (0x7f - 'z') * EACH;
        long letters = (fromA ^ pastZ) & HIGH_BITS & ~bytes;
        return bytes - (letters >>> 2);
    }

    private static boolean matches(String upperName, byte[] array, int offset) {
        for (int i = 0; i < upperName.length(); i++) {
            if (upperName.charAt(i) != upperChar(array[offset + i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameIgnoringCase(String lowerName, int skip, Args args) {
        byte[] array = args.array();
        int offset = args.offset(1) - skip;
        for (int i = skip; i < lowerName.length(); i++) {
            if (upperChar((byte) lowerName.charAt(i)) != upperChar(array[offset + i])) {
                return false;
            }
        }
        return true;
    }

    private static int upperChar(byte b) {
        return b >= 'a' && b <= 'z' ? b - ('a' - 'A') : b & 0xff;
    }
}
