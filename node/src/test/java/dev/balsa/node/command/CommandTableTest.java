package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    /** Rows whose facts are not those of 7.0, and why. */
    private static final Map<String, String> OTHER_THAN_7_0 = Map.ofEntries(
            Map.entry("wait", "may block since 7.2, and scripts may call it"),
            Map.entry("debug", "has subcommands here, because DEBUG OBJECT has a key"),
            Map.entry("zrank", "has WITHSCORE since 7.2"),
            Map.entry("zrevrank", "has WITHSCORE since 7.2"),
            Map.entry("sort", "says where STORE's key is, so that proxies need not know the command"),
            Map.entry("eval", "may write, so it goes through the log"),
            Map.entry("evalsha", "may write, so it goes through the log"),
            Map.entry("fcall", "may write, so it goes through the log"),
            Map.entry("script|flush", "changes what all replicas have, so it goes through the log"),
            Map.entry("script|load", "changes what all replicas have, so it goes through the log"),
            Map.entry("migrate", "refused: routed like a command without keys"),
            Map.entry("pfdebug", "refused: routed like a command without keys"),
            Map.entry("restore-asking", "refused: routed like a command without keys"));

    private static final Set<String> DATA_GROUPS = Set.of("string", "hash", "list", "set", "sorted-set", "stream",
            "bitmap", "hyperloglog", "geo", "generic", "transactions");

    @Test
    void every_row_with_a_body_has_a_transcript_and_every_transcript_a_row() throws IOException {
        Set<String> rows = new TreeSet<>();
        for (Command command : flat(CommandTable.all())) {
            if (!command.isElsewhere()) {
                rows.add(command.spec().name().replace('|', '-') + ".txt");
            }
        }
        Set<String> files = new TreeSet<>();
        try (var paths = Files.list(TranscriptTest.DIRECTORY)) {
            paths.forEach(path -> files.add(path.getFileName().toString()));
        }
        assertThat(files).isEqualTo(rows);
    }

    @Test
    void every_row_tells_its_group_its_version_and_one_sentence() {
        for (Command command : flat(CommandTable.all())) {
            CommandSpec.Doc doc = command.spec().doc();
            assertThat(doc.group()).as(command.spec().name()).isNotEmpty();
            assertThat(doc.since()).as(command.spec().name()).matches("\\d+\\.\\d+\\.\\d+");
            assertThat(doc.summary()).as(command.spec().name()).matches("[A-Z].*[.]");
        }
    }

    @Test
    void a_row_with_a_body_reads_or_writes_the_keyspace() {
        for (Command command : flat(CommandTable.all())) {
            CommandSpec spec = command.spec();
            boolean touches = spec.isWrite() || spec.isReadOnly();
            // What only tells of scripts is no read for Redis, though it is served like one.
            boolean tells = spec.categories().contains("scripting") && spec.name().contains("|");
            if (!command.isElsewhere() && !spec.name().endsWith("|help") && !tells) {
                assertThat(touches).as(spec.name()).isTrue();
            }
            assertThat(spec.isWrite() && spec.isReadOnly()).as(spec.name()).isFalse();
            if (command.isElsewhere()) {
                // The front finds the keys of WATCH and the slots of shard channels; nothing else that it serves has any.
                boolean shard = Set.of("ssubscribe", "sunsubscribe", "spublish").contains(spec.name());
                assertThat(spec.keySpecs().isEmpty()).as(spec.name()).isEqualTo(!shard && !spec.name().equals("watch"));
                assertThat(spec.isWrite()).as(spec.name()).isFalse();
            }
        }
    }

    @Test
    void a_name_is_found_in_any_case_and_nothing_else_is() {
        assertThat(name("gEt")).isEqualTo("get");
        assertThat(name("OBJECT", "FREQ", "k")).isEqualTo("object|freq");
        assertThat(name("object")).isEqualTo("object");
        assertThat(name("object", "nosuch")).isNull();
        assertThat(name("nosuch")).isNull();
        assertThat(name("object|freq")).isNull();
        assertThat(name("")).isNull();
    }

    @Test
    void a_refused_command_says_why_and_what_to_use_instead() {
        assertThat(CommandTable.refusal(Args.of("ReplicaOf", "h", "1")))
                .matches("ERR REPLICAOF is not supported: .+\\. Use .+\\.");
        assertThat(CommandTable.refusal(Args.of("cluster", "meet", "h", "1"))).startsWith("ERR CLUSTER MEET is not");
        assertThat(CommandTable.refusal(Args.of("get", "k"))).isNull();
        assertThat(CommandTable.refusal(Args.of("nosuch"))).isNull();
    }

    @Test
    void the_facts_are_those_of_redis() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        Map<String, CommandSpec> theirs = theirSpecs();
        List<String> wrong = new ArrayList<>();
        for (Command command : flat(CommandTable.all())) {
            CommandSpec our = command.spec();
            CommandSpec their = theirs.get(our.name());
            if (their == null || OTHER_THAN_7_0.containsKey(our.name())) {
                continue;
            }
            if (!facts(our).equals(facts(their))) {
                wrong.add("ours   " + facts(our) + "\ntheirs " + facts(their));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void rows_that_are_not_in_redis_7_0_are_of_7_2_or_field_expiry_or_our_own() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        Map<String, CommandSpec> theirs = theirSpecs();
        Set<String> more = new TreeSet<>();
        for (Command command : flat(CommandTable.all())) {
            String name = command.spec().name();
            if (!theirs.containsKey(name) && !name.startsWith("balsa") && !name.startsWith("debug|")) {
                more.add(name);
            }
        }
        assertThat(more).containsExactly("client|no-touch", "client|setinfo", "cluster|myshardid", "delex", "digest",
                "hexpire", "hexpireat", "hexpiretime", "hgetdel", "hgetex", "hpersist", "hpexpire", "hpexpireat",
                "hpexpiretime", "hpttl", "hsetex", "httl", "msetex", "script|show", "waitaof", "xackdel", "xdelex");
    }

    @Test
    void every_command_on_data_has_a_row_with_the_group_and_the_versions_of_redis() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        List<String> wrong = new ArrayList<>();
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(1)) {
            Map<String, Map<String, String>> our = docs(ours);
            docs(redis).forEach((name, their) -> {
                Map<String, String> fields = our.get(name);
                if (fields == null && DATA_GROUPS.contains(their.getOrDefault("group", ""))) {
                    wrong.add(name + " is missing");
                }
                for (String field : List.of("since", "group", "doc_flags", "deprecated_since", "replaced_by")) {
                    if (fields != null && !Objects.equals(fields.get(field), their.get(field))) {
                        wrong.add(name + " " + field + ": " + fields.get(field) + ", there " + their.get(field));
                    }
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    /** The fields of COMMAND DOCS as text, by the name of the command or subcommand. */
    private static Map<String, Map<String, String>> docs(Server server) throws IOException {
        server.protocol(3);
        Map<String, Map<String, String>> docs = new TreeMap<>();
        docs(((Reply.Pairs) server.call("COMMAND", "DOCS")).items(), docs);
        return docs;
    }

    private static void docs(List<Reply> commands, Map<String, Map<String, String>> docs) {
        for (int i = 0; i < commands.size(); i += 2) {
            Map<String, String> fields = new TreeMap<>();
            List<Reply> items = ((Reply.Pairs) commands.get(i + 1)).items();
            for (int j = 0; j < items.size(); j += 2) {
                String field = ((Reply.Bulk) items.get(j)).bytes();
                fields.put(field, items.get(j + 1).shown().replaceAll("[\"`!]", "")); // 7.0 marks names of commands
                if (field.equals("subcommands")) {
                    docs(((Reply.Pairs) items.get(j + 1)).items(), docs);
                }
            }
            docs.put(((Reply.Bulk) commands.get(i)).bytes(), fields);
        }
    }

    @Test
    void a_proxy_reads_the_same_table_from_our_reply() {
        RespWriter reply = new RespWriter(1024).protocol(3);
        new CommandCommands(CommandTable.specs()).run(Args.of("COMMAND"), reply);
        List<CommandSpec> read = SpecReply.read(reply.copy());
        assertThat(read.stream().map(CommandTableTest::facts).toList())
                .isEqualTo(CommandTable.specs().all().stream().map(CommandTableTest::facts).toList());
    }

    private static String facts(CommandSpec spec) {
        List<CommandFlag> flags = new ArrayList<>();
        for (CommandFlag flag : CommandFlag.values()) {
            if (spec.has(flag)) {
                flags.add(flag);
            }
        }
        List<String> keys = spec.keySpecs().stream()
                .map(key -> new TreeSet<>(List.of(key.flags().toUpperCase(Locale.ROOT).split(" ")))
                        + " " + key.keyword() + " " + key.begin() + " " + key.find())
                .toList();
        return spec.name() + " " + spec.arity() + " " + flags + " " + spec.firstKey() + " " + spec.lastKey() + " "
                + spec.keyStep() + " " + spec.categories() + " " + keys + " " + new TreeSet<>(spec.tips());
    }

    private static Map<String, CommandSpec> theirSpecs() throws IOException {
        Map<String, CommandSpec> specs = new TreeMap<>();
        try (RedisServer redis = new RedisServer()) {
            for (CommandSpec spec : SpecReply.read(redis.raw("COMMAND").getBytes(StandardCharsets.ISO_8859_1))) {
                specs.put(spec.name(), spec);
                spec.subcommands().forEach(sub -> specs.put(sub.name(), sub));
            }
        }
        return specs;
    }

    static List<Command> flat(List<Command> commands) {
        List<Command> all = new ArrayList<>();
        for (Command command : commands) {
            all.add(command);
            all.addAll(command.subcommands());
        }
        return all;
    }

    private static @Nullable String name(String... request) {
        Command command = CommandTable.find(Args.of(request));
        return command == null ? null : command.spec().name();
    }
}
