package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the transcripts on a cluster of three nodes: every command answers there as the engine does. But for those
 * between fronts and groups, which no client can send: what MULTI makes of them is tested instead.
 */
class ClusterTranscriptTest {
    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static UpCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new UpCluster(directory);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void transcripts_are_the_same_through_the_front() throws IOException {
        // The front of balsa up never allows DEBUG.
        assertThat(cluster.underOneLeader(UpCluster::front, front -> played(front, "balsa-|debug-"))).isEmpty();
    }

    @Test
    void transcripts_are_the_same_through_a_node_that_does_not_lead() throws IOException {
        assertThat(cluster.underOneLeader(UpCluster::follower, follower -> played(follower, "balsa-"))).isEmpty();
    }

    @Test
    void transcripts_are_the_same_at_the_port_of_the_node_that_leads() throws IOException {
        assertThat(cluster.underOneLeader(UpCluster::node, node -> played(node, "balsa-"))).isEmpty();
    }

    /** @param but how the names of those begin that are not for this port */
    private static List<String> played(Server server, String but) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Transcript transcript : TranscriptTest.transcripts().toList()) {
            if (!transcript.toString().matches("(" + but + ").*")) {
                wrong.addAll(transcript.play(server, false));
            }
        }
        return wrong;
    }
}
