package dev.balsa.proxy.route;

import java.nio.charset.StandardCharsets;

/** The structure of a reply's bytes, as far as replies of several groups are put together. Stateless. */
final class ReplyBytes {
    private ReplyBytes() {}

    /** Sum of replies that are integers, or the lengths of arrays. */
    static long sum(byte[][] replies) {
        long sum = 0;
        for (byte[] reply : replies) {
            sum += number(reply, 0);
        }
        return sum;
    }

    /** The number in the line at {@code from}, after its type. */
    static long number(byte[] reply, int from) {
        return Long.parseLong(new String(reply, from + 1, lineEnd(reply, from) - 3 - from, StandardCharsets.US_ASCII));
    }

    /** The position behind the line at {@code from}. */
    static int lineEnd(byte[] reply, int from) {
        int i = from;
        while (reply[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    /** The position behind the bulk string, null or one-line element at {@code from}. */
    static int elementEnd(byte[] reply, int from) {
        int end = lineEnd(reply, from);
        if (reply[from] != '$') {
            return end;
        }
        long length = number(reply, from);
        return length < 0 ? end : Math.toIntExact(end + length + 2);
    }
}
