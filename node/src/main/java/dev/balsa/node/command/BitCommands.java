package dev.balsa.node.command;

import static dev.balsa.node.command.CommandError.SYNTAX;
import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.node.engine.Keyspace.MISSING;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.FAST;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.proto.resp.Args;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands on the bits of strings. The table is the contents page; methods follow in its order. */
final class BitCommands {
    static final List<Command> TABLE = table(
            write("setbit", 4, BitCommands::setBit, DENYOOM).of("bitmap").key("RW ACCESS UPDATE", 1)
                    .syntax("key offset:integer value:integer")
                    .doc("2.2.0", "O(1)", "Sets a bit of a string and replies with what it was."),
            read("getbit", 3, BitCommands::getBit, FAST).of("bitmap").key("RO ACCESS", 1)
                    .syntax("key offset:integer")
                    .doc("2.2.0", "O(1)", "Replies with a bit of a string."),
            read("bitcount", -2, BitCommands::bitCount).of("bitmap").key("RO ACCESS", 1)
                    .syntax("key [index=(start:integer end:integer [index_unit=(BYTE | BIT)^7.0.0])]")
                    .doc("2.6.0", "O(N), N = bytes looked at", "Counts the bits of a string that are set."),
            read("bitpos", -3, BitCommands::bitPos).of("bitmap").key("RO ACCESS", 1)
                    .syntax("key bit:integer [index=(start:integer [end_index=(end:integer [index_unit=(BYTE | "
                            + "BIT)^7.0.0])])]")
                    .doc("2.8.7", "O(N), N = bytes looked at", "Finds the first bit of a string that is set or clear."),
            write("bitop", -4, BitCommands::bitOp, DENYOOM).of("bitmap").key("OW UPDATE", 2)
                    .keys("RO ACCESS", 3, -1, 1)
                    .syntax("operation destkey:key key@1...")
                    .doc("2.6.0", "O(N), N = bytes of all sources", "Combines strings bit by bit into another."),
            write("bitfield", -2, BitFields::bitField, DENYOOM).of("bitmap")
                    .key("RW ACCESS UPDATE VARIABLE_FLAGS", 1)
                    .notes("This command allows both access and modification of the key")
                    .syntax("key [operation=(GET encoding_offset=(encoding offset:integer) | write=([OVERFLOW "
                            + "wrap_sat_fail=(WRAP | SAT | FAIL)] write_operation=(SET "
                            + "encoding_offset_value=(encoding offset:integer value:integer) | INCRBY "
                            + "encoding_offset_increment=(encoding offset:integer increment:integer))))...]")
                    .doc("3.2.0", "O(1) for each operation", "Reads and changes integers of any width in a string."),
            read("bitfield_ro", -2, BitFields::bitFieldRo, FAST).of("bitmap").key("RO ACCESS", 1)
                    .syntax("key [GET encoding_offset=(encoding offset:integer)]...")
                    .doc("6.0.0", "O(1) for each operation", "Reads integers of any width in a string."));

    private static final String BIT_OFFSET = "ERR bit offset is not an integer or out of range";
    private static final String BIT_VALUE = "ERR bit is not an integer or out of range";
    private static final String BIT_WANTED = "ERR The bit argument must be 1 or 0.";
    private static final String NOT_ONE_SOURCE = "ERR BITOP NOT must be called with a single source key.";
    private static final int PIECE_BYTES = 64 << 10;

    private BitCommands() {}

    // SETBIT key offset value
    private static void setBit(Call call) {
        if (!readsOffset(call, 2, 0)) {
            return;
        }
        long bit = call.number();
        if (!call.readsInteger(3, BIT_VALUE)) {
            return;
        }
        int value = (int) call.number();
        if (call.number() >> 1 != 0) {
            call.reply().error(BIT_VALUE);
            return;
        }
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref)) {
            return;
        }
        byte[] old = new byte[1];
        readBytes(call.db(), ref, bit >>> 3, old, 1);
        int shift = 7 - (int) (bit & 7);
        int before = old[0] >> shift & 1;
        old[0] = (byte) (old[0] & ~(1 << shift) | value << shift);
        Args args = call.args();
        call.db().setRange(args.array(), args.offset(1), args.length(1), (int) (bit >>> 3), old, 0, 1);
        call.reply().integer(before);
    }

    // GETBIT key offset
    private static void getBit(Call call) {
        if (!readsOffset(call, 2, 0)) {
            return;
        }
        long bit = call.number();
        int ref = call.find(1);
        if (ref != MISSING && call.refusesType(ref)) {
            return;
        }
        byte[] one = new byte[1];
        readBytes(call.db(), ref, bit >>> 3, one, 1);
        call.reply().integer(one[0] >> 7 - (bit & 7) & 1);
    }

    // BITCOUNT key [start end [BYTE | BIT]]
    private static void bitCount(Call call) {
        Args args = call.args();
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(0);
            return;
        }
        if (call.refusesType(ref)) {
            return;
        }
        long length = Strings.length(call.db(), ref);
        long from = 0;
        long to = length * 8 - 1;
        if (args.count() == 4 || args.count() == 5) {
            if (!call.readsStartAndStop(2)) {
                return;
            }
            long start = call.start();
            long end = call.number();
            if (start < 0 && end < 0 && start > end) {
                call.reply().integer(0);
                return;
            }
            int unit = unit(call, 4);
            if (unit == 0) {
                return;
            }
            long total = length * 8 / unit;
            from = Math.min(fromEnd(start, total), total) * unit;
            to = Math.min(fromEnd(end, total), total - 1) * unit + unit - 1;
        } else if (args.count() != 2) {
            call.reply().error(SYNTAX);
            return;
        }
        if (from > to) {
            call.reply().integer(0);
        } else if (call.db().isInteger(ref)) {
            byte[] text = Strings.bytes(call.db(), ref);
            call.reply().integer(Bits.count(MemorySegment.ofArray(text), 0, from, to));
        } else {
            call.reply().integer(Bits.count(call.db().segment(), call.db().valueOffset(ref), from, to));
        }
    }

    // BITPOS key bit [start [end [BYTE | BIT]]]
    private static void bitPos(Call call) {
        Args args = call.args();
        if (!call.readsInteger(2)) {
            return;
        }
        if (call.number() >> 1 != 0) {
            call.reply().error(BIT_WANTED);
            return;
        }
        boolean wanted = call.number() == 1;
        int ref = call.find(1);
        if (ref == MISSING) {
            call.reply().integer(wanted ? -1 : 0);
            return;
        }
        if (call.refusesType(ref)) {
            return;
        }
        long length = Strings.length(call.db(), ref);
        long from = 0;
        long to = length * 8 - 1;
        if (args.count() > 3) {
            if (args.count() > 6) {
                call.reply().error(SYNTAX);
                return;
            }
            if (!call.readsInteger(3)) {
                return;
            }
            long start = call.number();
            int unit = unit(call, 5);
            if (unit == 0) {
                return;
            }
            long total = length * 8 / unit;
            long end = total - 1;
            if (args.count() > 4) {
                if (!call.readsInteger(4)) {
                    return;
                }
                end = Math.min(fromEnd(call.number(), total), total - 1);
            }
            from = Math.min(fromEnd(start, total), total) * unit;
            to = end * unit + unit - 1;
        }
        if (from > to) {
            call.reply().integer(-1);
            return;
        }
        long found = call.db().isInteger(ref)
                ? Bits.find(MemorySegment.ofArray(Strings.bytes(call.db(), ref)), 0, from, to, wanted)
                : Bits.find(call.db().segment(), call.db().valueOffset(ref), from, to, wanted);
        // Without an end, zeros follow the string without end.
        call.reply().integer(found < 0 && !wanted && args.count() < 5 ? length * 8 : found);
    }

    /** Bits of the unit that argument {@code i} names (bytes if there is none), or 0 after an error. */
    private static int unit(Call call, int i) {
        Args args = call.args();
        if (i >= args.count() || args.is(i, "BYTE")) {
            return 8;
        }
        if (args.is(i, "BIT")) {
            return 1;
        }
        call.reply().error(SYNTAX);
        return 0;
    }

    private static long fromEnd(long index, long total) {
        return Math.max(0, index < 0 ? index + total : index);
    }

    // BITOP <AND | OR | XOR | NOT> destkey key [key ...]
    private static void bitOp(Call call) {
        Args args = call.args();
        Database db = call.db();
        Bits.Operation operation = operation(args);
        if (operation == null) {
            call.reply().error(SYNTAX);
            return;
        }
        if (operation == Bits.Operation.NOT && args.count() != 4) {
            call.reply().error(NOT_ONE_SOURCE);
            return;
        }
        int length = 0;
        boolean intoSource = false;
        for (int i = 3; i < args.count(); i++) {
            int ref = call.find(i);
            if (ref != MISSING) {
                if (call.refusesType(ref)) {
                    return;
                }
                length = Math.max(length, Strings.length(db, ref));
                intoSource |= args.same(2, i);
            }
        }
        if (!intoSource || length == 0) {
            call.remove(2);
        }
        if (length > 0) {
            // A piece of the result depends on that piece of the sources alone, so one of them may be the target.
            byte[] piece = new byte[Math.min(length, PIECE_BYTES)];
            for (int at = 0; at < length; at += PIECE_BYTES) {
                int bytes = Math.min(PIECE_BYTES, length - at);
                combine(call, operation, at, piece, bytes);
                if (at == 0 && bytes < length) {
                    reserve(call, length);
                }
                db.setRange(args.array(), args.offset(2), args.length(2), at, piece, 0, bytes);
            }
            db.setDeadline(args.array(), args.offset(2), args.length(2), 0);
        }
        call.reply().integer(length);
    }

    private static Bits.@Nullable Operation operation(Args args) {
        for (Bits.Operation operation : Bits.Operation.values()) {
            if (args.is(1, operation.name())) {
                return operation;
            }
        }
        return null;
    }

    /** Has the target's string {@code length} bytes at least, so that it does not grow piece by piece. */
    private static void reserve(Call call, int length) {
        Args args = call.args();
        Database db = call.db();
        int ref = call.peek(2);
        if (ref == MISSING || Strings.length(db, ref) < length) {
            db.setRange(args.array(), args.offset(2), args.length(2), length - 1, new byte[1], 0, 1);
        }
    }

    private static void combine(Call call, Bits.Operation operation, int at, byte[] piece, int bytes) {
        Args args = call.args();
        Database db = call.db();
        for (int i = 3; i < args.count(); i++) {
            int ref = call.peek(i);
            if (i == 3 && operation != Bits.Operation.NOT) {
                readBytes(db, ref, at, piece, bytes);
                continue;
            }
            int there = ref == MISSING ? 0 : Math.clamp(Strings.length(db, ref) - (long) at, 0, bytes);
            if (there > 0 && db.isInteger(ref)) {
                byte[] text = Strings.bytes(db, ref);
                Bits.combine(operation, piece, MemorySegment.ofArray(text), at, there);
            } else if (there > 0) {
                Bits.combine(operation, piece, db.segment(), db.valueOffset(ref) + at, there);
            }
            if (operation == Bits.Operation.AND) {
                Arrays.fill(piece, there, bytes, (byte) 0);
            }
        }
    }

    // -- what bit commands share ----------------------------------------------------------------------------------

    /** Reads the place of a bit; {@code width} bits a step where it is written as {@code #step}, if that is not 0. */
    static boolean readsOffset(Call call, int i, int width) {
        Args args = call.args();
        int skipped = width > 0 && args.length(i) > 0 && args.array()[args.offset(i)] == '#' ? 1 : 0;
        int offset = args.offset(i) + skipped;
        int length = args.length(i) - skipped;
        if (Decimal.isCanonical(args.array(), offset, length)) {
            long bit = Decimal.parse(args.array(), offset, length);
            bit = skipped == 0 ? bit : Math.max(-1, bit) > Long.MAX_VALUE / 64 ? -1 : bit * width;
            if (bit >= 0 && bit >>> 3 < Strings.LENGTH_MAX_BYTES) {
                call.number(bit);
                return true;
            }
        }
        call.reply().error(BIT_OFFSET);
        return false;
    }

    /** Copies bytes of a string (0 or MISSING: of an empty one) into an array; beyond its end are zeros. */
    static void readBytes(Database db, int ref, long from, byte[] into, int bytes) {
        int there = ref == MISSING ? 0 : Math.clamp(Strings.length(db, ref) - from, 0, bytes);
        if (there > 0 && db.isInteger(ref)) {
            System.arraycopy(Strings.bytes(db, ref), (int) from, into, 0, there);
        } else if (there > 0) {
            MemorySegment.copy(
                    db.segment(), ValueLayout.JAVA_BYTE, db.valueOffset(ref) + from, into, 0, there);
        }
        Arrays.fill(into, there, bytes, (byte) 0);
    }
}
