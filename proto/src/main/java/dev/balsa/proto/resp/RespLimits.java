package dev.balsa.proto.resp;

/**
 * What a request may ask for. Immutable.
 *
 * @param bulkMaxBytes longest argument of a RESP array ({@code proto-max-bulk-len})
 * @param argumentsMax most arguments of a RESP array; Redis 7 has no lower bound than that of an int
 * @param inlineMaxBytes longest inline request, and longest line that announces a count or a length
 * @param requestMaxBytes longest request altogether ({@code client-query-buffer-limit})
 * @param unauthenticatedArgumentsMax as {@code argumentsMax}, as long as the client has to authenticate
 * @param unauthenticatedBulkMaxBytes as {@code bulkMaxBytes}, as long as the client has to authenticate
 */
public record RespLimits(
        int bulkMaxBytes,
        int argumentsMax,
        int inlineMaxBytes,
        int requestMaxBytes,
        int unauthenticatedArgumentsMax,
        int unauthenticatedBulkMaxBytes) {

    /** Redis' own defaults. */
    public static final RespLimits DEFAULT =
            new RespLimits(512 << 20, Integer.MAX_VALUE, 64 << 10, 1 << 30, 10, 16 << 10);

    public RespLimits {
        if (bulkMaxBytes < 1
                || argumentsMax < 1
                || inlineMaxBytes < 16
                || requestMaxBytes < 16
                || unauthenticatedArgumentsMax < 1
                || unauthenticatedBulkMaxBytes < 1) {
            throw new IllegalArgumentException("limits below their minimum: bulkMaxBytes " + bulkMaxBytes
                    + ", argumentsMax " + argumentsMax + ", inlineMaxBytes " + inlineMaxBytes + ", requestMaxBytes "
                    + requestMaxBytes + ", unauthenticated " + unauthenticatedArgumentsMax + " arguments of "
                    + unauthenticatedBulkMaxBytes + " bytes");
        }
    }

    /** The same limits with another {@code bulkMaxBytes}; the whole request may be at least twice as long. */
    public RespLimits withBulkMaxBytes(int bytes) {
        long request = Math.min(Math.max(requestMaxBytes, bytes * 2L), Integer.MAX_VALUE - 64);
        return new RespLimits(
                bytes,
                argumentsMax,
                inlineMaxBytes,
                (int) request,
                unauthenticatedArgumentsMax,
                unauthenticatedBulkMaxBytes);
    }
}
