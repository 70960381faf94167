package dev.balsa.node.command;

import dev.balsa.proto.command.Argument;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.RespWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What people want to know of commands, in the shape of COMMAND DOCS of Redis 7.0. The history of a command follows
 * from the versions of its arguments. Stateless.
 */
final class CommandDocs {
    private static final Pattern DOT = Pattern.compile("\\.");

    private CommandDocs() {}

    /** Writes a map from the names of the commands to what is known of them. */
    static void write(List<CommandSpec> specs, RespWriter reply) {
        reply.map(specs.size());
        for (CommandSpec spec : specs) {
            reply.bulk(spec.name());
            write(spec, reply);
        }
    }

    private static void write(CommandSpec spec, RespWriter reply) {
        CommandSpec.Doc doc = spec.doc();
        CommandSpec.Deprecation deprecation = doc.deprecation();
        Map<String, List<String>> history = history(doc.arguments());
        List<String> flags = present(
                deprecation == null ? null : "deprecated", doc.internal() ? "syscmd" : null);
        reply.map(3 + count(
                !doc.complexity().isEmpty(),
                !flags.isEmpty(),
                deprecation != null,
                deprecation != null,
                !history.isEmpty(),
                !doc.arguments().isEmpty(),
                !spec.subcommands().isEmpty()));
        text("summary", doc.summary(), reply);
        text("since", doc.since(), reply);
        text("group", doc.group(), reply);
        if (!doc.complexity().isEmpty()) {
            text("complexity", doc.complexity(), reply);
        }
        if (!flags.isEmpty()) {
            words("doc_flags", flags, reply);
        }
        if (deprecation != null) {
            text("deprecated_since", deprecation.since(), reply);
            text("replaced_by", deprecation.replacedBy(), reply);
        }
        if (!history.isEmpty()) {
            reply.bulk("history");
            reply.set(history.size());
            history.forEach((version, names) -> {
                reply.array(2);
                reply.bulk(version);
                reply.bulk("Takes " + String.join(", ", names) + ".");
            });
        }
        if (!doc.arguments().isEmpty()) {
            arguments(doc.arguments(), reply);
        }
        if (!spec.subcommands().isEmpty()) {
            reply.bulk("subcommands");
            write(spec.subcommands(), reply);
        }
    }

    private static void arguments(List<Argument> arguments, RespWriter reply) {
        reply.bulk("arguments");
        reply.array(arguments.size());
        for (Argument argument : arguments) {
            argument(argument, reply);
        }
    }

    private static void argument(Argument argument, RespWriter reply) {
        List<String> flags = present(
                argument.optional() ? "optional" : null,
                argument.multiple() ? "multiple" : null,
                argument.multipleToken() ? "multiple_token" : null);
        reply.map(2 + count(
                argument.keySpec() >= 0,
                !argument.token().isEmpty(),
                !argument.since().isEmpty(),
                !flags.isEmpty(),
                !argument.arguments().isEmpty()));
        text("name", argument.name(), reply);
        text("type", argument.type().shown(), reply);
        if (argument.keySpec() >= 0) {
            reply.bulk("key_spec_index");
            reply.integer(argument.keySpec());
        }
        if (!argument.token().isEmpty()) {
            text("token", argument.token(), reply);
        }
        if (!argument.since().isEmpty()) {
            text("since", argument.since(), reply);
        }
        if (!flags.isEmpty()) {
            words("flags", flags, reply);
        }
        if (!argument.arguments().isEmpty()) {
            arguments(argument.arguments(), reply);
        }
    }

    /** What came with which version, the oldest first. */
    private static Map<String, List<String>> history(List<Argument> arguments) {
        Comparator<String> byNumbers = Comparator.comparing(
                version -> Stream.of(DOT.split(version)).map(Integer::valueOf).toList(), CommandDocs::compare);
        Map<String, List<String>> history = new TreeMap<>(byNumbers);
        collect(arguments, history);
        return history;
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        return IntStream.range(0, Math.min(a.size(), b.size()))
                .map(i -> Integer.compare(a.get(i), b.get(i)))
                .filter(order -> order != 0)
                .findFirst()
                .orElse(Integer.compare(a.size(), b.size()));
    }

    private static void collect(List<Argument> arguments, Map<String, List<String>> history) {
        for (Argument argument : arguments) {
            if (!argument.since().isEmpty()) {
                List<String> names = history.computeIfAbsent(argument.since(), _ -> new ArrayList<>());
                boolean choice = argument.type() == Argument.Type.ONEOF && argument.token().isEmpty();
                for (Argument named : choice ? argument.arguments() : List.of(argument)) {
                    names.add(named.token().isEmpty() ? named.name() : named.token());
                }
            }
            collect(argument.arguments(), history);
        }
    }

    private static List<String> present(@Nullable String... words) {
        return Stream.of(words).filter(Objects::nonNull).toList();
    }

    private static int count(boolean... present) {
        int count = 0;
        for (boolean each : present) {
            count += each ? 1 : 0;
        }
        return count;
    }

    private static void words(String name, List<String> words, RespWriter reply) {
        reply.bulk(name);
        reply.set(words.size());
        words.forEach(reply::simple);
    }

    private static void text(String name, String value, RespWriter reply) {
        reply.bulk(name);
        reply.bulk(value);
    }
}
