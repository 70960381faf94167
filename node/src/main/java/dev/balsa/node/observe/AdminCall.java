package dev.balsa.node.observe;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proxy.route.Request;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of an administration command. Used on the request's loop; what comes later may come from any thread.
 */
public final class AdminCall {
    private final Request request;
    private final Args args;
    private final RespWriter reply;
    private boolean later;

    AdminCall(Request request, Args args) {
        this.request = request;
        this.args = args;
        this.reply = new RespWriter(256).protocol(request.protocol());
    }

    public Request request() {
        return request;
    }

    /** Valid until the body returns. */
    public Args args() {
        return args;
    }

    /** Where the body writes its one reply. */
    public RespWriter reply() {
        return reply;
    }

    /** Argument {@code i} in lower case. */
    public String word(int i) {
        return args.text(i).toLowerCase(Locale.ROOT);
    }

    /** Says that the answer will be given to {@link #answer} later. */
    public void later() {
        later = true;
    }

    /** Answers with what {@code writer} writes once {@code future} has completed, or with an error if it failed. */
    public <T extends @Nullable Object> void answerWith(CompletableFuture<T> future, BiConsumer<RespWriter, T> writer) {
        later = true;
        var _ = future.whenComplete((value, failure) -> {
            RespWriter own = new RespWriter(256).protocol(request.protocol());
            if (failure != null) {
                own.error("ERR " + reason(failure));
            } else {
                writer.accept(own, value);
            }
            answer(own);
        });
    }

    /**
     * Runs {@code work}, which may block, on a thread of its own and answers with what it writes; an exception becomes
     * an error reply.
     */
    public void answerFrom(Blocking work) {
        later = true;
        RespWriter own = new RespWriter(256).protocol(request.protocol());
        Thread.ofVirtual().name("admin").start(() -> {
            try {
                work.write(own);
            } catch (Exception e) {
                own.reset();
                own.error("ERR " + reason(e));
            }
            answer(own);
        });
    }

    /** Writes a reply and may block. */
    @FunctionalInterface
    public interface Blocking {
        void write(RespWriter reply) throws Exception;
    }

    /** The answer of a call that said {@link #later}. Any thread. */
    public void answer(RespWriter answer) {
        request.reply(answer.array(), 0, answer.length());
    }

    /** Sends what the body wrote, unless it answers later. */
    void finish() {
        if (!later) {
            answer(reply);
        }
    }

    /** The reply to options nobody knows. */
    public void syntaxError() {
        reply.error("ERR syntax error");
    }

    /** Argument {@code i} as a whole number, or null: then Redis' error was written. */
    public @Nullable Long number(int i, String otherwise) {
        try {
            return Long.parseLong(args.text(i));
        } catch (NumberFormatException e) {
            reply.error("ERR " + otherwise);
            return null;
        }
    }

    /** The reply to {@code <container> HELP}: Redis' opening and closing lines around {@code lines}. */
    public void help(String container, String... lines) {
        reply.array(lines.length + 3L);
        reply.simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (String line : lines) {
            reply.simple(line);
        }
        reply.simple("HELP");
        reply.simple("    Prints this help.");
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
