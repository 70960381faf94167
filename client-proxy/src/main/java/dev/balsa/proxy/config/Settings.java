package dev.balsa.proxy.config;

import dev.balsa.proto.command.Glob;
import dev.balsa.proxy.config.Directive.Effect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The values in force: those of the start, and what CONFIG SET has changed since. Who acts on one registers for it, and
 * is told the first value at once. Thread-safe: reads take no lock, changes are made one after the other.
 */
public final class Settings {
    /** Puts a new value into force. */
    @FunctionalInterface
    public interface Applier {
        /** @return null, or why it cannot be: then nothing was changed */
        @Nullable String apply(String value);
    }

    /** Puts several new values into force that only make sense together. */
    @FunctionalInterface
    public interface JointApplier {
        /** @param values of any setting, the new ones included. @return null, or why it cannot be */
        @Nullable String apply(UnaryOperator<String> values);
    }

    private record Together(Set<String> names, JointApplier applier) {}

    /** One value to set. */
    public record Change(String name, String value) {}

    private final DirectiveTable table;
    private final Map<String, String> started;
    private final Set<String> given;
    private final Map<String, String> values = new ConcurrentHashMap<>();
    private final Map<String, List<Applier>> appliers = new ConcurrentHashMap<>();
    private final List<Together> together = new ArrayList<>();

    /**
     * @param started the value that each row of the table has at the start
     * @param given names that stand in the configuration, so that CONFIG REWRITE must keep them
     */
    public Settings(DirectiveTable table, UnaryOperator<String> started, Collection<String> given) {
        this.table = table;
        table.all().forEach(directive -> values.put(directive.name(), started.apply(directive.name())));
        this.started = Map.copyOf(values);
        this.given = Set.copyOf(given);
    }

    /** The value as CONFIG GET shows it. */
    public String value(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no setting " + name);
        }
        return value;
    }

    /** Registers for a setting that changes at once, and applies the value in force now. */
    public synchronized void onChange(String name, Applier applier) {
        appliers.computeIfAbsent(name, any -> new ArrayList<>()).add(applier);
        String refused = applier.apply(value(name));
        if (refused != null) {
            throw new IllegalStateException(name + ": " + refused);
        }
    }

    /**
     * Registers for settings that one CONFIG SET may change together: told once, after those of {@link #onChange}. Also
     * when a value stays as it is: it may be the name of a file whose content has changed.
     */
    public synchronized void onAnyChange(Collection<String> names, JointApplier applier) {
        together.add(new Together(Set.copyOf(names), applier));
    }

    /** Shows another value for a setting that the process has found out for itself, such as its id. */
    public void found(String name, String value) {
        values.put(name, value);
    }

    /** Name and value of every setting that fits one of {@code patterns}, in the table's order. */
    public Map<String, String> matching(List<String> patterns) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : table.names()) {
            Directive directive = table.find(name);
            for (String pattern : patterns) {
                if (directive != null && Glob.matchesInAnyCase(pattern, name)) {
                    found.put(name, value(directive.name()));
                    break;
                }
            }
        }
        return found;
    }

    /** Sets all, or none. @return null, or Redis' error line */
    public synchronized @Nullable String set(List<Change> changes) {
        Map<String, String> checked = new LinkedHashMap<>();
        for (Change change : changes) {
            Directive directive = table.find(change.name());
            if (directive == null) {
                return "ERR Unknown option or number of arguments for CONFIG SET - '" + change.name() + "'";
            }
            if (checked.containsKey(directive.name())) {
                return failed(change.name(), "duplicate parameter");
            }
            switch (directive.kind().check(List.of(change.value()))) {
                case Checked.Bad(String reason) -> {
                    return failed(change.name(), reason);
                }
                case Checked.Good(String text) -> {
                    String refused = refused(directive, text);
                    if (refused != null) {
                        return failed(change.name(), refused);
                    }
                    checked.put(directive.name(), text);
                }
            }
        }
        return apply(checked);
    }

    private @Nullable String refused(Directive directive, String text) {
        if (text.equals(value(directive.name()))) {
            return null;
        }
        return switch (directive.effect()) {
            case AT_ONCE -> null;
            case AT_START -> "can't set immutable config";
            case NONE -> "it has no effect here: " + directive.note();
        };
    }

    private @Nullable String apply(Map<String, String> checked) {
        Map<String, String> before = new LinkedHashMap<>();
        for (Map.Entry<String, String> change : checked.entrySet()) {
            String name = change.getKey();
            before.put(name, value(name));
            for (Applier applier : appliers.getOrDefault(name, List.of())) {
                String refused = applier.apply(change.getValue());
                if (refused != null) {
                    before.forEach((again, old) -> appliers.getOrDefault(again, List.of())
                            .forEach(undo -> undo.apply(old)));
                    return failed(name, refused);
                }
            }
        }
        String refused = applyTogether(checked);
        if (refused != null) {
            before.forEach((again, old) -> appliers.getOrDefault(again, List.of()).forEach(undo -> undo.apply(old)));
            return refused;
        }
        values.putAll(checked);
        return null;
    }

    private @Nullable String applyTogether(Map<String, String> checked) {
        for (int i = 0; i < together.size(); i++) {
            for (String name : checked.keySet()) {
                if (together.get(i).names().contains(name)) {
                    String refused = together.get(i).applier().apply(any -> checked.getOrDefault(any, value(any)));
                    if (refused != null) {
                        // Those told before find the values of before again.
                        together.subList(0, i).forEach(other -> other.applier().apply(this::value));
                        return failed(name, refused);
                    }
                    break;
                }
            }
        }
        return null;
    }

    private static String failed(String name, String reason) {
        return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason;
    }

    /**
     * What has to be in a file for a process started with it alone to have today's values: only what the given
     * directives or CONFIG SET changed.
     */
    public Map<String, String> toKeep() {
        Map<String, String> kept = new LinkedHashMap<>();
        for (Directive directive : table.all()) {
            String name = directive.name();
            boolean settable = directive.effect() == Effect.AT_ONCE;
            String before = started.getOrDefault(name, "");
            if (given.contains(name) || (settable && !value(name).equals(before))) {
                kept.put(name, settable ? value(name) : before);
            }
        }
        return kept;
    }

    /** Whether CONFIG SET has changed anything. */
    public boolean isChanged() {
        return table.all().stream().anyMatch(row -> row.effect() == Effect.AT_ONCE
                && !value(row.name()).equals(started.getOrDefault(row.name(), "")));
    }

    /** The rows, in their order. */
    public DirectiveTable table() {
        return table;
    }
}
