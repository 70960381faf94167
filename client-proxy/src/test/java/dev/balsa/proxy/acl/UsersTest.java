package dev.balsa.proxy.acl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.TestCommands;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UsersTest {
    private static final String[] COMMANDS = {"get", "set", "del", "mget", "config|get", "config|set", "rename"};
    private static final String[] KEYS = {"a", "ab", "b", "c", "cd"};
    private static final String[] PATTERNS = {"a*", "b", "?", "[cd]*", "*"};

    private final CommandIndex index = new CommandIndex(TestCommands.specs());
    private final Users users = new Users(index);

    private User set(String name, String... rules) {
        switch (users.planSet(name, List.of(rules))) {
            case Plan.Change(long expected, var changed, int _) ->
                users.take(new Definition(expected + 1, merged(changed)));
            case Plan.Refused(String line) -> throw new IllegalArgumentException(line);
        }
        return user(name);
    }

    private SortedMap<String, String> merged(SortedMap<String, String> changed) {
        TreeMap<String, String> all = new TreeMap<>(users.definition().rules());
        all.putAll(changed);
        all.values().removeIf(String::isEmpty);
        return all;
    }

    private User user(String name) {
        Account account = users.find(name);
        assertThat(account).as(name).isNotNull();
        return account == null ? users.defaultAccount().user() : account.user();
    }

    private boolean may(User user, String... words) {
        Args args = Args.of(words);
        CommandEntry entry = index.find(args);
        assertThat(entry).as(String.join(" ", words)).isNotNull();
        return entry != null && user.check(entry, args) == null;
    }

    @Test
    void a_new_user_may_nothing_and_cannot_log_in() {
        User user = set("alice");
        assertThat(user.rules()).isEqualTo("off sanitize-payload resetchannels -@all");
        assertThat(may(user, "GET", "a")).isFalse();
        assertThat(users.authenticate("alice", new byte[0])).isNull();
    }

    @Test
    void a_password_is_kept_as_its_hash_alone() {
        User user = set("alice", "on", ">secret");
        assertThat(user.rules()).contains("#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")
                .doesNotContain("secret");
        assertThat(user.toString()).doesNotContain("2bb80d");
        assertThat(users.authenticate("alice", "secret".getBytes(StandardCharsets.US_ASCII))).isNotNull();
        assertThat(users.authenticate("alice", "Secret".getBytes(StandardCharsets.US_ASCII))).isNull();
    }

    @Test
    void a_connection_keeps_its_account_when_the_rules_change_and_loses_it_when_the_user_is_deleted() {
        set("alice", "on", "nopass", "+get", "~*");
        Account account = users.authenticate("alice", new byte[0]);
        assertThat(account).isNotNull();
        if (account == null) {
            return;
        }
        set("alice", "-get");
        assertThat(may(account.user(), "GET", "a")).isFalse();
        TreeMap<String, String> without = new TreeMap<>(users.definition().rules());
        without.remove("alice");
        users.take(new Definition(users.version() + 1, without));
        assertThat(account.isDeleted()).isTrue();
        assertThat(users.find("alice")).isNull();
    }

    @Test
    void an_older_definition_is_not_taken() {
        set("alice", "+get");
        long version = users.version();
        users.take(new Definition(version, new TreeMap<>()));
        assertThat(users.find("alice")).isNotNull();
    }

    @Test
    void the_first_change_carries_every_user_of_the_configuration() {
        assertThat(users.configure(List.of("bob", "on", "+get", "~b*"))).isNull();
        assertThat(users.requirepass("x")).isNull();
        Plan plan = users.planSet("alice", List.of("on"));
        assertThat(plan).isInstanceOf(Plan.Change.class);
        if (plan instanceof Plan.Change change) {
            assertThat(change.expected()).isZero();
            assertThat(change.rules().keySet()).containsExactly("alice", "bob", "default");
        }
    }

    @Test
    void where_users_would_not_be_safe_none_can_be_defined() {
        users.unsafe("no secret");
        assertThat(users.planSet("alice", List.of("on"))).isEqualTo(new Plan.Refused("ERR no secret"));
        assertThat(users.requirepass("x")).isEqualTo("no secret");
        assertThat(users.requirepass("")).isNull();
    }

    @Test
    void a_link_proves_the_secret() {
        users.link("s");
        assertThat(users.authenticateLink(LinkSecret.proof("s"))).isNotNull();
        assertThat(users.authenticateLink(LinkSecret.proof("t"))).isNull();
        assertThat(users.authenticate(LinkSecret.USER, LinkSecret.proof("s"))).isNull();
        assertThat(users.planSet(LinkSecret.USER, List.of("on"))).isInstanceOf(Plan.Refused.class);
    }

    /** What a user may is the union of what its selectors may, each of them a set of commands and of keys. */
    @Test
    void selectors_allow_what_a_model_allows_and_survive_being_written_down() {
        long seed = Long.getLong("balsa.seed", System.nanoTime());
        System.out.println("UsersTest: -Dbalsa.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<String> rules = new ArrayList<>(List.of("reset", "on", "nopass"));
            List<Set<String>> allowed = new ArrayList<>();
            for (int s = random.nextInt(4); s >= 0; s--) {
                Set<String> model = new TreeSet<>();
                List<String> selector = selector(random, model);
                rules.addAll(allowed.isEmpty() ? selector : List.of("(" + String.join(" ", selector) + ")"));
                allowed.add(model);
            }
            User user = set("u" + round, rules.toArray(String[]::new));
            Users again = new Users(index);
            again.take(users.definition());
            Account copy = again.find("u" + round);
            assertThat(copy).isNotNull();
            for (String command : COMMANDS) {
                for (String key : KEYS) {
                    String[] words = request(command, key);
                    boolean expected = allowed.stream().anyMatch(m -> m.contains(command + " " + key));
                    assertThat(may(user, words)).as("seed %d, %s: %s", seed, rules, List.of(words))
                            .isEqualTo(expected);
                    assertThat(copy != null && may(copy.user(), words)).as("seed %d, read again: %s: %s", seed,
                            user.rules(), List.of(words)).isEqualTo(expected);
                }
            }
        }
    }

    private static String[] request(String command, String key) {
        return switch (command) {
            case "config|get", "config|set" -> new String[] {"CONFIG", command.substring(7), key, key};
            case "set", "rename" -> new String[] {command, key, key};
            default -> new String[] {command, key};
        };
    }

    /** Random rules, and in {@code model} what they allow: command and key. */
    private static List<String> selector(Random random, Set<String> model) {
        List<String> rules = new ArrayList<>();
        Set<String> commands = new TreeSet<>();
        if (random.nextBoolean()) {
            rules.add("+@all");
            commands.addAll(List.of(COMMANDS));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            String command = COMMANDS[random.nextInt(COMMANDS.length)];
            boolean container = command.startsWith("config|") && random.nextBoolean();
            boolean add = random.nextBoolean();
            rules.add((add ? "+" : "-") + (container ? "config" : command));
            Set<String> named = container ? Set.of("config|get", "config|set") : Set.of(command);
            if (add) {
                commands.addAll(named);
            } else {
                commands.removeAll(named);
            }
        }
        Set<String> patterns = new TreeSet<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            patterns.add(PATTERNS[random.nextInt(PATTERNS.length)]);
        }
        // After ~* nothing may be added.
        (patterns.contains("*") ? Set.of("*") : patterns).forEach(pattern -> rules.add("~" + pattern));
        for (String command : commands) {
            for (String key : KEYS) {
                if (command.startsWith("config|") || patterns.stream().anyMatch(p -> key.matches(regex(p)))) {
                    model.add(command + " " + key);
                }
            }
        }
        return rules;
    }

    private static String regex(String pattern) {
        return pattern.replace("*", ".*").replace("?", ".");
    }
}
