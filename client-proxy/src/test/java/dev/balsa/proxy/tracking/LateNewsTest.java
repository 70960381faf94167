package dev.balsa.proxy.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.cluster.ClusterMapCodec;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.SpecReply;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.ScriptedNode;
import dev.balsa.proxy.TestCommands;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * News of a change and the reply that it makes void come by different ways. Whatever the order, and whoever leads, a client
 * that has read hears of the next change; also a client that puts a reply away only after the news that came behind it.
 */
class LateNewsTest {
    private static final String KEY_CHANGED = ">2 $10 invalidate *1 $1 k";
    private static final String ALL_CHANGED = ">2 $10 invalidate _";

    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final List<ScriptedNode> nodes = new ArrayList<>();
    private volatile int leader;
    /** A node that does not answer what comes over the link of changes. */
    private volatile int silent = -1;
    private volatile boolean holdsReads;

    @BeforeEach
    void startNodes() throws IOException {
        for (int i = 0; i < 2; i++) {
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

    private String answer(int self, String request) {
        String[] words = request.split(" ", -1);
        return switch (words[0]) {
            case "COMMAND" -> commands();
            case "CLUSTER" -> "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:" + nodes.get(leader).port()
                    + "\r\n$2\r\nid\r\n";
            case "BALSA" -> words[1].equals("MAP") ? map() : words[1].equals("TRACK") ? "+OK\r\n" : "$0\r\n\r\n";
            case "GET" -> leader != self ? "-MOVED 0 " + nodes.get(leader).address() + "\r\n"
                    : holdsReads ? ScriptedNode.SILENCE : "$1\r\nv\r\n";
            case "PING" -> silent == self && words.length > 1 ? ScriptedNode.SILENCE : "+PONG\r\n";
            default -> "";
        };
    }

    private String map() {
        List<ClusterMap.Node> members = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            members.add(new ClusterMap.Node("n" + i, "127.0.0.1", 0, nodes.get(i).port(), 1));
        }
        byte[] bytes = ClusterMapCodec.encode(new ClusterMap(1, members,
                List.of(new ClusterMap.Group(0, List.of(new SlotRange(0, 16383)), List.of("n0", "n1")))));
        return "$" + bytes.length + "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n";
    }

    private static String commands() {
        RespWriter out = new RespWriter(1024);
        List<CommandSpec> specs = TestCommands.specs();
        out.array(specs.size());
        specs.forEach(spec -> SpecReply.write(spec, out));
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    private Proxy proxy() throws IOException {
        return Proxy.start(ProxyConfig.of(List.of(nodes.getFirst().address()), "127.0.0.1", 0), loops, () -> {});
    }

    private RawClient tracking(Proxy proxy, String... options) throws IOException {
        RawClient client = new RawClient(proxy.port());
        assertThat(client.call("HELLO 3")).startsWith("%");
        assertThat(client.call("CLIENT TRACKING ON" + String.join(" ", options))).isEqualTo("+OK");
        // No client waits for nodes for ever.
        await().atMost(20, TimeUnit.SECONDS).until(() -> IntStream.range(0, nodes.size())
                .allMatch(i -> i == silent || nodes.get(i).sendsChanges()));
        client.send("PING");
        String next = client.reply();
        while (!next.equals("+PONG")) {
            // One that was heard only after the client had waited long enough.
            assertThat(next).isEqualTo(ALL_CHANGED);
            next = client.reply();
        }
        return client;
    }

    @Test
    void a_change_that_comes_while_the_read_is_under_way_does_not_make_the_reader_unknown() throws Exception {
        try (FakeCluster cluster = new FakeCluster(1, null);
                RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            LinkedBlockingQueue<Request> held = new LinkedBlockingQueue<>();
            cluster.groups.getFirst().refuse = (request, args) -> args.text(0).equals("GET") && held.add(request);
            client.call("HELLO 3");
            client.call("CLIENT TRACKING ON");
            client.send("GET", "k");
            Request read = held.take();
            // Of a change whose value the read finds: the front hears of it late, because its loop had other things to do.
            changed(cluster);
            read.reply("$1\r\nv\r\n".getBytes(StandardCharsets.US_ASCII), 0, 7);
            assertThat(client.replies(2)).containsExactly("$1 v", KEY_CHANGED);
            changed(cluster);
            assertThat(client.reply()).isEqualTo(KEY_CHANGED);
            // Now it is known that nothing is kept.
            changed(cluster);
            assertThat(client.call("PING")).isEqualTo("+PONG");
        }
    }

    private static void changed(FakeCluster cluster) {
        cluster.front.invalidations().changed(List.of(new byte[] {'k'}), 0);
        cluster.front.invalidations().send();
    }

    @Test
    void however_many_late_changes_come_the_next_one_is_told() throws Exception {
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy)) {
            // Nothing shows that a change is later than the read.
            silent = 0;
            assertThat(client.call("GET k")).isEqualTo("$1 v");
            for (int i = 0; i < 4; i++) {
                nodes.getFirst().changed("k");
                assertThat(client.reply()).isEqualTo(KEY_CHANGED);
            }
        }
    }

    @Test
    void news_that_must_be_newer_than_the_read_are_the_last() throws Exception {
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy)) {
            assertThat(client.call("GET k")).isEqualTo("$1 v");
            await().atMost(20, TimeUnit.SECONDS).until(() -> {
                nodes.getFirst().changed("k");
                nodes.getFirst().changed("end");
                client.call("GET end");
                String next = client.reply();
                if (next.equals(KEY_CHANGED)) {
                    assertThat(client.reply()).endsWith("$3 end");
                }
                return !next.equals(KEY_CHANGED);
            });
        }
    }

    @Test
    void a_node_that_was_never_heard_makes_copies_void_when_it_is() throws Exception {
        silent = 1;
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy)) {
            assertThat(client.call("GET k")).isEqualTo("$1 v");
            // It comes to lead and changes the key, and nobody here hears of it.
            leader = 1;
            silent = -1;
            nodes.get(1).dropConnections();
            assertThat(client.replies(2)).containsExactly(KEY_CHANGED, ALL_CHANGED);
        }
    }

    @Test
    void what_is_read_before_the_node_is_heard_and_answered_afterwards_is_void() throws Exception {
        silent = 0;
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy)) {
            holdsReads = true;
            client.send("GET", "k");
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.getFirst().asked.contains("GET k"));
            holdsReads = false;
            silent = -1;
            nodes.getFirst().dropConnections();
            assertThat(client.replies(2)).contains("$1 v").anyMatch(text -> text.startsWith(">2 $10 invalidate"));
        }
    }

    @Test
    void a_link_that_breaks_while_other_prefixes_are_asked_for_makes_copies_void() throws Exception {
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy, " BCAST PREFIX k")) {
            assertThat(client.call("GET k")).isEqualTo("$1 v");
            silent = 0;
            RawClient other = new RawClient(proxy.port());
            other.call("HELLO 3");
            other.send("CLIENT", "TRACKING", "ON");
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.getFirst().asked.contains("BALSA TRACK "));
            nodes.getFirst().dropConnections();
            assertThat(client.reply()).isEqualTo(ALL_CHANGED);
            other.close();
        }
    }

    @Test
    void a_leader_that_steps_down_makes_copies_void() throws Exception {
        try (Proxy proxy = proxy(); RawClient client = tracking(proxy)) {
            assertThat(client.call("GET k")).isEqualTo("$1 v");
            nodes.getFirst().changed(null);
            assertThat(client.replies(2)).containsExactly(KEY_CHANGED, ALL_CHANGED);
            nodes.get(1).changed(null);
            assertThat(client.replies(2)).containsExactly(KEY_CHANGED, ALL_CHANGED);
        }
    }
}
