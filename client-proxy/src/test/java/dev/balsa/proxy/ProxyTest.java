package dev.balsa.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proxy before three scripted nodes that share what they store and agree on a leader for each of two groups. */
class ProxyTest {
    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final List<ScriptedNode> nodes = new ArrayList<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();
    /** By group: which node leads it. */
    private final AtomicIntegerArray leaders = new AtomicIntegerArray(new int[] {0, 1});
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile int hanging = -1;
    /** The first node that gets this hangs from then on. */
    private volatile String hangsAt = "";
    private volatile boolean refuseConfig;

    @BeforeEach
    void startNodes() throws IOException {
        for (int i = 0; i < 3; i++) {
            int self = i;
            nodes.add(new ScriptedNode(request -> answer(self, request)));
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (ScriptedNode node : nodes) {
            node.close();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private Proxy start() throws IOException {
        List<String> seeds = List.of("127.0.0.1:1", nodes.getFirst().address());
        return Proxy.start(ProxyConfig.of(seeds, "127.0.0.1", 0), loops, () -> stopped.set(true));
    }

    private String answer(int self, String request) {
        if (request.equals(hangsAt)) {
            hangsAt = "";
            hanging = self;
        }
        if (hanging == self) {
            return ScriptedNode.SILENCE;
        }
        String[] words = request.split(" ", -1);
        return switch (words[0]) {
            case "COMMAND" -> commands();
            case "CLUSTER" -> slots();
            case "BALSA" -> words[1].equals("MAP") ? map() : ":" + keys.size() + "\r\n";
            case "SET" -> keyed(self, words, () -> {
                keys.put(words[1], words[2]);
                return "+OK\r\n";
            });
            case "GET" -> keyed(self, words, () -> {
                String value = keys.getOrDefault(words[1], "");
                return "$" + value.length() + "\r\n" + value + "\r\n";
            });
            case "CONFIG" -> refuseConfig && self == 1 ? "-ERR not here\r\n" : "+OK\r\n";
            case "WAIT" -> ScriptedNode.SILENCE;
            case "CLIENT" -> ":7\r\n";
            case "INFO" -> "$5\r\nnode" + self + "\r\n";
            default -> "";
        };
    }

    private interface Served {
        String answer();
    }

    /** Group 0 serves the lower half of the slots. */
    private String keyed(int self, String[] words, Served served) {
        int slot = slot(words[1]);
        int leader = leaders.get(slot < 8192 ? 0 : 1);
        return leader == self ? served.answer() : "-MOVED " + slot + " " + nodes.get(leader).address() + "\r\n";
    }

    private static int slot(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
        return Slots.slot(bytes, 0, bytes.length);
    }

    private String map() {
        List<ClusterMap.Node> members = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add("n" + i);
            members.add(new ClusterMap.Node("n" + i, "127.0.0.1", 0, nodes.get(i).port(), 1));
        }
        byte[] bytes = ClusterMapCodec.encode(new ClusterMap(1, members, List.of(
                new ClusterMap.Group(0, List.of(new SlotRange(0, 8191)), ids),
                new ClusterMap.Group(1, List.of(new SlotRange(8192, 16383)), ids))));
        return "$" + bytes.length + "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n";
    }

    private String slots() {
        return "*2\r\n*3\r\n:0\r\n:8191\r\n*3\r\n$9\r\n127.0.0.1\r\n:" + nodes.get(leaders.get(0)).port()
                + "\r\n$2\r\nid\r\n*3\r\n:8192\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:" + nodes.get(leaders.get(1)).port()
                + "\r\n$2\r\nid\r\n";
    }

    private static String commands() {
        RespWriter out = new RespWriter(1024);
        List<CommandSpec> specs = TestCommands.specs();
        out.array(specs.size());
        specs.forEach(spec -> SpecReply.write(spec, out));
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    /** A key of the group. */
    private static String key(int group) {
        return group == 0 ? "b" : "a";
    }

    @Test
    void commands_go_to_the_leaders_of_their_groups() throws IOException {
        try (Proxy proxy = start(); RawClient client = new RawClient(proxy.port())) {
            assertThat(client.call("SET " + key(0) + " x")).isEqualTo("+OK");
            assertThat(client.call("SET " + key(1) + " y")).isEqualTo("+OK");
            assertThat(client.call("GET " + key(0))).isEqualTo("$1 x");
            assertThat(nodes.get(0).asked).contains("SET b x");
            assertThat(nodes.get(1).asked).contains("SET a y").doesNotContain("SET b x");
            assertThat(client.call("DBSIZE")).isEqualTo(":4");
            assertThat(client.call("SELECT 3")).isEqualTo("+OK");
            assertThat(client.call("GET " + key(1))).isEqualTo("$1 y");
        }
    }

    @Test
    void a_new_leader_is_followed() throws IOException {
        try (Proxy proxy = start(); RawClient client = new RawClient(proxy.port())) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            leaders.set(1, 2);
            assertThat(client.call("SET a 2")).isEqualTo("+OK");
            assertThat(nodes.get(2).asked).contains("SET a 2");
        }
    }

    @Test
    void a_leader_that_hangs_costs_a_write_its_connection_and_no_other_client_anything() throws IOException {
        try (Proxy proxy = start();
                RawClient client = new RawClient(proxy.port());
                RawClient next = new RawClient(proxy.port())) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            hangsAt = "SET a 2";
            client.send("SET", "a", "2");
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.get(1).asked.contains("SET a 2"));
            leaders.set(1, 2);
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(next.call("SET a 3")).isEqualTo("+OK");
            assertThat(next.call("GET a")).isEqualTo("$1 3");
        }
    }

    @Test
    void a_read_survives_the_loss_of_its_leader() throws IOException {
        try (Proxy proxy = start(); RawClient client = new RawClient(proxy.port())) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            assertThat(client.call("GET a")).isEqualTo("$1 1");
            hangsAt = "GET a";
            client.send("GET", "a");
            await().atMost(20, TimeUnit.SECONDS).until(() -> hanging == 1);
            leaders.set(1, 2);
            assertThat(client.reply()).isEqualTo("$1 1");
        }
    }

    @Test
    void administration_goes_to_one_node_or_to_all() throws IOException {
        try (Proxy proxy = start(); RawClient client = new RawClient(proxy.port())) {
            answers(client, "INFO", "$5 node0");
            nodes.getFirst().close();
            answers(client, "INFO", "$5 node1");
            assertThat(client.call("CONFIG SET maxmemory 1")).startsWith("-ERR node " + nodes.getFirst().address());
        }
    }

    @Test
    void a_setting_reaches_every_node_and_the_first_error_wins() throws IOException {
        try (Proxy proxy = start(); RawClient client = new RawClient(proxy.port())) {
            answers(client, "CONFIG SET maxmemory 1", "+OK");
            assertThat(nodes).allMatch(node -> node.asked.contains("CONFIG SET maxmemory 1"));
            refuseConfig = true;
            answers(client, "CONFIG SET maxmemory 2", "-ERR not here");
            client.send("SHUTDOWN");
            await().atMost(20, TimeUnit.SECONDS).untilTrue(stopped);
        }
    }

    @Test
    void a_client_that_waits_holds_up_no_other_and_is_given_up_with_its_connection() throws IOException {
        try (Proxy proxy = start();
                RawClient waiting = new RawClient(proxy.port());
                RawClient other = new RawClient(proxy.port())) {
            waiting.send("WAIT", "2", "0");
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.getFirst().asked.contains("WAIT 2 0"));
            answers(other, "INFO", "$5 node0");
            answers(other, "CONFIG SET maxmemory 1", "+OK");
            // The node that it waits at is lost: it waits at the next one.
            nodes.getFirst().close();
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.get(1).asked.contains("WAIT 2 0"));
            waiting.socket().close();
            answers(other, "INFO", "$5 node1");
        }
    }

    /** In the end: a node that stands still for a second is passed over. */
    private static void answers(RawClient client, String command, String reply) {
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(client.call(command)).as(command).isEqualTo(reply));
    }

    @Test
    void without_a_cluster_it_does_not_start() {
        ProxyConfig config = ProxyConfig.parse(ConfigFile.parse("seeds 127.0.0.1:1\nport 0\nstart-timeout-seconds 1",
                "p"));
        assertThatThrownBy(() -> Proxy.start(config, loops, () -> {}))
                .isInstanceOf(IOException.class).hasMessageContaining("did not answer within 1 s");
    }
}
