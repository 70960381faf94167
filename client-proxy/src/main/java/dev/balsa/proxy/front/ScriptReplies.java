package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Hears of a transaction's reply whether its group had the scripts that it was taken to have. Used once. */
final class ScriptReplies implements ReplySink {
    private static final byte[] MISSING = "\r\n-NOSCRIPT".getBytes(StandardCharsets.US_ASCII);

    private final ReplySink to;
    private final List<Long> scripts;
    private final KnownScripts known;

    ScriptReplies(ReplySink to, List<Long> scripts, KnownScripts known) {
        this.to = to;
        this.scripts = List.copyOf(scripts);
        this.known = known;
    }

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        if (isMissing(bytes, offset, offset + length)) {
            scripts.forEach(known::forget);
        }
        to.replied(pending, bytes, offset, length);
    }

    @Override
    public void refused(Pending pending, Refusal refusal, Args args) {
        to.refused(pending, refusal, args);
    }

    @Override
    public void unknown(Pending pending, String reason) {
        to.unknown(pending, reason);
    }

    private static boolean isMissing(byte[] bytes, int from, int to) {
        for (int i = from; i + MISSING.length <= to; i++) {
            if (Arrays.equals(bytes, i, i + MISSING.length, MISSING, 0, MISSING.length)) {
                return true;
            }
        }
        return false;
    }
}
