package dev.balsa.node.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 * A transcript is a conversation with a server, written so that it reads like redis-cli:
 *
 *     # free text
 *     > SET key "a value"            a request, quoted as in redis-cli
 *     OK                             its reply: status as it is, "bulk", (integer) 1, (nil), (error) ..., 1) "element",
 *                                    1# key and value of a map in turn, 1~ element of a set
 *     ! resp 3                       RESP3 from here on (a transcript begins with RESP2, database 0, nothing in it)
 *     ! wait 20                      milliseconds pass: virtual time in memory, real time at a real server
 *     ! unordered                    the elements of the next reply may come in any order
 *     ! differs <why>                the next reply is ours (and Redis 7.2's, if the reason says so), not that of the
 *                                    reference server: not compared there
 *     ! moments                      the next reply tells of a clock: compared only where time stands still
 *     ! any <why>                    the next reply may be anything but an error
 *
 * Where time passes, TTL, HTTL and OBJECT IDLETIME may tell of a moment some seconds later than the transcript's.
 *
 * With -Dbalsa.transcripts.rewrite=true the replies are taken from the reference server (those that differ: from our
 * engine) and written back into the file.
 */

/** A file of requests and expected replies. */
final class Transcript {
    /** One request and what is said of it. */
    record Step(
            List<String> before,
            List<String> request,
            String expected,
            boolean unordered,
            boolean differs,
            boolean moments,
            boolean any) {}

    private static final Pattern SECONDS = Pattern.compile("(.*\\(integer\\) )(\\d+)");
    private static final int PASSED_SECONDS_MAX = 20;

    private final Path file;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> after = new ArrayList<>();

    Transcript(Path file) {
        this.file = file;
        List<String> before = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); ) {
            String line = lines.get(i++);
            if (!line.startsWith("> ")) {
                before.add(line);
                continue;
            }
            List<String> reply = new ArrayList<>();
            while (i < lines.size() && !lines.get(i).isEmpty() && !lines.get(i).matches("[>!#] .*")) {
                reply.add(lines.get(i++));
            }
            boolean unordered = before.stream().anyMatch(l -> l.equals("! unordered"));
            boolean differs = before.stream().anyMatch(l -> l.startsWith("! differs "));
            boolean moments = before.stream().anyMatch(l -> l.equals("! moments"));
            boolean any = before.stream().anyMatch(l -> l.startsWith("! any "));
            before.add(line);
            steps.add(new Step(before, split(line.substring(2)), String.join("\n", reply), unordered, differs, moments,
                    any));
            before = new ArrayList<>();
        }
        after.addAll(before);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The same file, read again. */
    Transcript again() {
        return new Transcript(file);
    }

    /** Plays the transcript; answers one text for each step whose reply is not the expected one. */
    List<String> play(Server server, boolean reference) throws IOException {
        List<String> wrong = new ArrayList<>();
        begin(server);
        for (Step step : steps) {
            direct(step, server);
            Reply reply = server.call(step.request());
            boolean right = step.any()
                    ? !(reply instanceof Reply.Failure)
                    : same(reply.shown(), step) || !server.hasVirtualTime() && isOfALaterMoment(reply.shown(), step);
            boolean compared = !(reference && step.differs()) && (server.hasVirtualTime() || !step.moments());
            if (compared && !right) {
                wrong.add(file.getFileName() + ": " + step.before().getLast()
                        + "\nexpected " + step.expected() + "\nbut was  " + reply.shown());
            }
        }
        return wrong;
    }

    /** Plays the transcript against both and writes the replies into the file. */
    void rewrite(Server reference, Server ours) throws IOException {
        begin(reference);
        begin(ours);
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            direct(step, reference);
            direct(step, ours);
            String theirReply = reference.call(step.request()).shown();
            String ourReply = ours.call(step.request()).shown();
            step.before().forEach(line -> text.append(line).append('\n'));
            if (!step.any()) {
                text.append(step.differs() || step.moments() ? ourReply : theirReply).append('\n');
            }
        }
        after.forEach(line -> text.append(line).append('\n'));
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    private static void begin(Server server) throws IOException {
        server.protocol(2);
        server.call("SELECT", "0");
        server.call("FLUSHALL");
    }

    private static void direct(Step step, Server server) throws IOException {
        for (String line : step.before()) {
            if (line.startsWith("! resp ")) {
                server.protocol(Integer.parseInt(line.substring(7)));
            } else if (line.startsWith("! wait ")) {
                server.pass(Long.parseLong(line.substring(7)));
            }
        }
    }

    /** Whether a reply that tells how long something lasts yet, or was unused, differs by the time that has passed. */
    private static boolean isOfALaterMoment(String shown, Step step) {
        String request = String.join(" ", step.request());
        List<String> got = shown.lines().toList();
        List<String> expected = step.expected().lines().toList();
        boolean later = request.matches("(?i)(H?TTL|OBJECT IDLETIME) .*") && got.size() == expected.size();
        for (int i = 0; later && i < got.size(); i++) {
            Matcher one = SECONDS.matcher(got.get(i));
            Matcher other = SECONDS.matcher(expected.get(i));
            later = got.get(i).equals(expected.get(i))
                    || one.matches()
                            && other.matches()
                            && one.group(1).equals(other.group(1))
                            && Math.abs(Integer.parseInt(one.group(2)) - Integer.parseInt(other.group(2)))
                                    <= PASSED_SECONDS_MAX;
        }
        return later;
    }

    private static boolean same(String shown, Step step) {
        if (!step.unordered()) {
            return shown.equals(step.expected());
        }
        return sortedElements(shown).equals(sortedElements(step.expected()));
    }

    private static List<String> sortedElements(String shown) {
        return shown.lines().map(line -> line.replaceFirst("^(\\s*\\d+[)~#] )+", "")).sorted().toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Splits a request line: words, {@code "quoted \x00 \n"} and {@code 'quoted'}. */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == ' ') {
                i++;
            } else if (c == '"') {
                int end = i + 1;
                while (line.charAt(end) != '"') {
                    end += line.charAt(end) == '\\' ? 2 : 1;
                }
                words.add(unquote(line.substring(i + 1, end)));
                i = end + 1;
            } else {
                int end = c == '\'' ? line.indexOf('\'', i + 1) : line.indexOf(' ', i);
                end = end < 0 ? line.length() : end;
                words.add(line.substring(c == '\'' ? i + 1 : i, end));
                i = end + 1;
            }
        }
        return words;
    }

    private static String unquote(String text) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.append(c);
                continue;
            }
            c = text.charAt(++i);
            switch (c) {
                case 'n' -> bytes.append('\n');
                case 'r' -> bytes.append('\r');
                case 't' -> bytes.append('\t');
                case 'x' -> {
                    bytes.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> bytes.append(c);
            }
        }
        return bytes.toString();
    }

    @Override
    public String toString() {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }
}
