package dev.balsa.proxy.acl;

import dev.balsa.proxy.route.CommandIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Users in a file, a line {@code user <name> <rules>} each, as in Redis' ACL files. Stateless; blocks. */
public final class UserFile {
    private UserFile() {}

    /**
     * The users of a file, with the default user if it names none.
     *
     * @throws IOException with all that is wrong, as Redis tells it
     */
    public static Users read(Path file, CommandIndex index, boolean allChannels) throws IOException {
        Users users = new Users(index);
        users.newUsersHaveAllChannels(allChannels);
        List<String> seen = new ArrayList<>();
        StringBuilder errors = new StringBuilder();
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
            List<String> words = words(lines.get(i));
            if (words.isEmpty()) {
                continue;
            }
            String problem = words.size() < 2 || !words.getFirst().equals("user")
                    ? "should start with user keyword followed by the username"
                    : seen.contains(words.get(1)) ? "Duplicate user '" + words.get(1) + "' found"
                            : users.configure(words.subList(1, words.size()));
            if (problem != null) {
                errors.append(file).append(':').append(i + 1).append(": ").append(problem).append(". ");
            } else {
                seen.add(words.get(1));
            }
        }
        if (!errors.isEmpty()) {
            throw new IOException(errors + "WARNING: ACL errors detected, no change to the previously active ACL rules"
                    + " was performed");
        }
        return users;
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.strip().split("[ \t\r]+", -1)).filter(word -> !word.isEmpty()).toList();
    }

    /** Replaces the file in one step; only its owner may read it. */
    public static void write(Path file, List<String> lines) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(draft, lines, StandardCharsets.ISO_8859_1);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The lines of all users. */
    public static List<String> lines(Definition users) {
        List<String> lines = new ArrayList<>();
        users.rules().forEach((name, rules) -> lines.add("user " + name + " " + rules));
        return lines;
    }
}
