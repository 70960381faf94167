package dev.balsa.proxy.config;

import dev.balsa.proxy.config.Checked.Bad;
import dev.balsa.proxy.config.Checked.Good;
import dev.balsa.proxy.ConfigFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What values a directive takes. Immutable. */
public sealed interface Kind {
    /** Checks the words behind the directive's name. */
    Checked check(List<String> words);

    /** What is allowed, for error messages: {@code yes or no}, {@code 1 to 65535}. */
    String allowed();

    /** How many words there must be; -1 = any number. */
    default int words() {
        return 1;
    }

    /** Yes or no. */
    record Flag() implements Kind {
        @Override
        public Checked check(List<String> words) {
            String word = words.getFirst().toLowerCase(Locale.ROOT);
            return word.equals("yes") || word.equals("no") ? new Good(word) : new Bad("argument must be 'yes' or 'no'");
        }

        @Override
        public String allowed() {
            return "yes or no";
        }
    }

    /** A whole number, both ends included. */
    record Whole(long min, long max) implements Kind {
        @Override
        public Checked check(List<String> words) {
            long value;
            try {
                value = Long.parseLong(words.getFirst());
            } catch (NumberFormatException e) {
                return new Bad("argument couldn't be parsed into an integer");
            }
            return value < min || value > max
                    ? new Bad("argument must be between " + min + " and " + max + " inclusive")
                    : new Good(Long.toString(value));
        }

        @Override
        public String allowed() {
            return "a whole number from " + min + " to " + max;
        }
    }

    /** A number of bytes, with Redis' units: k = 1000, kb = 1024, and so on. Shown in plain bytes. */
    record Bytes(long min, long max) implements Kind {
        @Override
        public Checked check(List<String> words) {
            long value = parse(words.getFirst());
            if (value < 0) {
                return new Bad("argument must be a memory value");
            }
            return value < min || value > max
                    ? new Bad("argument must be between " + min + " and " + max + " inclusive")
                    : new Good(Long.toString(value));
        }

        @Override
        public String allowed() {
            return "bytes from " + min + " to " + max + ", with units 1k = 1000, 1kb = 1024, 1mb, 1gb";
        }

        /** The bytes that {@code text} means, or -1. */
        static long parse(String text) {
            try {
                return ConfigFile.parseBytes(text);
            } catch (NumberFormatException e) {
                return -1;
            }
        }
    }

    /** One of some words. */
    record Choice(List<String> choices) implements Kind {
        @Override
        public Checked check(List<String> words) {
            String word = words.getFirst().toLowerCase(Locale.ROOT);
            return choices.contains(word)
                    ? new Good(word)
                    : new Bad("argument(s) must be one of the following: " + String.join(", ", choices));
        }

        @Override
        public String allowed() {
            return "one of " + String.join(", ", choices);
        }
    }

    /** Any text. */
    record Text() implements Kind {
        @Override
        public Checked check(List<String> words) {
            return new Good(words.getFirst());
        }

        @Override
        public String allowed() {
            return "text";
        }
    }

    /** Some words, kept with one space between them. */
    record Words() implements Kind {
        @Override
        public Checked check(List<String> words) {
            return new Good(String.join(" ", words).strip());
        }

        @Override
        public String allowed() {
            return "words";
        }

        @Override
        public int words() {
            return -1;
        }
    }

    /**
     * A directive of Redis that has exactly one meaning here. Another value is refused, because ignoring it would break
     * what it promises.
     *
     * @param value the one that is true here
     * @param advice what to do instead, a sentence
     */
    record Only(String value, String advice) implements Kind {
        @Override
        public Checked check(List<String> words) {
            String given = String.join(" ", words).strip();
            return given.equalsIgnoreCase(value) ? new Good(value) : new Bad(advice);
        }

        @Override
        public String allowed() {
            return value.isEmpty() ? "nothing but \"\"" : value;
        }

        @Override
        public int words() {
            return -1;
        }
    }

    /** {@code client-output-buffer-limit}: class, hard limit, soft limit, seconds, repeated. */
    record OutputLimits() implements Kind {
        private static final List<String> CLASSES = List.of("normal", "slave", "pubsub");
        private static final String FORM = "class hard-bytes soft-bytes soft-seconds, class one of normal, replica, "
                + "pubsub";

        @Override
        public Checked check(List<String> words) {
            List<String> all = words.size() == 1 ? List.of(words.getFirst().strip().split("\\s+")) : words;
            if (all.size() % 4 != 0) {
                return new Bad("Wrong number of arguments in buffer limit configuration.");
            }
            List<String> shown = new ArrayList<>();
            for (int i = 0; i < all.size(); i += 4) {
                String name = all.get(i).toLowerCase(Locale.ROOT);
                name = name.equals("replica") ? "slave" : name;
                if (!CLASSES.contains(name)) {
                    return new Bad("Invalid client class specified in buffer limit configuration.");
                }
                long hard = Bytes.parse(all.get(i + 1));
                long soft = Bytes.parse(all.get(i + 2));
                long seconds = Bytes.parse(all.get(i + 3));
                if (hard < 0 || soft < 0 || seconds < 0) {
                    return new Bad("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
                }
                shown.add(name + " " + hard + " " + soft + " " + seconds);
            }
            return new Good(merge("", String.join(" ", shown)));
        }

        /**
         * The limits of {@code before} with those of {@code after} in their place, every class once, in Redis' order.
         */
        public static String merge(String before, String after) {
            Map<String, String> limits = new LinkedHashMap<>();
            CLASSES.forEach(name -> limits.put(name, ""));
            for (String text : List.of(before, after)) {
                String[] words = text.isEmpty() ? new String[0] : text.split(" ");
                for (int i = 0; i < words.length; i += 4) {
                    limits.put(words[i], String.join(" ", words[i], words[i + 1], words[i + 2], words[i + 3]));
                }
            }
            limits.values().removeIf(String::isEmpty);
            return String.join(" ", limits.values());
        }

        @Override
        public String allowed() {
            return FORM;
        }

        @Override
        public int words() {
            return -1;
        }
    }

    /** {@code user}: a name and its rules, as in Redis' ACL files; one line for each user. */
    record UserRules() implements Kind {
        @Override
        public Checked check(List<String> words) {
            return new Good(String.join(" ", words));
        }

        @Override
        public String allowed() {
            return "user <name> <rule> [<rule> ...]";
        }

        @Override
        public int words() {
            return -1;
        }
    }

    /** {@code notify-keyspace-events}: letters of classes, shown in Redis' order. */
    record KeyspaceEventClasses() implements Kind {
        private static final String IN_ALL = "g$lshzxet";
        private static final String OTHERS = "KEmn";
        private static final String LETTERS = "A, g$lshzxetd, K, E, m, n";

        @Override
        public Checked check(List<String> words) {
            String given = words.getFirst().replace("A", IN_ALL + "d");
            for (int i = 0; i < given.length(); i++) {
                if ((IN_ALL + "d" + OTHERS).indexOf(given.charAt(i)) < 0) {
                    return new Bad("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
                }
            }
            StringBuilder shown = new StringBuilder();
            String all = IN_ALL + "d";
            if (all.chars().allMatch(letter -> given.indexOf(letter) >= 0)) {
                shown.append('A');
            } else {
                all.chars().filter(letter -> given.indexOf(letter) >= 0).forEach(letter -> shown.append((char) letter));
            }
            OTHERS.chars().filter(letter -> given.indexOf(letter) >= 0).forEach(letter -> shown.append((char) letter));
            return new Good(shown.toString());
        }

        @Override
        public String allowed() {
            return LETTERS;
        }
    }

    /** {@code cluster-node}: id, host, port, cluster port, Raft port; one line for each member. */
    record Member() implements Kind {
        @Override
        public Checked check(List<String> words) {
            if (words.size() != 5) {
                return new Bad("it takes five words");
            }
            if (!words.getFirst().matches("[0-9a-f]{40}")) {
                return new Bad("a node id is 40 hex digits in lower case");
            }
            for (String port : words.subList(2, 5)) {
                if (new Whole(0, 65_535).check(List.of(port)) instanceof Bad bad) {
                    return bad;
                }
            }
            return new Good(String.join(" ", words));
        }

        @Override
        public String allowed() {
            return "cluster-node <id of 40 hex digits> <host> <port> <cluster-port> <raft-port>";
        }

        @Override
        public int words() {
            return 5;
        }
    }
}
