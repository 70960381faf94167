package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;

/** Random requests on lists, most of them valid; a part of {@link RandomCommands}. */
final class RandomListCommands {
    private static final List<String> LISTS = List.of("l1", "l2", "l3", "l4");

    private final RandomCommands random;

    RandomListCommands(RandomCommands random) {
        this.random = random;
    }

    List<String> next() {
        return switch (random.below(33)) {
            case 0, 1, 2, 3, 4, 5 -> push();
            case 6 -> List.of(random.one("LPUSHX", "RPUSHX"), list(), element());
            case 7, 8 -> random.with(List.of(random.one("LPOP", "RPOP"), list()), 50, List.of(count()));
            case 9 -> List.of("LLEN", list());
            case 10, 11, 12 -> List.of("LRANGE", list(), index(), index());
            case 13, 14 -> List.of("LINDEX", list(), index());
            case 15, 16, 17 -> List.of("LSET", list(), index(), element());
            case 18, 19 -> List.of("LINSERT", list(), random.one("BEFORE", "AFTER", "after", "FOO"), element(),
                    element());
            case 20, 21 -> List.of("LREM", list(), random.one("0", "1", "-1", "2", "-2", "3", "x"), element());
            case 22 -> trim();
            case 23, 24 -> position();
            case 25, 26 -> move();
            case 27 -> mpop();
            case 28 -> blocking();
            case 30, 31, 32 -> sort();
            default -> List.of("OBJECT", "ENCODING", list());
        };
    }

    private List<String> push() {
        List<String> push = new ArrayList<>(List.of(random.one("LPUSH", "RPUSH"), list()));
        int count = random.chance(5) ? 300 : 1 + random.below(5);
        for (int i = 0; i < count; i++) {
            push.add(element());
        }
        return push;
    }

    private List<String> trim() {
        // Most of the list stays, or it would never grow.
        String from = random.chance(80) ? String.valueOf(random.below(4)) : index();
        return List.of("LTRIM", list(), from, random.chance(80) ? String.valueOf(-1 - random.below(4)) : index());
    }

    private List<String> position() {
        List<String> position = List.of("LPOS", list(), element());
        position = random.with(position, 40, List.of("RANK", random.one("1", "-1", "2", "-2", "0", "x")));
        position = random.with(position, 40, List.of("COUNT", random.one("0", "1", "2", "-1", "x")));
        return random.with(position, 30, List.of("MAXLEN", random.one("0", "1", "10", "-1", "x")));
    }

    private List<String> move() {
        return random.chance(30)
                ? List.of("RPOPLPUSH", list(), list())
                : List.of("LMOVE", list(), list(), end(), end());
    }

    private List<String> mpop() {
        int keys = 1 + random.below(3);
        List<String> pop = new ArrayList<>(List.of("LMPOP", random.chance(90) ? String.valueOf(keys) : count()));
        for (int i = 0; i < keys; i++) {
            pop.add(list());
        }
        pop.add(end());
        return random.with(pop, 60, List.of(random.one("COUNT", "COUNT", "COUNT", "FOO"), count()));
    }

    /** A timeout so short that it is over at once. */
    private List<String> blocking() {
        return switch (random.below(4)) {
            case 0 -> List.of(random.one("BLPOP", "BRPOP"), list(), list(), "0.001");
            case 1 -> List.of("BLMOVE", list(), list(), end(), end(), "0.001");
            case 2 -> List.of("BLMPOP", "0.001", "2", list(), list(), end());
            default -> List.of("BRPOPLPUSH", list(), list(), random.one("0.001", "-1", "x", "nan"));
        };
    }

    /**
     * Not ALPHA by weights, for Redis leaves the order of equal ones open; and only with STORE, for without it Redis
     * compares as its locale wants.
     */
    private List<String> sort() {
        if (random.chance(15)) {
            return random.with(List.of("SORT_RO", list()), 50, List.of("BY", random.one("nosort", "k*")));
        }
        List<String> sort = List.of("SORT", list());
        sort = random.with(sort, 60, List.of("BY", random.one("nosort", "k*", "*", "nothing_*", "l*->a")));
        sort = random.with(sort, 30, List.of("GET", random.one("#", "k*", "*", "a", "*->x")));
        if (!sort.contains("nosort")) {
            // These are not stored: lists would double again and again.
            sort = random.with(sort, 20, List.of("GET", random.one("#", "k*")));
        }
        sort = random.with(sort, 30, List.of("LIMIT", index(), count()));
        sort = random.with(sort, 30, List.of(random.one("DESC", "ASC", "desc", "FOO")));
        if (sort.contains("nosort")) {
            return random.with(sort, 30, List.of("STORE", list()));
        }
        // Numbers are not stored: Redis may refuse them for an error of another command.
        return sort.contains("BY") || sort.indexOf("GET") != sort.lastIndexOf("GET")
                ? sort
                : random.with(sort, 50, List.of("ALPHA", "STORE", list()));
    }

    private String list() {
        return random.chance(92) ? random.one(LISTS) : random.key();
    }

    private String element() {
        return random.chance(60)
                ? random.one("a", "b", "c", "1", "2", "-5", "300", "70000", "007")
                : random.chance(3) ? "long ".repeat(random.below(2_500)) : random.value();
    }

    private String index() {
        return random.chance(90) ? String.valueOf(random.below(24) - 12) : random.number();
    }

    private String count() {
        return random.chance(85) ? String.valueOf(random.below(6)) : random.number();
    }

    private String end() {
        return random.chance(97) ? random.one("LEFT", "RIGHT") : random.one("left", "UP");
    }
}
