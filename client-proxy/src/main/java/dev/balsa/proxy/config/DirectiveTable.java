package dev.balsa.proxy.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The directives that a process knows, in an order of their own. Immutable. */
public final class DirectiveTable {
    private final Map<String, Directive> rows;
    private final Map<String, String> aliases;

    /** @param aliases older names, and which row each means */
    public DirectiveTable(Collection<Directive> rows, Map<String, String> aliases) {
        Map<String, Directive> byName = new LinkedHashMap<>();
        rows.forEach(row -> byName.put(row.name(), row));
        this.rows = Collections.unmodifiableMap(byName);
        this.aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
    }

    /** The row of a directive, by its name or an older one, in lower case; null if there is none. */
    public @Nullable Directive find(String name) {
        Directive row = rows.get(name);
        String newer = row == null ? aliases.get(name) : null;
        return newer == null ? row : rows.get(newer);
    }

    /** Every row, in the table's order. */
    public Collection<Directive> all() {
        return rows.values();
    }

    /** Every name that {@link #find} knows: those of the rows, then the older ones. */
    public List<String> names() {
        List<String> names = new ArrayList<>(rows.keySet());
        names.addAll(aliases.keySet());
        return names;
    }
}
