package dev.balsa.node.command;

import static dev.balsa.node.command.Row.read;
import static dev.balsa.node.command.Row.table;
import static dev.balsa.node.command.Row.write;
import static dev.balsa.proto.command.CommandFlag.DENYOOM;
import static dev.balsa.proto.command.CommandFlag.MOVABLEKEYS;

import dev.balsa.proto.command.KeySpec;
import java.util.List;

/** SORT and SORT_RO; the work is in {@link Sort}. */
final class SortCommands {
    private static final String PATTERN_NOTES = "For the optional BY/GET keyword. It is marked 'unknown' because the"
            + " key names derive from the content of the key we sort";
    private static final KeySpec PATTERNS =
            new KeySpec("RO ACCESS", null, 0, new KeySpec.Unknown(), PATTERN_NOTES);
    /** Redis says "unknown" here, too. */
    private static final KeySpec STORE = new KeySpec("OW UPDATE", "STORE", 2, new KeySpec.Range(0, 1, 0));

    static final List<Command> TABLE = table(
            write("sort", -2, SortCommands::sort, DENYOOM, MOVABLEKEYS).group("generic")
                    .acl("set", "sortedset", "list", "dangerous").key("RO ACCESS", 1).keys(PATTERNS).keys(STORE)
                    .syntax("key [BY pattern@1] [LIMIT offset_count=(offset:integer count:integer)] [GET "
                            + "pattern@1]... [order=(ASC | DESC)] [sorting=ALPHA] [STORE destination:key@2]")
                    .doc("1.0.0", "O(N + M log M), N = elements, M = elements replied",
                            "Sorts the elements of a list, a set or a sorted set, and stores them if wanted."),
            read("sort_ro", -2, SortCommands::sortRo, MOVABLEKEYS).group("generic")
                    .acl("set", "sortedset", "list", "dangerous").key("RO ACCESS", 1).keys(PATTERNS)
                    .syntax("key [BY pattern@1] [LIMIT offset_count=(offset:integer count:integer)] [GET "
                            + "pattern@1]... [order=(ASC | DESC)] [sorting=ALPHA]")
                    .doc("7.0.0", "O(N + M log M), N = elements, M = elements replied",
                            "Replies the elements of a list, a set or a sorted set in order."));

    private SortCommands() {}

    // SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE destination]
    private static void sort(Call call) {
        Sort.run(call, true);
    }

    // SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA]
    private static void sortRo(Call call) {
        Sort.run(call, false);
    }
}
