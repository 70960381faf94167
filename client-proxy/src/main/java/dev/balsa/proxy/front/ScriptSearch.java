package dev.balsa.proxy.front;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.front.KnownScripts.What;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Pending;
import dev.balsa.proxy.route.ReplySink;
import dev.balsa.proxy.route.Request.Refusal;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.route.SlotMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/*
 * EVAL leaves its script with the group that ran it, and EVALSHA may come with keys of any group. So before a front sends
 * a group its first EVALSHA of a script it asks:
 *
 *     BALSA SCRIPT sha      the group itself: it mostly has it
 *     BALSA SCRIPT sha      all others, if it does not
 *     SCRIPT SHOW sha       the first of them that does
 *     BALSA KEEP script     the group, which keeps it like one that was evaluated
 *
 * The text belongs to its SHA-1, so it does not matter where it comes from. Groups that cannot answer now count as those
 * that do not know: the client gets NOSCRIPT rather than waiting for a group that it has not named. A SCRIPT FLUSH that
 * runs at the same time may miss what is on its way.
 */

/** Sees to it that a group has a script, if any group has. Used once; owned by an event loop. */
final class ScriptSearch implements ReplySink {
    private static final int TEXT = 1;
    private static final int STATE = 2;
    private static final int ONLY_READS = 4;

    private enum Step { HERE, ELSEWHERE, FETCH, GIVE, DONE }

    private final Front front;
    private final LoopState loop;
    private final Router router;
    private final int target;
    private final String sha;
    private final Consumer<What> done;
    private Step step = Step.HERE;
    private int awaited;
    private int source;

    /** @param done hears what the group then knows of the script */
    ScriptSearch(Connection client, int target, String sha, Consumer<What> done) {
        this.front = client.front();
        this.loop = client.loop();
        this.router = loop.router(Mode.PLAIN);
        this.target = target;
        this.sha = sha;
        this.done = done;
    }

    void start() {
        send(target, Args.of("BALSA", "SCRIPT", sha));
    }

    private void elsewhere() {
        SlotMap slots = front.view().slots();
        step = Step.ELSEWHERE;
        awaited = slots.count() - 1;
        if (awaited <= 0) {
            end(What.NOTHING);
        }
        for (int i = 0; i < slots.count() && step == Step.ELSEWHERE; i++) {
            if (slots.group(i) != target) {
                send(slots.group(i), Args.of("BALSA", "SCRIPT", sha));
            }
        }
    }

    private void send(int group, Args args) {
        CommandEntry entry = front.commands().find(args);
        Backend backend = router.backendOf(group);
        if (entry == null || backend == null) {
            // A node of an older version, for a while.
            answered(group, 0);
            return;
        }
        Pending part = new Pending().begin(this, loop.loop(), entry);
        backend.submit(part.session(0, 2, 0).target(group, SlotMap.NONE), args);
    }

    @Override
    public void replied(Pending pending, byte[] bytes, int offset, int length) {
        pending.keepReply(bytes, offset, 0);
        if (bytes[offset] == ':') {
            String number = new String(bytes, offset + 1, length - 3, StandardCharsets.US_ASCII);
            answered(pending.group(), Integer.parseInt(number));
        } else if (step == Step.FETCH && bytes[offset] == '$') {
            int from = offset;
            while (bytes[from] != '\n') {
                from++;
            }
            step = Step.GIVE;
            byte[] text = Arrays.copyOfRange(bytes, from + 1, offset + length - 2);
            send(target, Args.of(bytes("BALSA"), bytes("KEEP"), text));
        } else {
            answered(pending.group(), 0);
        }
    }

    @Override
    public void refused(Pending pending, Refusal refusal, Args args) {
        pending.keepUnknown();
        answered(pending.group(), 0);
    }

    @Override
    public void unknown(Pending pending, String reason) {
        pending.keepUnknown();
        answered(pending.group(), 0);
    }

    /** @param knows bits, as BALSA SCRIPT replies them */
    private void answered(int group, int knows) {
        switch (step) {
            case HERE -> {
                if ((knows & STATE) != 0) {
                    end(what(knows));
                } else if ((knows & TEXT) != 0) {
                    fetch(group);
                } else {
                    elsewhere();
                }
            }
            case ELSEWHERE -> {
                awaited--;
                if ((knows & TEXT) != 0) {
                    fetch(group);
                } else if (awaited == 0) {
                    end(What.NOTHING);
                }
            }
            case FETCH -> {
                if (group == source) {
                    end(What.NOTHING);
                }
            }
            case GIVE -> {
                if (group == target) {
                    end((knows & STATE) != 0 ? what(knows) : What.NOTHING);
                }
            }
            case DONE -> {}
        }
    }

    private void fetch(int from) {
        step = Step.FETCH;
        source = from;
        send(from, Args.of("SCRIPT", "SHOW", sha));
    }

    private static What what(int knows) {
        return (knows & ONLY_READS) != 0 ? What.ONLY_READS : What.MAY_WRITE;
    }

    private void end(What what) {
        step = Step.DONE;
        done.accept(what);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
