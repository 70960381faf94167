package dev.balsa.node.command;

import dev.balsa.node.engine.Database;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;

/**
 * One execution of a command: what it is given and where its reply goes. A command does not know whether it came from the log or is a read.
 * Reused; owned by the group's engine thread.
 */
public final class Call {
    private final Keyspace keyspace;
    private final Args args;
    private final RespWriter reply;
    private int databaseIndex;
    private long seed;

    public Call(Keyspace keyspace, Args args, RespWriter reply) {
        this.keyspace = keyspace;
        this.args = args;
        this.reply = reply;
    }

    /** Prepares the next execution; the arguments are decoded into {@link #args()} beforehand. */
    public Call next(int databaseIndex, long seed) {
        this.databaseIndex = databaseIndex;
        this.seed = seed;
        return this;
    }

    public Args args() {
        return args;
    }

    public RespWriter reply() {
        return reply;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** The selected database. */
    public Database db() {
        return keyspace.database(databaseIndex);
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
}
