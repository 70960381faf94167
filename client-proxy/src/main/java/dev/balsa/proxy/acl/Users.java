package dev.balsa.proxy.acl;

import dev.balsa.proxy.route.CommandIndex;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The users of a process. They begin as its configuration says (version 0) and follow the cluster's definition once
 * there is one. Thread-safe: changes are made one after the other, reads take no lock.
 */
public final class Users {
    private final ConcurrentSkipListMap<String, Account> accounts = new ConcurrentSkipListMap<>();
    private final Account ofDefault;
    private volatile CommandIndex index;
    private volatile long version;
    private volatile boolean newUsersHaveAllChannels;
    private volatile String unsafe = "";
    private final Account links;
    private volatile byte[] linkProof = LinkSecret.proof("");
    private String requirepass = "";
    private BiConsumer<Account, User> listener = (_, _) -> {};

    /** The default user alone, who may everything without a password. */
    public Users(CommandIndex index) {
        this.index = index;
        ofDefault = new Account(newDefault());
        accounts.put(User.DEFAULT, ofDefault);
        links = new Account(newDefault());
    }

    private User newDefault() {
        UserDraft draft = new UserDraft(User.DEFAULT, index, false);
        List.of("+@all", "~*", "&*", "on", "nopass").forEach(draft::apply);
        return draft.toUser();
    }

    /** Hears of every user that was changed or deleted, with what it was before; on the changing thread. */
    public synchronized void onChange(BiConsumer<Account, User> hears) {
        listener = hears;
    }

    /** {@code acl-pubsub-default}: whether a new user may use all channels. */
    public void newUsersHaveAllChannels(boolean all) {
        newUsersHaveAllChannels = all;
    }

    public boolean newUsersHaveAllChannels() {
        return newUsersHaveAllChannels;
    }

    /** Why users cannot be defined here; empty: they can. */
    public void unsafe(String why) {
        unsafe = why;
    }

    // -- looking ------------------------------------------------------------------------------------------------

    public Account defaultAccount() {
        return ofDefault;
    }

    /** Whether a connection has to say who it is before it may do anything. */
    public boolean mustAuthenticate() {
        User user = ofDefault.user();
        return !user.noPassword() || !user.enabled();
    }

    public @Nullable Account find(String name) {
        return accounts.get(name);
    }

    /** By name. */
    public Collection<Account> all() {
        return Collections.unmodifiableCollection(accounts.values());
    }

    /** The user, if the password is right; null for any reason why not. */
    public @Nullable Account authenticate(String name, byte[] password) {
        Account account = accounts.get(name);
        return account != null && account.user().accepts(password) ? account : null;
    }

    /** What links of other fronts have to know. */
    public void link(String secret) {
        linkProof = LinkSecret.proof(secret);
    }

    /**
     * Another front, which looks after its clients' rights itself; null if it does not prove to be one. It stands in no list.
     */
    public @Nullable Account authenticateLink(byte[] proof) {
        return MessageDigest.isEqual(linkProof, proof) ? links : null;
    }

    public synchronized Definition definition() {
        TreeMap<String, String> rules = new TreeMap<>();
        accounts.forEach((name, account) -> rules.put(name, account.user().rules()));
        return new Definition(version, rules);
    }

    public long version() {
        return version;
    }

    // -- as the configuration says ------------------------------------------------------------------------------

    /**
     * {@code requirepass}: the default user's password, empty for none.
     *
     * @return null, or why it cannot be changed
     */
    public synchronized @Nullable String requirepass(String password) {
        if (password.equals(requirepass)) {
            return null;
        }
        if (version > 0) {
            return "the cluster's users are defined by ACL now: use ACL SETUSER default resetpass and >password";
        }
        if (!unsafe.isEmpty() && !password.isEmpty()) {
            return unsafe;
        }
        requirepass = password;
        UserDraft draft = draft(ofDefault.user());
        apply(draft, List.of("resetpass", password.isEmpty() ? "nopass" : ">" + latin(password)));
        replace(ofDefault, draft.toUser());
        return null;
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /**
     * A {@code user} line of a configuration or of an ACL file.
     *
     * @param words the name and its rules
     * @return null, or what is wrong
     */
    public synchronized @Nullable String configure(List<String> words) {
        String name = words.getFirst();
        boolean isDefault = name.equals(User.DEFAULT);
        if (SelectorDraft.hasSpaces(name)) {
            return "Spaces not allowed in ACL usernames";
        }
        if (accounts.containsKey(name) && !isDefault) {
            return "Duplicate user found. A user can only be defined once in config files";
        }
        UserDraft draft = new UserDraft(name, index, newUsersHaveAllChannels);
        List<String> merged = UserDraft.merge(words.subList(1, words.size()));
        String problem = merged == null ? "Unmatched parenthesis in selector definition." : apply(draft, merged);
        if (problem != null) {
            return problem;
        }
        if (isDefault) {
            replace(ofDefault, draft.toUser());
        } else {
            accounts.put(name, new Account(draft.toUser()));
        }
        return null;
    }

    // -- as the cluster says ------------------------------------------------------------------------------------

    /** Takes over the cluster's definition if it is newer than the one known. */
    public synchronized void take(Definition newer) {
        if (newer.version() <= version) {
            return;
        }
        version = newer.version();
        put(newer);
    }

    /** Takes over what another process has from its configuration; own users and the own password stay. */
    public synchronized void takeConfigured(Definition other) {
        if (version > 0 || other.version() > 0) {
            return;
        }
        other.rules().forEach((name, rules) -> {
            if (!name.equals(User.DEFAULT) || requirepass.isEmpty()) {
                put(name, rules);
            }
        });
    }

    private void put(Definition all) {
        for (Account account : List.copyOf(accounts.values())) {
            if (!all.rules().containsKey(account.name()) && account != ofDefault) {
                accounts.remove(account.name());
                account.delete();
                listener.accept(account, account.user());
            }
        }
        all.rules().forEach(this::put);
    }

    private void put(String name, String rules) {
        Account account = accounts.get(name);
        if (account != null && account.user().rules().equals(rules)) {
            return;
        }
        User user = read(name, rules);
        if (account == null) {
            accounts.put(name, new Account(user));
        } else {
            replace(account, user);
        }
    }

    private void replace(Account account, User now) {
        User before = account.user();
        account.user(now);
        listener.accept(account, before);
    }

    /** Rules of commands that this process does not know, because another's version is newer, are left out. */
    private User read(String name, String rules) {
        UserDraft draft = new UserDraft(name, index, false);
        List<String> merged = UserDraft.merge(List.of(rules.split(" ", -1)));
        for (String rule : merged == null ? List.<String>of() : merged) {
            var _ = draft.apply(rule);
        }
        return draft.toUser();
    }

    /** The commands are others now. */
    public synchronized void commands(CommandIndex now) {
        index = now;
        for (Account account : accounts.values()) {
            account.user(read(account.name(), account.user().rules()));
        }
    }

    // -- changes to be agreed on --------------------------------------------------------------------------------

    /** ACL SETUSER. */
    public synchronized Plan planSet(String name, List<String> words) {
        if (SelectorDraft.hasSpaces(name)) {
            return new Plan.Refused("ERR Usernames can't contain spaces or null characters");
        }
        List<String> merged = UserDraft.merge(words);
        if (merged == null) {
            return new Plan.Refused("ERR Unmatched parenthesis in acl selector starting at '"
                    + UserDraft.unclosed(words) + "'.");
        }
        Account account = accounts.get(name);
        UserDraft draft = account == null
                ? new UserDraft(name, index, newUsersHaveAllChannels) : draft(account.user());
        String problem = apply(draft, merged);
        if (problem != null) {
            return new Plan.Refused("ERR " + problem);
        }
        SortedMap<String, String> rules = base();
        rules.put(name, draft.toUser().rules());
        return planned(rules, 0);
    }

    /** ACL DELUSER. */
    public synchronized Plan planDelete(List<String> names) {
        if (names.contains(User.DEFAULT)) {
            return new Plan.Refused("ERR The 'default' user cannot be removed");
        }
        SortedMap<String, String> rules = base();
        Set<String> deleted = new TreeSet<>(names);
        deleted.retainAll(accounts.keySet());
        deleted.forEach(name -> rules.put(name, ""));
        return planned(rules, deleted.size());
    }

    /** ACL LOAD: these users and no others. */
    public synchronized Plan planReplace(Users others) {
        SortedMap<String, String> rules = base();
        accounts.keySet().forEach(name -> rules.put(name, ""));
        rules.putAll(others.definition().rules());
        return planned(rules, 0);
    }

    private Plan planned(SortedMap<String, String> rules, int deleted) {
        return unsafe.isEmpty() ? new Plan.Change(version, rules, deleted) : new Plan.Refused("ERR " + unsafe);
    }

    /** The first change of all carries every user: the cluster knows of none yet. */
    private SortedMap<String, String> base() {
        return version == 0 ? new TreeMap<>(definition().rules()) : new TreeMap<>();
    }

    private UserDraft draft(User from) {
        return new UserDraft(from, index, newUsersHaveAllChannels);
    }

    private static @Nullable String apply(UserDraft draft, List<String> rules) {
        for (String rule : rules) {
            RuleError error = draft.apply(rule);
            if (error != null) {
                return "Error in ACL SETUSER modifier '" + rule + "': " + error.text();
            }
        }
        return null;
    }
}
