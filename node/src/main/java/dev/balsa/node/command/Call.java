package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.KeyChanges;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.Lists;
import dev.balsa.node.engine.SortedSets;
import dev.balsa.node.engine.ValueType;
import dev.balsa.node.engine.Waiters;
import dev.balsa.node.engine.value.Decimal;
import dev.balsa.node.engine.value.Listpack;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a command: what it is given and where its reply goes. A command does not know whether it came from
 * the log or is a read. Reused; owned by the group's engine thread.
 */
public final class Call {
    /** About so much of a long reply is made in one turn of the loop: well under a millisecond. */
    static final int SLICE_BYTES = 16 << 10;

    /** So few elements are replied at once, however long they are: most ranges of large values are short. */
    static final int DIRECT_MAX = 64;

    private final Keyspace keyspace;
    private final Args args;
    private final RespWriter reply;
    private final Scripting scripting;
    private final Lists lists;
    private @Nullable SortedSets sortedSets;
    private int databaseIndex;
    private long seed;
    private long number;
    private long start;
    private boolean mayWait;
    private Waiters.@Nullable Wish wish;
    private boolean sliced;
    private @Nullable SlicedReply rest;
    private final byte[] scratch = new byte[64];

    /** With scripts that reach nothing but the keyspace. */
    public Call(Keyspace keyspace, Args args, RespWriter reply) {
        this(keyspace, args, reply, new Scripting(Scripting.Surroundings.NONE));
    }

    public Call(Keyspace keyspace, Args args, RespWriter reply, Scripting scripting) {
        this.keyspace = keyspace;
        this.scripting = scripting;
        this.args = args;
        this.reply = reply;
        lists = new Lists(keyspace);
    }

    /** Prepares the next execution; the arguments are decoded into {@link #args()} beforehand. */
    public Call next(int databaseIndex, long seed) {
        this.databaseIndex = databaseIndex;
        this.seed = seed;
        mayWait = false;
        wish = null;
        sliced = false;
        return this;
    }

    /** The command does more with the key in an argument than its name says: another event of streams. */
    void also(String event, int argument) {
        KeyChanges noted = keyspace.changes();
        if (noted != null) {
            noted.also(event, databaseIndex, args.copy(argument));
        }
    }

    /** In the execution that {@link #next} has prepared, a blocking command may wait. */
    public Call mayWait() {
        mayWait = true;
        return this;
    }

    /** What the command is to wait for: then it has written no reply. Null if it has written one. */
    public Waiters.@Nullable Wish wish() {
        return wish;
    }

    /**
     * Has the command wait for the keys in arguments {@code [from, to)}. False if it may not: then it replies what it
     * would after its time is over.
     *
     * @param groupAt the argument that names the consumer group, 0 if there is none
     * @param timeoutMillis 0 = without end
     * @param again the command as it is to run again
     */
    boolean waits(Waiters.Kind kind, int from, int to, int groupAt, long timeoutMillis, Args again) {
        if (!mayWait) {
            return false;
        }
        List<byte[]> keys = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            keys.add(args.copy(i));
        }
        RespWriter text = new RespWriter(64);
        text.array(again.count());
        for (int i = 0; i < again.count(); i++) {
            text.bulk(again, i);
        }
        long deadline = timeoutMillis == 0 ? 0 : Math.max(1, nowMillis() + timeoutMillis);
        byte[] group = groupAt == 0 ? new byte[0] : args.copy(groupAt);
        wish = new Waiters.Wish(kind, group, keys, deadline, text.copy());
        return true;
    }

    /** As the other, without a group and as it was sent. */
    boolean waits(Waiters.Kind kind, int from, int to, long timeoutMillis) {
        return waits(kind, from, to, 0, timeoutMillis, args);
    }

    public Args args() {
        return args;
    }

    /** In the execution that {@link #next} has prepared, a long reply may be left to be finished later: {@link #takeRest}. */
    public Call sliced(boolean may) {
        sliced = may;
        return this;
    }

    /** What is left of the reply, or null if it is complete. Taken once; the taker closes it. */
    public @Nullable SlicedReply takeRest() {
        SlicedReply left = rest;
        rest = null;
        return left;
    }

    /** Takes an element out of a collection; false if it was not there. */
    interface Removal {
        boolean remove(byte[] array, int offset, int length);
    }

    /** Removes the elements that follow the key from its collection, as long as that exists, and replies how many there were. */
    void replyRemoved(BooleanSupplier exists, Removal removal) {
        int removed = 0;
        for (int i = 2; i < args.count() && exists.getAsBoolean(); i++) {
            removed += removal.remove(args.array(), args.offset(i), args.length(i)) ? 1 : 0;
        }
        reply.integer(removed);
    }

    /** Replies the elements of the large value behind {@code ref}, now or, where that is wanted, in slices. */
    void reply(int ref, SlicedReply.Slices elements) {
        if (!sliced) {
            boolean more = true;
            while (more) {
                more = elements.next(reply, SLICE_BYTES);
            }
        } else if (elements.next(reply, SLICE_BYTES)) {
            rest = new SlicedReply(elements, db().hold(ref));
        }
    }

    public RespWriter reply() {
        return reply;
    }

    /** An execution of other words in its place. */
    Call with(Args words) {
        return new Call(keyspace, words, reply, scripting).next(databaseIndex, seed);
    }

    /** What scripts share. */
    Scripting scripting() {
        return scripting;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** The selected database. */
    public Database db() {
        return keyspace.database(databaseIndex);
    }

    /** Sorted sets of this keyspace, one at a time. */
    SortedSets sortedSets() {
        if (sortedSets == null) {
            sortedSets = new SortedSets(keyspace);
        }
        return sortedSets;
    }

    public int databaseIndex() {
        return databaseIndex;
    }

    /** The time of this execution: log time in a write, at least log time in a read. */
    public long nowMillis() {
        return keyspace.nowMillis();
    }

    /** The source of all chance in this execution; the same on every replica. */
    public long seed() {
        return seed;
    }

    /** Room for a short text on its way into the reply. */
    byte[] scratch() {
        return scratch;
    }

    // -- what most commands do with an argument -------------------------------------------------------------------

    /** Reference of the key that argument {@code i} names, or {@link Keyspace#MISSING}; notes an access. */
    int find(int i) {
        Database db = db();
        int ref = db.find(args.array(), args.offset(i), args.length(i));
        if (ref != Keyspace.MISSING) {
            db.touch(ref);
        }
        return ref;
    }

    /** As {@link #find}, without noting an access. */
    int peek(int i) {
        return db().find(args.array(), args.offset(i), args.length(i));
    }

    /** Opens the list under the key that argument {@code i} names; {@code ref} is its reference or MISSING. */
    Lists list(int i, int ref) {
        return lists.open(db(), args.array(), args.offset(i), args.length(i), ref);
    }

    /** Replies an element of a packed value. */
    void reply(Listpack pack, long p) {
        if (pack.isInteger(p)) {
            reply.bulk(pack.integer(p));
        } else {
            reply.bulk(pack.memory(), pack.offset(p), pack.length(p));
        }
    }

    /** Removes the key that argument {@code i} names; false if there is none. */
    boolean remove(int i) {
        return db().remove(args.array(), args.offset(i), args.length(i));
    }

    /** Replies the error of Redis and answers true, if the value behind {@code ref} is no string. */
    boolean refusesType(int ref) {
        return refusesType(ref, ValueType.STRING);
    }

    /** Replies the error of Redis and answers true, if the value behind {@code ref} is of another type. */
    boolean refusesType(int ref, ValueType type) {
        if (db().type(ref) == type) {
            return false;
        }
        reply.error(CommandError.WRONG_TYPE);
        return true;
    }

    /**
     * Reads argument {@code i} as an integer into {@link #number()}, or replies the error of Redis and answers false.
     */
    boolean readsInteger(int i) {
        return readsInteger(i, CommandError.NOT_AN_INTEGER);
    }

    boolean readsInteger(int i, String error) {
        if (!Decimal.isCanonical(args.array(), args.offset(i), args.length(i))) {
            reply.error(error);
            return false;
        }
        number = Decimal.parse(args.array(), args.offset(i), args.length(i));
        return true;
    }

    /** As {@link #readsInteger}, for 32-bit integers. */
    boolean readsInt(int i) {
        if (!readsInteger(i)) {
            return false;
        }
        if (number != (int) number) {
            reply.error(CommandError.NOT_AN_INT);
            return false;
        }
        return true;
    }

    /**
     * As {@link #readsInteger}, for integers between two bounds.
     *
     * @param error what to reply whatever is wrong, or null for the errors of Redis
     */
    boolean readsRange(int i, long least, long most, @Nullable String error) {
        if (!readsInteger(i, error == null ? CommandError.NOT_AN_INTEGER : error)) {
            return false;
        }
        if (number < least || number > most) {
            reply.error(error == null ? CommandError.outOfRange(least, most) : error);
            return false;
        }
        return true;
    }

    /** Reads arguments {@code i} and {@code i + 1} as integers: {@link #start()} and {@link #number()}. */
    boolean readsStartAndStop(int i) {
        if (!readsInteger(i)) {
            return false;
        }
        start = number;
        return readsInteger(i + 1);
    }

    /** The first of what {@link #readsStartAndStop} read. */
    long start() {
        return start;
    }

    /** What was read last. */
    long number() {
        return number;
    }

    /** Leaves what was read in a way of its own for {@link #number()}. */
    void number(long value) {
        number = value;
    }

    /** Argument {@code i} as C sees it in a format: up to its first zero byte. */
    String cText(int i) {
        String text = args.text(i);
        int zero = text.indexOf('\0');
        return zero < 0 ? text : text.substring(0, zero);
    }
}
