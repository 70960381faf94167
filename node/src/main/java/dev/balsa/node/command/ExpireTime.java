package dev.balsa.node.command;

/** A moment a key dies, as SET, GETEX and SETEX are given it. Pure functions. */
final class ExpireTime {
    /** What {@link #read} answers after it has replied an error. Deadlines are positive. */
    static final long INVALID = -1;

    /** How a time is given. */
    enum Unit {
        SECONDS(true, true),
        MILLIS(false, true),
        SECONDS_AT(true, false),
        MILLIS_AT(false, false);

        private final boolean inSeconds;
        private final boolean fromNow;

        Unit(boolean inSeconds, boolean fromNow) {
            this.inSeconds = inSeconds;
            this.fromNow = fromNow;
        }

        boolean isInSeconds() {
            return inSeconds;
        }

        /** Whether it is a moment, not a distance from now. */
        boolean isMoment() {
            return !fromNow;
        }
    }

    private ExpireTime() {}

    /**
     * Reads argument {@code i} as milliseconds since 1970, or replies the error of Redis and answers {@link
     * #INVALID}.
     */
    static long read(Call call, int i, Unit unit, String commandName) {
        if (!call.readsInteger(i)) {
            return INVALID;
        }
        long time = call.number();
        if (time <= 0 || (unit.inSeconds && time > Long.MAX_VALUE / 1000)) {
            call.reply().error(CommandError.expireTime(commandName));
            return INVALID;
        }
        long millis = unit.inSeconds ? time * 1000 : time;
        if (unit.fromNow) {
            if (millis > Long.MAX_VALUE - call.nowMillis()) {
                call.reply().error(CommandError.expireTime(commandName));
                return INVALID;
            }
            millis += call.nowMillis();
        }
        return millis;
    }
}
