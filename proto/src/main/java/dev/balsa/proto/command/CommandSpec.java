package dev.balsa.proto.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a command without running it. Immutable.
 *
 * @param name lower case; a subcommand is {@code container|sub}
 * @param arity number of arguments with the name; negative: at least that many
 * @param flagBits union of {@link CommandFlag#bit()}
 * @param firstKey index of the first key, 0 = none (or only by {@code keySpecs})
 * @param lastKey index of the last key, negative counts from the end
 * @param keyStep distance between keys
 * @param keySpecs where the keys are, in full
 * @param categories ACL categories without the at sign, e.g. {@code write string slow}
 * @param subcommands empty for a command that is no container
 * @param doc for COMMAND DOCS
 * @param tips hints for clients and proxies, e.g. {@code request_policy:all_shards}
 */
public record CommandSpec(
        String name,
        int arity,
        long flagBits,
        int firstKey,
        int lastKey,
        int keyStep,
        List<KeySpec> keySpecs,
        List<String> categories,
        List<CommandSpec> subcommands,
        Doc doc,
        List<String> tips) {

    public CommandSpec {
        keySpecs = List.copyOf(keySpecs);
        categories = List.copyOf(categories);
        subcommands = List.copyOf(subcommands);
        tips = List.copyOf(tips);
    }

    /** Without tips. */
    public CommandSpec(
            String name,
            int arity,
            long flagBits,
            int firstKey,
            int lastKey,
            int keyStep,
            List<KeySpec> keySpecs,
            List<String> categories,
            List<CommandSpec> subcommands,
            Doc doc) {
        this(name, arity, flagBits, firstKey, lastKey, keyStep, keySpecs, categories, subcommands, doc, List.of());
    }

    /**
     * What people want to know.
     *
     * @param group as Redis names it, e.g. {@code string}
     * @param since the version of Redis that brought it
     * @param deprecation null for a command that is not deprecated
     * @param internal whether COMMAND DOCS marks it as a system command
     * @param arguments in their order; empty for a command that has none, or of which they are not told
     */
    public record Doc(
            String summary,
            String since,
            String group,
            String complexity,
            @Nullable Deprecation deprecation,
            boolean internal,
            List<Argument> arguments) {
        public static final Doc NONE = new Doc("", "", "", "");

        public Doc {
            arguments = List.copyOf(arguments);
        }

        /** Neither deprecated nor internal, and without arguments. */
        public Doc(String summary, String since, String group, String complexity) {
            this(summary, since, group, complexity, null, false, List.of());
        }
    }

    /**
     * A command that clients should no longer use.
     *
     * @param since the version of Redis that said so
     * @param replacedBy what to use instead
     */
    public record Deprecation(String since, String replacedBy) {}

    public boolean has(CommandFlag flag) {
        return (flagBits & flag.bit()) != 0;
    }

    /** Whether it changes state, so that it goes through the log: scripts may do that too. */
    public boolean isWrite() {
        return has(CommandFlag.WRITE) || has(CommandFlag.MAY_REPLICATE) && !isReadOnly();
    }

    public boolean isReadOnly() {
        return has(CommandFlag.READONLY);
    }

    /** Whether a request of {@code count} arguments, the name included, fits. */
    public boolean accepts(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }
}
