package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MONITOR, line by line as redis-server 7.0 writes it. */
class MonitorTest {
    private final FakeCluster cluster = new FakeCluster(1, null);
    private RawClient monitor;
    private RawClient client;

    @BeforeEach
    void connect() throws IOException {
        int port = cluster.listen(Mode.PLAIN);
        monitor = new RawClient(port);
        client = new RawClient(port);
        assertThat(monitor.call("MONITOR")).isEqualTo("+OK");
    }

    @AfterEach
    void stop() throws IOException {
        monitor.close();
        client.close();
        cluster.close();
    }

    private void shows(String expected) throws IOException {
        assertThat(monitor.reply()).matches("\\+\\d{10}\\.\\d{6} \\[\\d+ 127\\.0\\.0\\.1:\\d+] .*").endsWith("] " + expected);
    }

    @Test
    void commands_appear_as_they_were_sent_and_unprintable_bytes_escaped() throws IOException {
        client.call("sEt k v");
        shows("\"sEt\" \"k\" \"v\"");
        client.send("SET", "k", "a\n\u0001\"\\\u00ff\t\r");
        client.reply();
        shows("\"SET\" \"k\" \"a\\n\\x01\\\"\\\\\\xff\\t\\r\"");
    }

    @Test
    void passwords_do_not_appear() throws IOException {
        client.call("AUTH joe secret");
        shows("\"AUTH\" \"(redacted)\" \"(redacted)\"");
        client.call("HELLO 2 AUTH joe secret");
        shows("\"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\"");
    }

    @Test
    void what_was_refused_and_what_administers_does_not_appear() throws IOException {
        client.call("GET");
        client.call("NOSUCH a");
        client.call("MONITOR");
        client.call("PING");
        shows("\"PING\"");
    }

    @Test
    void a_monitor_keeps_off_the_keyspace_until_it_resets() throws IOException {
        assertThat(monitor.call("GET k")).isEqualTo("-ERR Replica can't interact with the keyspace");
        assertThat(monitor.call("RESET")).isEqualTo("+RESET");
        client.call("PING");
        assertThat(monitor.call("GET k")).isEqualTo("$-1");
    }
}
