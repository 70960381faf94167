package dev.balsa.proxy.route;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;

/** Requests made of other requests. Stateless. */
public final class Frames {
    private Frames() {}

    /** A copy that nobody else reuses. */
    public static Args copy(Args args) {
        byte[][] arguments = new byte[args.count()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = args.copy(i);
        }
        return Args.of(arguments);
    }

    /** The request without its first {@code skipped} arguments, as a copy. */
    public static Args tail(Args args, int skipped) {
        byte[][] arguments = new byte[args.count() - skipped][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = args.copy(i + skipped);
        }
        return Args.of(arguments);
    }

    /** Appends the request as a RESP array. */
    public static void append(Args args, RespWriter to) {
        if (args.isRespArray()) {
            to.raw(args.array(), args.start(), args.end() - args.start());
            return;
        }
        to.array(args.count());
        appendArguments(args, to);
    }

    /** Appends the arguments without the array's header. */
    public static void appendArguments(Args args, RespWriter to) {
        for (int i = 0; i < args.count(); i++) {
            to.bulk(args, i);
        }
    }
}
