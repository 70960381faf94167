package dev.balsa.proxy.buffer;

import io.netty.buffer.ByteBuf;

/**
 * Bytes that were received and are not done with: added at the end, taken from the front. Grows geometrically with
 * what is really there.
 * Owned by one thread.
 */
public final class ByteQueue {
    private static final byte[] NOTHING = {};
    private static final int FIRST_BYTES = 512;
    /** A larger array is given back as soon as it is empty. */
    private static final int KEPT_BYTES = 16 << 10;

    private byte[] array = NOTHING;
    private int from;
    private int to;

    public boolean isEmpty() {
        return from == to;
    }

    public int size() {
        return to - from;
    }

    public int capacity() {
        return array.length;
    }

    public byte[] array() {
        return array;
    }

    public int from() {
        return from;
    }

    public int to() {
        return to;
    }

    public void append(byte[] bytes, int offset, int length) {
        room(length);
        System.arraycopy(bytes, offset, array, to, length);
        to += length;
    }

    public void append(ByteBuf bytes) {
        int length = bytes.readableBytes();
        room(length);
        bytes.readBytes(array, to, length);
        to += length;
    }

    /** The first {@code length} bytes are done with. */
    public void consumed(int length) {
        from += length;
        if (from == to) {
            from = 0;
            to = 0;
            if (array.length > KEPT_BYTES) {
                array = NOTHING;
            }
        }
    }

    /** Gives the room back, if nothing is in it. */
    public void trim() {
        if (isEmpty()) {
            clear();
        }
    }

    public void clear() {
        array = NOTHING;
        from = 0;
        to = 0;
    }

    private void room(int more) {
        if (array.length - to >= more) {
            return;
        }
        int size = size();
        long needed = (long) size + more;
        if (needed <= array.length && from >= array.length / 2) {
            System.arraycopy(array, from, array, 0, size);
        } else {
            long larger = Math.max(Math.max(FIRST_BYTES, needed), array.length * 2L);
            if (needed > Integer.MAX_VALUE - 16) {
                throw new IllegalStateException("a request buffer of " + needed + " bytes");
            }
            byte[] grown = new byte[(int) Math.min(larger, Integer.MAX_VALUE - 16)];
            System.arraycopy(array, from, grown, 0, size);
            array = grown;
        }
        from = 0;
        to = size;
    }
}
