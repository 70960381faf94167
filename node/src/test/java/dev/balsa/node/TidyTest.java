package dev.balsa.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * House rules that no compiler holds, for every file of the repository. A message says where, which rule, and why there
 * is one.
 */
class TidyTest {
    private static final int FILE_LINES_MAX = 600;
    private static final int LINE_COLUMNS_MAX = 120;
    private static final int METHOD_LINES_MAX = 60;
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", ".vscode", ".balsa", "node_modules");
    private static final Set<String> TEXTS = Set.of("java", "xml", "md", "proto", "flags", "conf", "properties", "yml",
            "yaml", "sh");
    private static final Pattern WEAK_NAME = Pattern.compile(".*(Impl|Utils?|Helper|Manager)\\.java");
    private static final Pattern LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern POM_VERSION = Pattern.compile("<version>(?!\\$\\{)[^<]*</version>");
    /**
     * A member that is no field and no type: it begins at four blanks and opens a parenthesis before any equals sign.
     */
    private static final Pattern METHOD =
            Pattern.compile("^    (?! )(?!.*\\b(class|record|interface|enum)\\b)[^=(]*\\w\\(.*");

    /**
     * Methods that are longer than they should be, with their length. It may only shrink: who shortens one lowers its
     * number or takes it out.
     */
    private static final Map<String, Integer> LONG_METHODS = Map.of(
            "node/src/main/java/dev/balsa/node/command/ClusterCommands.java table", 85,
            "node/src/main/java/dev/balsa/node/command/ServerCommands.java table", 121);

    /** Files that are longer than they should be; may only shrink. */
    private static final Map<String, Integer> LONG_FILES = Map.of(
            "node/src/main/java/dev/balsa/node/engine/Database.java", 604);

    /** Lines of Java in the whole repository that are wider than they should be; may only shrink. */
    private static final int WIDE_LINES_MAX = 480;

    private final Path root = root();
    private final List<String> complaints = new ArrayList<>();

    @Test
    void every_file_is_short_has_no_tabs_and_puts_nothing_off() throws IOException {
        for (Path file : files()) {
            List<String> lines = lines(file);
            int allowed = LONG_FILES.getOrDefault(root.relativize(file).toString(), FILE_LINES_MAX);
            if (isJava(file) && lines.size() > allowed) {
                complain(file, FILE_LINES_MAX, "has " + lines.size() + " lines",
                        "a file that nobody reads in one go hides two ideas: split it");
            }
            for (int i = 0; i < lines.size(); i++) {
                checkLine(file, i + 1, lines.get(i));
            }
        }
        assertThat(complaints).isEmpty();
    }

    private void checkLine(Path file, int number, String line) {
        if (line.indexOf('\t') >= 0) {
            complain(file, number, "has a tab", "tabs look different to everyone: indent by spaces");
        }
        if (LATER.matcher(line).find()) {
            complain(file, number, "puts something off",
                    "what is not done is no part of the code: do it, or leave it out");
        }
    }

    @Test
    void lines_are_not_wide_and_those_that_are_become_fewer() throws IOException {
        int wide = 0;
        for (Path file : files()) {
            for (String line : isJava(file) ? lines(file) : List.<String>of()) {
                wide += line.length() > LINE_COLUMNS_MAX ? 1 : 0;
            }
        }
        assertThat(wide)
                .as("lines of Java wider than " + LINE_COLUMNS_MAX
                + " columns (two files must fit side by side); break them, and lower WIDE_LINES_MAX")
                .isLessThanOrEqualTo(WIDE_LINES_MAX);
    }

    @Test
    void file_names_say_what_a_class_is() throws IOException {
        for (Path file : files()) {
            if (WEAK_NAME.matcher(String.valueOf(file.getFileName())).matches()) {
                complain(file, 1, "is named by its kind",
                        "Impl, Util, Helper, Manager say nothing: name it by the field's word");
            }
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void every_package_says_what_it_is_and_is_null_marked() throws IOException {
        Map<Path, Boolean> packages = new TreeMap<>();
        for (Path file : files()) {
            if (isJava(file) && file.toString().contains("src/main/java")) {
                packages.putIfAbsent(file.getParent(), Files.exists(file.resolveSibling("package-info.java")));
            }
        }
        for (Map.Entry<Path, Boolean> entry : packages.entrySet()) {
            Path info = entry.getKey().resolve("package-info.java");
            String text = entry.getValue() ? Files.readString(info) : "";
            if (!text.contains("@NullMarked") || !Pattern.compile("/\\*\\*\\s*\\**\\s*\\S.*?\\.\\s", Pattern.DOTALL)
                    .matcher(text).find()) {
                complain(info, 1, "needs @NullMarked and a first sentence",
                        "without the one nulls go unchecked, without the other a reader is lost");
            }
        }
        assertThat(packages).isNotEmpty();
        assertThat(complaints).isEmpty();
    }

    @Test
    void versions_stand_in_the_root_pom_only() throws IOException {
        for (Path file : files()) {
            if (!file.getFileName().toString().equals("pom.xml") || root.equals(file.getParent())) {
                continue;
            }
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                boolean ours = lines.get(i).contains("<artifactId>balsa</artifactId>");
                if (!ours && POM_VERSION.matcher(lines.get(i)).find()) {
                    complain(file, i + 1, "names a version", "one place to look at and to change: the root pom.xml");
                }
            }
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void methods_are_short_and_the_list_of_long_ones_shrinks() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        for (Path file : files()) {
            if (isJava(file) && file.toString().contains("src/main/java")) {
                measure(file, found);
            }
        }
        found.forEach((method, length) -> {
            Integer allowed = LONG_METHODS.get(method);
            if (allowed == null || length > allowed) {
                complaints.add(method + " is " + length + " lines long, allowed are "
                        + (allowed == null ? METHOD_LINES_MAX : allowed)
                        + ": one level of detail fits on a screen");
            }
        });
        assertThat(complaints).isEmpty();
    }

    /** Members begin at four blanks and end at a brace at four blanks: so the code is formatted. */
    private void measure(Path file, Map<String, Integer> found) throws IOException {
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher start = METHOD.matcher(lines.get(i));
            if (!start.matches() || lines.get(i).endsWith(";") || lines.get(i).strip().startsWith("@")
                    || lines.get(i).strip().startsWith("*")) {
                continue;
            }
            int end = i;
            while (end < lines.size() && !lines.get(end).equals("    }")
                    && !(lines.get(end).startsWith("    ") && lines.get(end).endsWith("{}"))) {
                end++;
            }
            int length = end - i + 1;
            if (length > METHOD_LINES_MAX) {
                String name = lines.get(i).strip().replaceFirst("\\(.*", "").replaceFirst(".* ", "");
                found.put(root.relativize(file) + " " + name, length);
            }
            i = end;
        }
    }

    private void complain(Path file, int line, String what, String why) {
        complaints.add(root.relativize(file) + ":" + line + " " + what + " (" + why + ")");
    }

    private static boolean isJava(Path file) {
        return file.toString().endsWith(".java");
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.UTF_8);
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED.contains(String.valueOf(directory.getFileName())) ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = String.valueOf(file.getFileName());
                if (TEXTS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !(Files.exists(at.resolve("pom.xml")) && Files.exists(at.resolve("proto/pom.xml")))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException("not run inside the repository");
        }
        return at;
    }
}
