package dev.balsa.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.proto.command.CommandFlag;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.ScriptedNode;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.acl.LinkSecret;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeLinkTest {
    /** Takes a node for gone only when its connection is, however long the machine stands still. */
    private static final UpstreamSettings CALM =
            new UpstreamSettings("", null, 1 << 20, 20_000, 20, 20_000, 60_000, 100);
    private static final UpstreamSettings QUICK = new UpstreamSettings("", null, 1 << 20, 20_000, 20, 500, 60_000, 100);

    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final EventLoop loop = loops.next();
    private final Leaders leaders = new Leaders();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    @Test
    void replies_pass_through_as_they_are_and_in_order() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("GET") ? "$1\r\n" + r.charAt(4) + "\r\n" : "")) {
            Backend group = group(node.address(), CALM);
            List<Asked> asked = List.of(read("GET a"), read("GET b"), read("GET c"));
            loop.submit(() -> asked.forEach(a -> a.to(group))).get();
            assertThat(asked).extracting(Asked::outcome).containsExactly("$1 a", "$1 b", "$1 c");
        }
    }

    @Test
    void a_long_reply_of_a_read_comes_in_parts() throws Exception {
        String element = "$30000\r\n" + "-".repeat(30_000) + "\r\n";
        String reply = "*8\r\n" + element.repeat(7) + "-ERR of the eighth\r\n";
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : reply)) {
            Asked asked = read("GET a").inParts().on(group(node.address(), CALM));
            assertThat(asked.outcome()).isEqualTo(reply.strip().replace("\r\n", " "));
            assertThat(asked.parts).hasPositiveValue();
            Asked write = write("SET a 1").inParts().on(group(node.address(), CALM));
            assertThat(write.outcome()).hasSameSizeAs(asked.outcome());
            assertThat(write.parts).hasValue(0);
        }
    }

    @Test
    void a_read_whose_reply_has_begun_does_not_come_back() throws Exception {
        String half = "*2\r\n$99999\r\n" + "x".repeat(99_999) + "\r\n";
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : half)) {
            Backend group = group(node.address(), CALM);
            Asked begun = read("GET a").inParts().on(group);
            await().atMost(20, TimeUnit.SECONDS).until(() -> begun.parts.get() == 1);
            node.dropConnections();
            assertThat(begun.outcome()).startsWith("unknown");
        }
    }

    @Test
    void a_node_that_cannot_be_reached_refuses_everything() throws Exception {
        ScriptedNode gone = new ScriptedNode(_ -> "");
        gone.close();
        Backend group = group(gone.address(), CALM);
        assertThat(write("SET a 1").on(group).outcome()).isEqualTo("NotLeader() SET a 1");
        assertThat(write("SET a 2").on(group).outcome()).isEqualTo("NotLeader() SET a 2");
        assertThat(leaders.suspected).contains(gone.address());
    }

    @Test
    void a_node_that_never_greets_refuses_everything() throws Exception {
        try (ScriptedNode node = new ScriptedNode(_ -> ScriptedNode.SILENCE)) {
            var impatient = new UpstreamSettings("", null, 1 << 20, 500, 20, 20_000, 60_000, 100);
            assertThat(write("SET a 1").on(group(node.address(), impatient)).outcome()).isEqualTo("NotLeader() SET a 1");
            assertThat(node.asked).isEmpty();
        }
    }

    @Test
    void a_sent_write_whose_connection_is_lost_has_an_unknown_outcome_and_a_read_comes_back() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : ScriptedNode.CLOSE)) {
            Backend group = group(node.address(), CALM);
            assertThat(write("SET a 1").on(group).outcome()).startsWith("unknown");
            assertThat(read("GET a").on(group).outcome()).isEqualTo("NotLeader() GET a");
        }
    }

    @Test
    void a_node_that_hangs_is_noticed() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : ScriptedNode.SILENCE)) {
            Backend group = group(node.address(), QUICK);
            Asked hanging = write("SET a 1").on(group);
            awaitAsked(node, 1);
            assertThat(hanging.answer.isDone()).as("PING is answered, so the node only thinks").isFalse();
            node.script(_ -> ScriptedNode.SILENCE);
            assertThat(hanging.outcome()).startsWith("unknown").contains("PING");
        }
    }

    @Test
    void a_node_that_only_stood_still_loses_nothing() throws Exception {
        boolean[] still = {false};
        try (ScriptedNode node = new ScriptedNode(r -> still[0] || r.startsWith("SET") ? ScriptedNode.SILENCE : "")) {
            Backend group = group(node.address(), QUICK);
            Asked waiting = write("SET a 1").on(group);
            awaitAsked(node, 1);
            still[0] = true;
            await().atMost(20, TimeUnit.SECONDS).until(() -> leaders.suspected.contains(node.address()));
            assertThat(waiting.answer.isDone()).as("nobody else leads, so it may still be answered").isFalse();
            leaders.leader = "127.0.0.1:1";
            assertThat(waiting.outcome()).startsWith("unknown").contains("PING");
        }
    }

    @Test
    void an_unknown_outcome_is_that_of_one_request_only() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("SET a")
                ? "-UNKNOWN The command may or may not take effect\r\n" : r.startsWith("SET") ? "+OK\r\n" : "")) {
            Backend group = group(node.address(), CALM);
            List<Asked> asked = List.of(write("SET b 1"), write("SET a 1"), write("SET c 1"));
            loop.submit(() -> asked.forEach(a -> a.to(group))).get();
            assertThat(asked).extracting(Asked::outcome)
                    .containsExactly("+OK", "unknown " + node.address() + " leads no longer", "+OK");
        }
    }

    @Test
    void moved_teaches_the_leader_and_gives_the_request_back() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : "-MOVED 7 10.0.0.9:7379\r\n")) {
            assertThat(write("SET a 1").on(group(node.address(),
                    CALM)).outcome()).isEqualTo("NotLeader(10.0.0.9:7379) SET a 1");
            assertThat(leaders.leader).isEqualTo("10.0.0.9:7379");
        }
    }

    @Test
    void refusals_of_a_node_are_no_answers_and_other_errors_are() throws Exception {
        String[] error = {""};
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : error[0])) {
            Backend group = group(node.address(), CALM);
            error[0] = "-CLUSTERDOWN Hash slot not served\r\n";
            assertThat(write("SET a 1").on(group).outcome()).isEqualTo("NotLeader() SET a 1");
            leaders.leader = node.address();
            error[0] = "-TRYAGAIN later\r\n";
            assertThat(write("SET a 1").on(group).outcome()).isEqualTo("Busy(later) SET a 1");
            error[0] = "-WRONGTYPE Operation\r\n";
            assertThat(write("SET a 1").on(group).outcome()).isEqualTo("-WRONGTYPE Operation");
        }
    }

    @Test
    void too_many_bytes_in_flight_are_refused_as_busy() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : ScriptedNode.SILENCE)) {
            Backend group = group(node.address(), new UpstreamSettings("", null, 1000, 20_000, 1000, 20_000, 60_000, 100));
            Asked first = write("SET a " + "x".repeat(2000)).on(group);
            assertThat(write("SET b 1").on(group).outcome()).startsWith("Busy(");
            assertThat(first.answer.isDone()).isFalse();
        }
    }

    @Test
    void keyless_commands_are_sent_in_the_envelope_and_given_back_without_it() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : "-MOVED 7 10.0.0.9:7379\r\n")) {
            Asked dbsize = new Asked(spec("dbsize", CommandFlag.READONLY, 0), "DBSIZE", 0).on(group(node.address(),
                    CALM));
            assertThat(dbsize.outcome()).isEqualTo("NotLeader(10.0.0.9:7379) DBSIZE");
            assertThat(node.asked).containsExactly("BALSA GROUP 5 DBSIZE");
        }
    }

    @Test
    void a_link_greets_with_proof_protocol_and_database() throws Exception {
        List<String> greeted = new CopyOnWriteArrayList<>();
        String proof = new String(LinkSecret.proof("secret"), StandardCharsets.US_ASCII);
        try (ScriptedNode node = new ScriptedNode(r -> {
            greeted.add(r);
            return r.startsWith("GET") ? "_\r\n" : "";
        })) {
            Asked read = new Asked(spec("get", CommandFlag.READONLY, 1), "GET a", 3);
            assertThat(read.on(group(node.address(), CALM.withSecret("secret"))).outcome()).isEqualTo("_");
            assertThat(greeted).containsExactly("HELLO 3 AUTH balsa front " + proof, "SELECT 3",
                    "CLIENT SETINFO LIB-NAME balsa-front", "PING", "GET a");
        }
    }

    @Test
    void a_link_recovers_when_the_node_is_back() throws Exception {
        try (ScriptedNode node = new ScriptedNode(r -> r.startsWith("PING") ? "" : "+OK\r\n")) {
            Backend group = group(node.address(), CALM);
            assertThat(write("SET a 1").on(group).outcome()).isEqualTo("+OK");
            node.dropConnections();
            await().atMost(20, TimeUnit.SECONDS).until(() -> {
                leaders.leader = node.address();
                return write("SET a 2").on(group).outcome().equals("+OK");
            });
        }
    }

    private static void awaitAsked(ScriptedNode node, int count) {
        await().atMost(20, TimeUnit.SECONDS).until(() -> node.asked.size() >= count);
    }

    private Backend group(String address, UpstreamSettings settings) {
        leaders.leader = address;
        return new Upstreams(settings, leaders).group(5);
    }

    private Asked read(String line) {
        return new Asked(spec("get", CommandFlag.READONLY, 1), line, 0);
    }

    private Asked write(String line) {
        return new Asked(spec("set", CommandFlag.WRITE, 1), line, 0);
    }

    private static CommandSpec spec(String name, CommandFlag flag, int key) {
        List<KeySpec> keys = key == 0 ? List.of() : List.of(KeySpec.range("RW", 1, 1, 1));
        return new CommandSpec(name, -1, flag.bit(), key, key, key, keys, List.of(), List.of(), CommandSpec.Doc.NONE);
    }

    private static final class Leaders implements LeaderSource {
        volatile String leader = "";
        final List<String> suspected = new CopyOnWriteArrayList<>();

        @Override
        public String leaderAddress(int group) {
            return leader;
        }

        @Override
        public void moved(int group, String address) {
            leader = address;
        }

        @Override
        public void suspect(int group, String address) {
            suspected.add(address);
        }
    }

    /** A request that notes its answer as text. */
    private final class Asked implements Request {
        final CommandSpec spec;
        final Args args;
        final int database;
        final CompletableFuture<String> answer = new CompletableFuture<>();
        final StringBuilder begun = new StringBuilder();
        final AtomicInteger parts = new AtomicInteger();
        boolean inParts;

        Asked(CommandSpec spec, String line, int database) {
            this.spec = spec;
            this.args = Args.of(line.split(" ", -1));
            this.database = database;
        }

        Asked inParts() {
            inParts = true;
            return this;
        }

        Asked on(Backend group) {
            loop.execute(() -> to(group));
            return this;
        }

        void to(Backend group) {
            group.submit(this, args);
        }

        String outcome() {
            return answer.orTimeout(30, TimeUnit.SECONDS).join();
        }

        private void answered(String text) {
            if (!answer.complete(text)) {
                throw new IllegalStateException("answered twice: " + text);
            }
        }

        @Override
        public CommandSpec spec() {
            return spec;
        }

        @Override
        public int database() {
            return database;
        }

        @Override
        public int protocol() {
            return database == 0 ? 2 : 3;
        }

        @Override
        public long clientId() {
            return 1;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            String last = new String(bytes, offset, length - 2, StandardCharsets.ISO_8859_1);
            answered(begun.append(last).toString().replace("\r\n", " "));
        }

        @Override
        public boolean takesParts() {
            return inParts;
        }

        @Override
        public void replyPart(byte[] bytes, int offset, int length, Rest rest) {
            begun.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
            var _ = parts.incrementAndGet();
            rest.next();
        }

        @Override
        public void notExecuted(Refusal refusal, Args given) {
            answered(switch (refusal) {
                case Refusal.NotLeader(String leader) -> "NotLeader(" + leader + ") " + given;
                case Refusal.Busy(String reason) -> "Busy(" + reason + ") " + given;
                case Refusal.Unavailable(String line) -> "Unavailable(" + line + ") " + given;
            });
        }

        @Override
        public void outcomeUnknown(String reason) {
            answered("unknown " + reason);
        }
    }
}
