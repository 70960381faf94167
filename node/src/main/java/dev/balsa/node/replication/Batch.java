package dev.balsa.node.replication;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespDecoder;
import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Commands of many connections that go through the log as one entry, in the order in which they came:
 *
 * <pre>
 *   requests   [SET a] [GET a] [INCR b] [SET c]
 *   entry      [SET a]         [INCR b] [SET c]     what every replica applies
 *   reads              [GET a]                      ride along on the leader: they see the writes before them, and the
 *                                                   commit of the entry proves that the leader still led when they came
 * </pre>
 *
 * An entry without commands is a tick: it moves the log's time. Reused; owned by the group's loop.
 */
final class Batch {
    private static final RespLimits ANY_SIZE = RespLimits.DEFAULT.withBulkMaxBytes(Integer.MAX_VALUE - 64);

    private final EntryWriter entry = new EntryWriter();
    private final RespWriter reads = new RespWriter(256);
    private final RespDecoder decoder = new RespDecoder(ANY_SIZE);
    private Request[] requests = new Request[64];
    /** Where a read's text ends in {@link #reads}; -1 for a command of the entry. */
    private int[] readEnds = new int[64];

    private int size;
    private int writeBytes;
    private boolean tick;

    Batch() {
        entry.reset();
    }

    void addWrite(Request request, Args args) {
        room();
        entry.append(args, request.database());
        if (request.spec().has(CommandFlag.BLOCKING)) {
            entry.waits();
        }
        writeBytes += args.end() - args.start();
        readEnds[size] = -1;
        requests[size++] = request;
    }

    /** Bytes of the commands that the log will get. */
    int writeBytes() {
        return writeBytes;
    }

    void addRead(Request request, Args args) {
        room();
        reads.raw(args.array(), args.start(), args.end() - args.start());
        readEnds[size] = reads.length();
        requests[size++] = request;
    }

    /** Makes an entry of it even if it has no write, so that log time moves. */
    void tick() {
        tick = true;
    }

    boolean isEmpty() {
        return size == 0 && !tick;
    }

    /** Whether nothing in it needs the log. */
    boolean hasNoEntry() {
        return entry.count() == 0 && !tick;
    }

    int size() {
        return size;
    }

    int bytes() {
        return entry.bytes() + reads.length();
    }

    /** Whether request {@code i} is a read, which is not in the entry. */
    boolean isRead(int i) {
        return readEnds[i] >= 0;
    }

    Request request(int i) {
        return requests[i];
    }

    /** Decodes the read {@code i}, which begins at {@code from}; returns where it ends. */
    int readFrom(int from, int i, Args args) {
        if (decoder.decode(reads.array(), from, readEnds[i], args) != readEnds[i] - from) {
            throw new IllegalStateException("read " + i + " does not decode");
        }
        return readEnds[i];
    }

    /** The entry, to be given to the log; it belongs to the log from then on. */
    ByteBuffer finish(long leaderMillis, long seed) {
        return entry.finish(leaderMillis, seed);
    }

    void reset() {
        Arrays.fill(requests, 0, size, null);
        size = 0;
        writeBytes = 0;
        tick = false;
        entry.reset();
        reads.reset();
    }

    private void room() {
        if (size == requests.length) {
            requests = Arrays.copyOf(requests, size * 2);
            readEnds = Arrays.copyOf(readEnds, size * 2);
        }
    }
}
