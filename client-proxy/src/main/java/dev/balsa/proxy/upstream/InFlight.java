package dev.balsa.proxy.upstream;

import dev.balsa.proxy.route.Request;
import org.jspecify.annotations.Nullable;

/** A request on a link that has no reply yet. Reused; owned by the link's loop. */
final class InFlight {
    @Nullable Request request;
    int group;
    int bytes;
    /** Words that stand before the request itself. */
    int envelopeWords;
    /** Position of the request's end in all that was ever queued on the link. */
    long end;
    /** Whether a part of the reply was given to the request. */
    boolean begun;

    Request request() {
        Request r = request;
        if (r == null) {
            throw new IllegalStateException("a request that is not in flight");
        }
        return r;
    }
}
