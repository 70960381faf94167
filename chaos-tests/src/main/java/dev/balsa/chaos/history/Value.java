package dev.balsa.chaos.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an operation was given or returned: the part of EDN that histories need. Immutable. */
public sealed interface Value {
    /** Nothing, or not known yet. */
    record Nil() implements Value {}

    /** A whole number. */
    record Int(long number) implements Value {}

    /** A keyword, without its colon. */
    record Word(String name) implements Value {}

    /** A string. */
    record Text(String text) implements Value {}

    /** A vector. */
    record Vector(List<Value> items) implements Value {
        public Vector {
            items = List.copyOf(items);
        }
    }

    /** A map, in its order. */
    record Table(Map<Value, Value> entries) implements Value {
        public Table {
            entries = new LinkedHashMap<>(entries);
        }
    }

    /** EDN's nil. */
    static Value nil() {
        return new Nil();
    }

    static Value of(long number) {
        return new Int(number);
    }

    static Value word(String name) {
        return new Word(name);
    }

    static Value text(String text) {
        return new Text(text);
    }

    static Value vector(Value... items) {
        return new Vector(List.of(items));
    }

    static Value vector(List<Value> items) {
        return new Vector(items);
    }

    /** A vector of numbers. */
    static Value numbers(List<Long> numbers) {
        List<Value> items = new ArrayList<>(numbers.size());
        for (long number : numbers) {
            items.add(of(number));
        }
        return new Vector(items);
    }

    /** A map of words to values: {@code :a 1, :b 2}. */
    static Value table(Map<String, Value> entries) {
        Map<Value, Value> table = new LinkedHashMap<>();
        entries.forEach((name, value) -> table.put(word(name), value));
        return new Table(table);
    }

    default boolean isNil() {
        return this instanceof Nil;
    }

    /** This as a number. */
    default long asLong() {
        if (this instanceof Int(long number)) {
            return number;
        }
        throw new IllegalArgumentException(Edn.write(this) + " is no number");
    }

    /** The items of a vector; none for nil. */
    default List<Value> asList() {
        return switch (this) {
            case Vector(List<Value> items) -> items;
            case Nil() -> List.of();
            case Int _, Word _, Text _, Table _ ->
                    throw new IllegalArgumentException(Edn.write(this) + " is no vector");
        };
    }

    /** The entries of a map. */
    default Set<Map.Entry<Value, Value>> asEntries() {
        if (this instanceof Table(Map<Value, Value> entries)) {
            return entries.entrySet();
        }
        throw new IllegalArgumentException(Edn.write(this) + " is no map");
    }

    /** What a map holds under a keyword; nil if nothing. */
    default Value get(String name) {
        if (this instanceof Table(Map<Value, Value> entries)) {
            return entries.getOrDefault(word(name), nil());
        }
        throw new IllegalArgumentException(Edn.write(this) + " is no map");
    }

    /** The name of a keyword, or the text of a string. */
    default String asText() {
        return switch (this) {
            case Word(String name) -> name;
            case Text(String text) -> text;
            case Nil _, Int _, Vector _, Table _ ->
                    throw new IllegalArgumentException(Edn.write(this) + " is no text");
        };
    }
}
