package dev.balsa.node.command;

import java.math.BigInteger;

/** The timeout of a blocking command: seconds, with a fraction if need be; 0 = without end. */
final class BlockTimeout {
    /** What {@link #read} answers after it replied an error. */
    static final long INVALID = -1;

    private static final int MILLIS = 1000;
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private BlockTimeout() {}

    /** Reads argument {@code i}: milliseconds rounded up, or INVALID after replying the error of Redis. */
    static long read(Call call, int i) {
        LongDouble seconds = LongDouble.parse(call.args().array(), call.args().offset(i), call.args().length(i));
        if (seconds == null) {
            call.reply().error(CommandError.TIMEOUT_NOT_A_FLOAT);
            return INVALID;
        }
        BigInteger millis = seconds.timesRoundedUp(MILLIS);
        if (millis.signum() < 0) {
            call.reply().error(CommandError.TIMEOUT_NEGATIVE);
            return INVALID;
        }
        if (seconds.isInfinite() || millis.compareTo(MAX.subtract(BigInteger.valueOf(call.nowMillis()))) > 0) {
            call.reply().error(CommandError.TIMEOUT_TOO_LARGE);
            return INVALID;
        }
        return millis.longValue();
    }
}
