package dev.balsa.raft.segment;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that can halt at every step, run full, fail an fdatasync, and forget what was not synced as a
 * power failure would: unsynced writes survive sector by sector or not, in any order; directory changes survive up to
 * some point. Owned by one thread.
 */
final class MemoryDisk implements LogFiles {
    private static final int SECTOR_BYTES = 512;

    /** The process is gone; nothing works after it. */
    static final class Halted extends Error {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Write(int offset, byte[] bytes) {}

    private static final class Inode {
        byte[] seen = new byte[0];
        byte[] durable = new byte[0];
        final List<Write> unsynced = new ArrayList<>();

        /** Bytes that take space; a file system that writes in place asks for none when they are written again. */
        final BitSet allocated = new BitSet();

        Inode copyAsSeen() {
            Inode copy = new Inode();
            copy.seen = seen.clone();
            copy.durable = durable.clone();
            copy.unsynced.addAll(unsynced);
            copy.allocated.or(allocated);
            return copy;
        }
    }

    /** A change of the directory; {@code to} null deletes. */
    private record Entry(String name, @Nullable Inode to) {}

    private final Map<String, Inode> seen = new HashMap<>();
    private final Map<String, Inode> durable = new HashMap<>();
    private final List<List<Entry>> unsynced = new ArrayList<>();
    private final Random random;
    private long steps;
    private long haltAt = Long.MAX_VALUE;
    private long bytesLeft = Long.MAX_VALUE;
    private boolean failForce;

    MemoryDisk(Random random) {
        this.random = random;
    }

    /** Changes made so far: writes, syncs, directory changes. */
    long steps() {
        return steps;
    }

    /** The step with that number is done in part or not at all, and is the last. */
    void haltAt(long step) {
        haltAt = step;
    }

    /** After so many more bytes a write fails for want of space. */
    void room(long bytes) {
        bytesLeft = bytes;
    }

    /** The next fdatasync fails, and the system takes the pages for clean, as Linux does. */
    void failNextForce() {
        failForce = true;
    }

    /** What the next process finds after this one was killed: the page cache has survived. */
    MemoryDisk afterKill() {
        MemoryDisk next = new MemoryDisk(random);
        Map<Inode, Inode> copies = new HashMap<>();
        seen.forEach((name, inode) -> next.seen.put(name, copies.computeIfAbsent(inode, Inode::copyAsSeen)));
        durable.forEach((name, inode) -> next.durable.put(name, copies.computeIfAbsent(inode, Inode::copyAsSeen)));
        for (List<Entry> change : unsynced) {
            next.unsynced.add(change.stream()
                    .map(e -> new Entry(
                            e.name, e.to == null ? null : copies.computeIfAbsent(e.to, Inode::copyAsSeen)))
                    .toList());
        }
        return next;
    }

    /** What is there after the power has failed. */
    MemoryDisk afterPowerFailure() {
        Map<String, Inode> names = new HashMap<>(durable);
        int survive = random.nextInt(unsynced.size() + 1);
        for (List<Entry> change : unsynced.subList(0, survive)) {
            apply(names, change);
        }
        MemoryDisk next = new MemoryDisk(random);
        names.forEach((name, inode) -> {
            Inode copy = new Inode();
            copy.durable = survivors(inode);
            copy.seen = copy.durable.clone();
            next.seen.put(name, copy);
            next.durable.put(name, copy);
        });
        return next;
    }

    private byte[] survivors(Inode inode) {
        byte[] bytes = inode.durable.clone();
        int style = random.nextInt(4);
        for (Write write : inode.unsynced) {
            for (int from = 0; from < write.bytes.length; ) {
                int sectorEnd = (write.offset + from) / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES;
                int to = Math.min(write.bytes.length, sectorEnd - write.offset);
                boolean survives =
                        switch (style) {
                            case 0 -> false;
                            case 1 -> true;
                            default -> random.nextBoolean();
                        };
                if (survives) {
                    bytes = put(bytes, write.offset + from, Arrays.copyOfRange(write.bytes, from, to));
                }
                from = to;
            }
        }
        return bytes;
    }

    private static void apply(Map<String, Inode> names, List<Entry> change) {
        for (Entry entry : change) {
            if (entry.to == null) {
                names.remove(entry.name);
            } else {
                names.put(entry.name, entry.to);
            }
        }
    }

    private static byte[] put(byte[] into, int offset, byte[] bytes) {
        byte[] result = into.length >= offset + bytes.length ? into : Arrays.copyOf(into, offset + bytes.length);
        System.arraycopy(bytes, 0, result, offset, bytes.length);
        return result;
    }

    byte[] bytes(String name) {
        return inode(name).seen.clone();
    }

    /** Changes a file behind the log's back. */
    void replace(String name, byte[] bytes) {
        Inode inode = new Inode();
        inode.seen = bytes.clone();
        inode.durable = bytes.clone();
        seen.put(name, inode);
        durable.put(name, inode);
    }

    void forget(String name) {
        seen.remove(name);
        durable.remove(name);
    }

    private Inode inode(String name) {
        Inode inode = seen.get(name);
        if (inode == null) {
            throw new IllegalStateException(name);
        }
        return inode;
    }

    /** True if this step is the last and may be done in part. */
    private boolean step() {
        steps++;
        if (steps > haltAt) {
            throw new Halted();
        }
        return steps == haltAt;
    }

    private void change(Entry... entries) {
        if (step()) {
            throw new Halted();
        }
        unsynced.add(List.of(entries));
        apply(seen, List.of(entries));
    }

    @Override
    public List<String> list() {
        return List.copyOf(seen.keySet());
    }

    @Override
    public boolean exists(String name) {
        return seen.containsKey(name);
    }

    @Override
    public LogFile open(String name) {
        if (!seen.containsKey(name)) {
            change(new Entry(name, new Inode()));
        }
        return new MemoryFile(inode(name));
    }

    @Override
    public LogFile openForReading(String name) throws IOException {
        if (!seen.containsKey(name)) {
            throw new FileNotFoundException(name);
        }
        return new MemoryFile(inode(name));
    }

    @Override
    public void rename(String from, String to) {
        change(new Entry(from, null), new Entry(to, inode(from)));
    }

    @Override
    public void delete(String name) {
        if (seen.containsKey(name)) {
            change(new Entry(name, null));
        }
    }

    @Override
    public void discard(String name) {
        delete(name);
    }

    @Override
    public void syncDirectory() {
        if (step()) {
            throw new Halted();
        }
        unsynced.forEach(change -> apply(durable, change));
        unsynced.clear();
    }

    @Override
    public String path(String name) {
        return "memory/" + name;
    }

    @Override
    public void close() {}

    private final class MemoryFile implements LogFile {
        private final Inode inode;
        private boolean closed;

        MemoryFile(Inode inode) {
            this.inode = inode;
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
        }

        @Override
        public void read(ByteBuffer into, long position) throws IOException {
            requireOpen();
            int count = (int) Math.max(0, Math.min(into.remaining(), inode.seen.length - position));
            into.put(inode.seen, (int) Math.min(position, inode.seen.length), count);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            requireOpen();
            boolean last = step();
            int all = from.remaining();
            int possible = bytesLeft == Long.MAX_VALUE ? all : allocate((int) position, all);
            int done = last ? random.nextInt(possible + 1) : possible;
            inode.allocated.set((int) position, (int) position + done);
            byte[] bytes = new byte[done];
            from.get(bytes);
            inode.seen = put(inode.seen, (int) position, bytes);
            inode.unsynced.add(new Write((int) position, bytes));
            if (last) {
                throw new Halted();
            }
            if (done < all) {
                throw new IOException("No space left on device");
            }
        }

        /** How many of the bytes there is space for. */
        private int allocate(int position, int count) {
            for (int i = 0; i < count; i++) {
                if (!inode.allocated.get(position + i) && bytesLeft-- <= 0) {
                    bytesLeft = 0;
                    return i;
                }
            }
            return count;
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            if (step()) {
                throw new Halted();
            }
            if (failForce) {
                failForce = false;
                inode.unsynced.clear();
                throw new IOException("Input/output error");
            }
            for (Write write : inode.unsynced) {
                inode.durable = put(inode.durable, write.offset, write.bytes);
            }
            inode.unsynced.clear();
        }

        @Override
        public long size() throws IOException {
            requireOpen();
            return inode.seen.length;
        }

        @Override
        public void extend(long bytes) throws IOException {
            if (size() < bytes) {
                write(ByteBuffer.allocate(1), bytes - 1);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
