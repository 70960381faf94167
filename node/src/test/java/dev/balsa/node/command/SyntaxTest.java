package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.proto.command.Argument;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntaxTest {
    @Test
    void a_line_says_names_types_tokens_and_what_may_be_left_out_or_repeated() {
        assertThat(Syntax.parse("")).isEmpty();
        assertThat(shown("key pattern value n:integer")).isEqualTo("key:key@0 pattern:pattern value:string n:integer");
        assertThat(shown("from:key to:key@1")).isEqualTo("from:key@0 to:key@1");
        assertThat(shown("[NX] [change=CH] [EX seconds:integer]"))
                .isEqualTo("nx:pure-token'NX'? change:pure-token'CH'? seconds:integer'EX'?");
        assertThat(shown("a... [GET b]... [KEYS key@1^3.0.6...]"))
                .isEqualTo("a:string* b:string'GET'?*+ key:key@1'KEYS'^3.0.6?*");
        assertThat(shown("[how=(A | B^6.2.0 | C x)^5.0.0] [LIMIT range=(x y)]"))
                .isEqualTo("how:oneof^5.0.0?{a:pure-token'A' b:pure-token'B'^6.2.0 x:string'C'}"
                        + " range:block'LIMIT'?{x:string y:string}");
        assertThat(shown("id=(auto=* | equal== | ip:port)"))
                .isEqualTo("id:oneof{auto:pure-token'*' equal:pure-token'=' ip:port:string}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[a", "a]", "x=(a", "x=(a | b c)", "|", "a )", "x=[a]", "[]"})
    void what_is_no_line_is_refused_with_its_place(String line) {
        assertThatThrownBy(() -> Syntax.parse(line)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of '" + line + "'");
    }

    @Test
    void history_follows_from_the_versions_of_arguments() {
        RespReply docs = docs("SET");
        assertThat(docs.toString()).contains("history");
        RespReply history = items(items(docs).get(1)).get(indexOf(items(items(docs).get(1)), "history") + 1);
        assertThat(items(history).stream().map(entry -> text(items(entry).get(0)) + " " + text(items(entry).get(1))))
                .containsExactly("2.6.12 Takes NX, XX, EX, PX.", "6.0.0 Takes KEEPTTL.", "6.2.0 Takes GET, EXAT, PXAT.");
    }

    @Test
    void arguments_are_those_of_redis() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        Map<String, String> theirs = new TreeMap<>();
        try (RedisServer redis = new RedisServer()) {
            byte[] reply = redis.raw("COMMAND", "DOCS").getBytes(StandardCharsets.ISO_8859_1);
            arguments(RespReply.parse(reply), theirs);
        }
        // The one argument of all that says since when it is deprecated.
        theirs.computeIfPresent("client|kill", (_, known) -> known.replace(", deprecated_since, 2.8.12", ""));
        // 7.2 has shortened the name.
        theirs.computeIfPresent("acl|cat", (_, known) -> known.replace("categoryname", "category"));
        // 7.2 has given the choice another name than its first one's.
        for (String flush : List.of("function|flush", "script|flush")) {
            theirs.computeIfPresent(
                    flush, (_, known) -> known.replace("[name, async, type, oneof", "[name, flush-type, type, oneof"));
        }
        Map<String, String> ours = new TreeMap<>();
        arguments(docs(), ours);
        List<String> wrong = new ArrayList<>();
        ours.forEach((name, arguments) -> {
            String their = theirs.get(name);
            if (their != null && !their.equals(arguments)) {
                wrong.add(name + "\nours   " + arguments + "\ntheirs " + their);
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(ours.keySet()).contains("get", "set", "mset", "lcs", "copy", "scan", "expire", "object|encoding");
    }

    private static RespReply docs(String... names) {
        String[] request = new String[names.length + 2];
        request[0] = "COMMAND";
        request[1] = "DOCS";
        System.arraycopy(names, 0, request, 2, names.length);
        RespWriter reply = new RespWriter(1024);
        new CommandCommands(CommandTable.specs()).run(Args.of(request), reply);
        return RespReply.parse(reply.copy());
    }

    /** Name and arguments of every command and subcommand that has any. */
    private static void arguments(RespReply docs, Map<String, String> found) {
        List<RespReply> commands = items(docs);
        for (int i = 0; i < commands.size(); i += 2) {
            List<RespReply> fields = items(commands.get(i + 1));
            int arguments = indexOf(fields, "arguments");
            int subcommands = indexOf(fields, "subcommands");
            if (arguments >= 0) {
                found.put(text(commands.get(i)), plain(fields.get(arguments + 1)));
            }
            if (subcommands >= 0) {
                arguments(fields.get(subcommands + 1), found);
            }
        }
    }

    private static int indexOf(List<RespReply> fields, String name) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (text(fields.get(i)).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static List<RespReply> items(RespReply reply) {
        return ((RespReply.Array) reply).items();
    }

    private static String text(RespReply reply) {
        return switch (reply) {
            case RespReply.Bulk bulk -> bulk.text();
            case RespReply.Simple(String text) -> text;
            case RespReply.Int(long value) -> Long.toString(value);
            default -> throw new AssertionError(reply);
        };
    }

    private static String plain(RespReply reply) {
        if (!(reply instanceof RespReply.Array(List<RespReply> items))) {
            return text(reply);
        }
        return items.stream().map(SyntaxTest::plain).toList().toString();
    }

    private static String shown(String line) {
        return shown(Syntax.parse(line));
    }

    private static String shown(List<Argument> arguments) {
        return String.join(" ", arguments.stream().map(SyntaxTest::shown).toList());
    }

    private static String shown(Argument a) {
        return a.name() + ":" + a.type().shown() + (a.keySpec() < 0 ? "" : "@" + a.keySpec())
                + (a.token().isEmpty() ? "" : "'" + a.token() + "'") + (a.since().isEmpty() ? "" : "^" + a.since())
                + (a.optional() ? "?" : "") + (a.multiple() ? "*" : "") + (a.multipleToken() ? "+" : "")
                + (a.arguments().isEmpty() ? "" : "{" + shown(a.arguments()) + "}");
    }
}
