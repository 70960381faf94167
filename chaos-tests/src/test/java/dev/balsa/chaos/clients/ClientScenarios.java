package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.chaos.client.RespSocket;
import dev.balsa.chaos.cluster.NodeProcess;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/** Tests that share one cluster, each of which begins with nothing stored. */
abstract class ClientScenarios {
    abstract ClientCluster cluster();

    final NodeProcess.Ports node(int number) {
        return cluster().ports(number);
    }

    @BeforeEach
    void nothing_is_stored() throws IOException {
        try (RespSocket socket = cluster().plain(1)) {
            assertThat(socket.call("FLUSHALL")).isEqualTo("+OK");
        }
    }
}
