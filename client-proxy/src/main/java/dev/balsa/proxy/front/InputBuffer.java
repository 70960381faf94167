package dev.balsa.proxy.front;

import io.netty.buffer.ByteBuf;

/**
 * What a connection has received and not yet executed: the beginning of a request, or requests that have to wait. Grows geometrically with what
 * has arrived. Owned by the connection's loop.
 */
final class InputBuffer {
    private static final byte[] NOTHING = {};
    private static final int FIRST_BYTES = 512;
    /** A larger array is given back as soon as it is empty. */
    private static final int KEPT_BYTES = 16 << 10;

    private byte[] array = NOTHING;
    private int from;
    private int to;

    boolean isEmpty() {
        return from == to;
    }

    int size() {
        return to - from;
    }

    int capacity() {
        return array.length;
    }

    byte[] array() {
        return array;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    void append(byte[] bytes, int offset, int length) {
        room(length);
        System.arraycopy(bytes, offset, array, to, length);
        to += length;
    }

    void append(ByteBuf bytes) {
        int length = bytes.readableBytes();
        room(length);
        bytes.readBytes(array, to, length);
        to += length;
    }

    /** The first {@code length} bytes are done with. */
    void consumed(int length) {
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
    void trim() {
        if (isEmpty()) {
            clear();
        }
    }

    void clear() {
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
