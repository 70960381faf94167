package dev.balsa.proxy.acl;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as the rules made it. Immutable.
 *
 * @param name one char a byte (ISO 8859-1), without spaces
 * @param enabled whether it may log in
 * @param noPassword whether every password is right
 * @param sanitize whether payloads of RESTORE are to be checked in depth; here they always are
 * @param passwords hashes, as {@link Password} makes them
 * @param selectors the first one is the root selector
 */
public record User(
        String name,
        boolean enabled,
        boolean noPassword,
        boolean sanitize,
        List<String> passwords,
        List<Selector> selectors,
        boolean unrestricted) {
    /** The user of connections that say nothing. */
    public static final String DEFAULT = "default";

    public User {
        passwords = List.copyOf(passwords);
        selectors = List.copyOf(selectors);
    }

    /** A new user without rules, who may nothing. */
    static User create(String name, CommandIndex index, boolean allChannels) {
        return new UserDraft(name, index, allChannels).toUser();
    }

    /** Whether every command, key and channel is allowed, so that nothing needs to be checked. */
    @Override
    public boolean unrestricted() {
        return unrestricted;
    }

    /** Null if the user may run the request. */
    public @Nullable Denial check(CommandEntry entry, Args args) {
        if (unrestricted) {
            return null;
        }
        KeysUsed used = new KeysUsed();
        Denial worst = null;
        for (Selector selector : selectors) {
            Denial denial = selector.check(entry, args, used);
            if (denial == null) {
                return null;
            }
            worst = worst == null ? denial : worst.orWorse(denial);
        }
        return worst;
    }

    /** Whether a selector allows the command with the keys it names and beyond them to read all keys. */
    public boolean readsEveryKey(CommandEntry entry, Args args) {
        KeysUsed used = new KeysUsed();
        for (Selector selector : selectors) {
            if (selector.readsEveryKey() && selector.check(entry, args, used) == null) {
                return true;
            }
        }
        return false;
    }

    /** Whether the user may listen to the channel, or to the pattern letter by letter. */
    public boolean allowsChannel(byte[] channel, boolean pattern) {
        for (Selector selector : selectors) {
            if (selector.allChannels()) {
                return true;
            }
            for (Pattern allowed : selector.channels()) {
                if (pattern ? allowed.is(channel) : allowed.matches(channel)) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean accepts(byte[] password) {
        if (!enabled || noPassword) {
            return enabled;
        }
        String hash = Password.hash(password);
        boolean right = false;
        for (String known : passwords) {
            right |= Password.same(hash, known);
        }
        return right;
    }

    /** The rules that make this user, separated by spaces, as ACL LIST shows them after the name. */
    public String rules() {
        List<String> words = new ArrayList<>(flags());
        passwords.forEach(hash -> words.add("#" + hash));
        words.add(selectors.getFirst().shown());
        for (Selector selector : selectors.subList(1, selectors.size())) {
            words.add("(" + selector.shown() + ")");
        }
        return String.join(" ", words);
    }

    /** What it may do, without who it is: for {@link #ofRights}. */
    public String rights() {
        StringBuilder text = new StringBuilder(selectors.getFirst().shown());
        for (Selector selector : selectors.subList(1, selectors.size())) {
            text.append(" (").append(selector.shown()).append(')');
        }
        return text.toString();
    }

    /** A user who may do what {@link #rights} said; nothing if it cannot be read. */
    public static User ofRights(String name, String rights, CommandIndex index) {
        UserDraft draft = new UserDraft(name, index, false);
        List<String> rules = UserDraft.merge(List.of(rights.split(" ", -1)));
        if (rules == null || rules.stream().anyMatch(rule -> draft.apply(rule) != null)) {
            return create(name, index, false);
        }
        return draft.toUser();
    }

    /** As ACL GETUSER shows them. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(enabled ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        flags.add(sanitize ? "sanitize-payload" : "skip-sanitize-payload");
        return flags;
    }

    /** Commands, keys and channels of each selector, as ACL GETUSER shows them. */
    public List<Shown> shownSelectors() {
        return selectors.stream()
                .map(s -> new Shown(s.shownCommands(), s.shownKeys(), s.shownChannels()))
                .toList();
    }

    /** A selector for people. */
    public record Shown(String commands, String keys, String channels) {}

    /** Without password hashes: records end up in logs. */
    @Override
    public String toString() {
        return "User[" + name + "]";
    }
}
