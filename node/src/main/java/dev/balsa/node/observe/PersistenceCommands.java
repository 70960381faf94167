package dev.balsa.node.observe;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, SHUTDOWN: a snapshot of every group here is Redis' dump and its rewritten
 * appendonly file in one. Immutable.
 */
final class PersistenceCommands {
    private static final Logger LOG = LoggerFactory.getLogger(PersistenceCommands.class);

    private final NodeState node;

    PersistenceCommands(NodeState node) {
        this.node = node;
    }

    List<AdminRow> table() {
        return List.of(
                new AdminRow("save", 1, this::save),
                new AdminRow("bgsave", -1, this::bgSave),
                new AdminRow("bgrewriteaof", 1, this::bgRewriteAof),
                new AdminRow("lastsave", 1, this::lastSave),
                new AdminRow("shutdown", -1, this::shutdown));
    }

    private boolean saving() {
        return Saves.of(node.groups(), System.currentTimeMillis()).running();
    }

    // SAVE
    private void save(AdminCall call) {
        call.answerWith(node.save(), (reply, _) -> reply.ok());
    }

    // BGSAVE [SCHEDULE]
    private void bgSave(AdminCall call) {
        boolean schedule = call.args().count() == 2 && call.args().is(1, "SCHEDULE");
        if (call.args().count() > 1 && !schedule) {
            call.syntaxError();
        } else if (saving() && !schedule) {
            call.reply().error("ERR Background save already in progress");
        } else {
            String begun = saving() ? "Background saving scheduled" : "Background saving started";
            logFailure(node.save());
            call.reply().simple(begun);
        }
    }

    // BGREWRITEAOF
    private void bgRewriteAof(AdminCall call) {
        if (saving()) {
            call.reply().error("ERR Background append only file rewriting already in progress");
            return;
        }
        logFailure(node.save());
        call.reply().simple("Background append only file rewriting started");
    }

    private static void logFailure(CompletableFuture<Void> save) {
        var _ = save.whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.warn("snapshot failed", failure);
            }
        });
    }

    // LASTSAVE
    private void lastSave(AdminCall call) {
        call.reply().integer(Saves.of(node.groups(), System.currentTimeMillis()).oldestMillis() / 1000);
    }

    // SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]
    private void shutdown(AdminCall call) {
        boolean now = false;
        boolean save = false;
        boolean noSave = false;
        boolean abort = false;
        for (int i = 1; i < call.args().count(); i++) {
            switch (call.word(i)) {
                case "now" -> now = true;
                case "force" -> {} // Nothing here can refuse to stop.
                case "save" -> save = true;
                case "nosave" -> noSave = true;
                case "abort" -> abort = true;
                default -> {
                    call.syntaxError();
                    return;
                }
            }
        }
        if ((save && noSave) || (abort && call.args().count() > 2)) {
            call.syntaxError();
        } else if (abort) {
            call.reply().error("ERR No shutdown in progress.");
        } else {
            stop(call, now, save);
        }
    }

    /** Answers nothing: as with Redis, the client sees its connection close. */
    private void stop(AdminCall call, boolean now, boolean save) {
        call.later();
        LOG.info("SHUTDOWN by client {}", call.request().clientId());
        boolean atOnce = now;
        if (!save) {
            node.shutdown(atOnce);
            return;
        }
        CompletableFuture<Void> saved = node.save();
        logFailure(saved);
        var _ = saved.whenComplete((_, failure) -> node.shutdown(atOnce));
    }
}
