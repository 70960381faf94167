package dev.balsa.raft.segment;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The payload of a {@link RecordType#CONFIGURATION} entry: four lines, each a word and addresses separated by commas,
 * so that people and tools read it without a library. Immutable. The old lists are empty unless the group is between
 * two memberships.
 *
 * <pre>
 * peers 10.0.0.1:7000,10.0.0.2:7000
 * learners
 * old-peers
 * old-learners
 * </pre>
 */
public record MembershipText(
        List<String> peers, List<String> learners, List<String> oldPeers, List<String> oldLearners) {
    private static final List<String> WORDS = List.of("peers", "learners", "old-peers", "old-learners");

    public MembershipText {
        peers = List.copyOf(peers);
        learners = List.copyOf(learners);
        oldPeers = List.copyOf(oldPeers);
        oldLearners = List.copyOf(oldLearners);
    }

    public byte[] encode() {
        List<List<String>> lists = List.of(peers, learners, oldPeers, oldLearners);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < WORDS.size(); i++) {
            text.append(WORDS.get(i)).append(' ').append(String.join(",", lists.get(i))).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Throws {@link IllegalArgumentException} if the bytes are not such a text. */
    public static MembershipText decode(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        if (lines.size() != WORDS.size()) {
            throw new IllegalArgumentException("not a membership: " + text);
        }
        return new MembershipText(list(lines, 0), list(lines, 1), list(lines, 2), list(lines, 3));
    }

    private static List<String> list(List<String> lines, int i) {
        String start = WORDS.get(i) + " ";
        String line = lines.get(i);
        if (!line.startsWith(start)) {
            throw new IllegalArgumentException("a line that begins with " + start + "expected: " + line);
        }
        String addresses = line.substring(start.length());
        return addresses.isEmpty() ? List.of() : List.of(addresses.split(",", -1));
    }
}
