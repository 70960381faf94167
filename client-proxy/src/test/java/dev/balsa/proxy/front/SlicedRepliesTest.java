package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replies that come in parts: nothing comes between the parts. STRLEN is answered so here, by the test. */
class SlicedRepliesTest {
    private final FakeCluster cluster = new FakeCluster(1, null);
    private final BlockingQueue<Begun> begun = new LinkedBlockingQueue<>();

    private record Begun(Request request, BlockingQueue<String> asked) implements Request.Rest {
        @Override
        public void next() {
            asked.add("next");
        }

        @Override
        public void cancel() {
            asked.add("cancel");
        }

        String heard() throws InterruptedException {
            return String.valueOf(asked.poll(20, TimeUnit.SECONDS));
        }

        void part(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            request.replyPart(bytes, 0, bytes.length, this);
        }

        void last(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            request.reply(bytes, 0, bytes.length);
        }

        /** All that the client's loop was told before has been done. */
        void settled() {
            request.loop().submit(() -> {}).syncUninterruptibly();
        }
    }

    SlicedRepliesTest() {
        cluster.groups.getFirst().refuse = this::inParts;
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private boolean inParts(Request request, Args args) {
        if (!args.is(0, "STRLEN")) {
            return false;
        }
        Begun one = new Begun(request, new LinkedBlockingQueue<>());
        one.part("*2\r\n$1\r\na\r\n");
        begun.add(one);
        return true;
    }

    private Begun begun() throws InterruptedException {
        return Objects.requireNonNull(begun.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void what_is_asked_behind_it_is_answered_behind_it() throws Exception {
        try (RawClient client = new RawClient(cluster.listen(Mode.PLAIN))) {
            client.send("STRLEN", "k");
            client.send("STRLEN", "k");
            client.send("PING");
            Begun first = begun();
            Begun second = begun();
            assertThat(first.heard()).isEqualTo("next");
            assertThat(second.asked).isEmpty();
            first.last("$1\r\nb\r\n");
            assertThat(second.heard()).isEqualTo("next");
            second.part("$1\r\n");
            assertThat(second.heard()).isEqualTo("next");
            second.last("c\r\n");
            assertThat(client.replies(3)).containsExactly("*2 $1 a $1 b", "*2 $1 a $1 c", "+PONG");
        }
    }

    @Test
    void messages_and_lines_of_monitor_come_after_it() throws Exception {
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient listener = new RawClient(port); RawClient monitor = new RawClient(port);
                RawClient publisher = new RawClient(port)) {
            listener.call("HELLO 3");
            listener.call("SUBSCRIBE c");
            listener.send("STRLEN", "k");
            Begun one = begun();
            monitor.send("STRLEN", "k");
            Begun other = begun();
            monitor.send("MONITOR");
            assertThat(other.heard()).isEqualTo("next");
            await().until(() -> publisher.call("CLIENT LIST").contains("flags=O"));
            assertThat(publisher.call("PUBLISH c m")).isEqualTo(":1");
            one.settled();
            other.settled();
            one.last("$1\r\nb\r\n");
            other.last("$1\r\nb\r\n");
            assertThat(listener.reply()).isEqualTo("*2 $1 a $1 b");
            assertThat(listener.reply()).isEqualTo(">3 $7 message $1 c $1 m");
            assertThat(monitor.reply()).isEqualTo("*2 $1 a $1 b");
            List<String> lines = new ArrayList<>();
            while (!lines.contains("+OK")) {
                lines.add(monitor.reply());
            }
            assertThat(lines).anyMatch(line -> line.contains("\"PUBLISH\""));
        }
    }

    @Test
    void a_client_that_wants_no_reply_gets_no_part_and_its_messages_at_once() throws Exception {
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient client = new RawClient(port); RawClient publisher = new RawClient(port)) {
            client.call("HELLO 3");
            client.call("SUBSCRIBE c");
            client.send("CLIENT", "REPLY", "SKIP");
            client.send("STRLEN", "k");
            client.send("PING");
            Begun one = begun();
            publisher.call("PUBLISH c m");
            assertThat(client.reply()).isEqualTo(">3 $7 message $1 c $1 m");
            assertThat(one.heard()).isEqualTo("next");
            one.last("$1\r\nb\r\n");
            assertThat(client.reply()).isEqualTo("+PONG");
        }
    }

    @Test
    void a_client_that_leaves_or_is_killed_wants_no_more_parts() throws Exception {
        int port = cluster.listen(Mode.PLAIN);
        try (RawClient client = new RawClient(port); RawClient killer = new RawClient(port)) {
            client.send("STRLEN", "k");
            Begun one = begun();
            assertThat(one.heard()).isEqualTo("next");
            killer.call("CLIENT KILL TYPE normal SKIPME yes");
            assertThatThrownBy(client::reply).isInstanceOf(IOException.class);
            one.part("$1\r\n");
            assertThat(one.heard()).isEqualTo("cancel");
            // One that was sent before it heard of that harms nobody.
            one.last("b\r\n");
            assertThat(killer.call("PING")).isEqualTo("+PONG");
        }
        try (RawClient client = new RawClient(port); RawClient other = new RawClient(port)) {
            client.send("STRLEN", "k");
            client.send("STRLEN", "k");
            Begun first = begun();
            Begun second = begun();
            assertThat(first.heard()).isEqualTo("next");
            client.socket().setSoLinger(true, 0);
            client.socket().close();
            assertThat(second.heard()).isEqualTo("cancel");
            second.last("$1\r\nb\r\n");
            assertThat(other.call("PING")).isEqualTo("+PONG");
        }
    }
}
