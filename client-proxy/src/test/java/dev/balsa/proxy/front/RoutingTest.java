package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.FakeGroup;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.route.Frames;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request.Refusal;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slots of a, b and c are 15495, 3300 and 7365: with three groups they belong to groups 3, 1 and 2. */
class RoutingTest {
    private static final String CROSSSLOT = "-CROSSSLOT Keys in request don't hash to the same slot";
    private static final Refusal NOBODY_LEADS = new Refusal.NotLeader("");

    private final FakeCluster cluster = new FakeCluster(3, null);

    @AfterEach
    void stop() {
        cluster.close();
    }

    private RawClient connect(Mode mode) throws IOException {
        return new RawClient(cluster.listen(mode));
    }

    private FakeGroup group(int id) {
        return cluster.groups.get(id - 1);
    }

    @Test
    void multi_key_commands_are_split_and_merged_in_the_order_of_the_keys() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("MSET a 1 b 2 c 3 {a}x 4")).isEqualTo("+OK");
            assertThat(client.call("MGET c none b a {a}x c")).isEqualTo("*6 $1 3 $-1 $1 2 $1 1 $1 4 $1 3");
            assertThat(client.call("EXISTS a b c d")).isEqualTo(":3");
            assertThat(client.call("TOUCH a b")).isEqualTo(":2");
            assertThat(client.call("DEL a b zzz")).isEqualTo(":2");
            assertThat(client.call("UNLINK c {a}x")).isEqualTo(":2");
            assertThat(client.call("MSET a 1 b")).isEqualTo("-ERR wrong number of arguments for 'mset' command");
            assertThat(client.call("HELLO 3")).startsWith("%7");
            assertThat(client.call("MGET c a")).isEqualTo("*2 _ _");
        }
    }

    @Test
    void patterns_of_sort_that_may_lead_to_another_group_are_refused() throws IOException {
        String by = "-ERR BY option of SORT denied in cluster mode when keys formed by the pattern may be in different"
                + " slots.";
        String served = "-ERR not in the fake: SORT";
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("SORT a BY w_*")).isEqualTo(by);
            assertThat(client.call("SORT a BY *{a}")).isEqualTo(by);
            assertThat(client.call("SORT a BY {}*")).isEqualTo(by);
            assertThat(client.call("SORT a BY {b}*")).isEqualTo(by);
            assertThat(client.call("SORT a BY {a}* GET w_*")).isEqualTo(by.replace("BY", "GET"));
            assertThat(client.call("SORT a STORE b")).isEqualTo(CROSSSLOT);
            assertThat(client.call("SORT a BY {a}* GET # GET {a}_* LIMIT 0 1 STORE {a}x")).isEqualTo(served);
            assertThat(client.call("SORT a BY nosort DESC")).isEqualTo(served);
        }
        try (FakeCluster single = new FakeCluster(1, null);
                RawClient client = new RawClient(single.listen(Mode.PLAIN))) {
            assertThat(client.call("SORT a BY w_* GET w_*")).isEqualTo(served);
        }
    }

    @Test
    void what_cannot_be_split_is_refused_and_one_group_may_hold_many_slots() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("RENAME a b")).isEqualTo(CROSSSLOT);
            assertThat(client.call("MSETNX a 1 b 2")).isEqualTo(CROSSSLOT);
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            assertThat(client.call("RENAME a {a}x")).isEqualTo("+OK");
            assertThat(client.call("SWAPDB 0 1")).startsWith("-ERR SWAPDB is not supported: ");
        }
        try (FakeCluster single = new FakeCluster(1, null);
                RawClient client = new RawClient(single.listen(Mode.PLAIN))) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            assertThat(client.call("RENAME a b")).isEqualTo("+OK");
        }
    }

    @Test
    void keyless_commands_are_about_all_groups() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("RANDOMKEY")).isEqualTo("$-1");
            client.call("SET b 2");
            assertThat(client.call("RANDOMKEY")).isEqualTo("$1 b");
            client.call("MSET a 1 c 3");
            assertThat(client.call("DBSIZE")).isEqualTo(":3");
            assertThat(client.call("KEYS *")).startsWith("*3 ").contains("$1 a").contains("$1 b").contains("$1 c");
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(client.call("DBSIZE")).isEqualTo(":0");
        }
    }

    @Test
    void a_scan_passes_through_all_groups_and_ends() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                expected.add("key" + i);
                client.call("SET key" + i + " v");
            }
            Set<String> found = new HashSet<>();
            String cursor = "0";
            int calls = 0;
            do {
                String[] words = client.call("SCAN " + cursor).split(" ", -1);
                cursor = words[2];
                for (int i = 5; i < words.length; i += 2) {
                    found.add(words[i]);
                }
                calls++;
            } while (!cursor.equals("0") && calls < 1000);
            assertThat(found).isEqualTo(expected);
            assertThat(cursor).isEqualTo("0");
        }
    }

    @Test
    void a_scan_of_few_keys_ends_in_one_call() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("SCAN 0")).isEqualTo("*2 $1 0 *0");
            assertThat(client.call("SCAN 0 COUNT 1")).isEqualTo("*2 $1 0 *0");
            assertThat(client.call("DBSIZE")).isEqualTo(":0");
            assertThat(client.call("KEYS *")).isEqualTo("*0");
            assertThat(client.call("RANDOMKEY")).isEqualTo("$-1");
            // One key in each of the three groups, in the order of their slots.
            client.call("MSET b 1 c 2 a 3");
            assertThat(client.call("SCAN 0 COUNT 3")).isEqualTo("*2 $1 0 *3 $1 b $1 c $1 a");
            assertThat(client.call("SCAN 0 COUNT 2")).startsWith("*2 $14 ").endsWith("*2 $1 b $1 c");
        }
    }

    @Test
    void a_cursor_of_a_group_that_is_led_elsewhere_now_goes_on_behind_it() throws IOException {
        try (RawClient plain = connect(Mode.PLAIN); RawClient client = connect(Mode.CLUSTER)) {
            plain.call("MSET b 1 c 2 a 3");
            String[] words = client.call("SCAN 0 COUNT 1").split(" ", -1);
            cluster.leaders.set(1, "other:1");
            assertThat(client.call("SCAN " + words[2] + " COUNT 1")).isEqualTo("*2 $1 0 *1 $1 a");
            cluster.leaders.set(2, "other:1");
            assertThat(client.call("SCAN " + words[2] + " COUNT 1")).isEqualTo("*2 $1 0 *0");
        }
    }

    @Test
    void an_error_of_one_part_is_the_answer() throws IOException {
        group(2).refuse = (request, args) -> {
            request.notExecuted(new Refusal.Unavailable("MISCONF disk is full"), args);
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("MSET a 1 b 2 c 3")).isEqualTo("-MISCONF disk is full");
            assertThat(client.call("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void cluster_clients_are_sent_to_the_leader() throws IOException {
        try (RawClient client = connect(Mode.CLUSTER)) {
            cluster.leaders.set(2, "10.0.0.7:7379");
            assertThat(client.call("GET a")).isEqualTo("-MOVED 15495 10.0.0.7:7379");
            cluster.leaders.set(2, "");
            assertThat(client.call("GET a")).isEqualTo("-CLUSTERDOWN Hash slot not served");
            assertThat(client.call("SET b 1")).isEqualTo("+OK");
            assertThat(client.call("MGET b a")).isEqualTo(CROSSSLOT);
            group(1).refuse = (request, args) -> {
                request.notExecuted(new Refusal.NotLeader("10.0.0.8:7379"), args);
                return true;
            };
            assertThat(client.call("SET b 1")).isEqualTo("-MOVED 3300 10.0.0.8:7379");
        }
    }

    @Test
    void cluster_clients_see_the_keys_of_the_groups_led_here() throws IOException {
        try (RawClient plain = connect(Mode.PLAIN); RawClient client = connect(Mode.CLUSTER)) {
            plain.call("MSET a 1 b 2 c 3");
            cluster.leaders.set(2, "10.0.0.7:7379");
            assertThat(client.call("DBSIZE")).isEqualTo(":2");
            cluster.leaders.set(0, "10.0.0.7:7379");
            cluster.leaders.set(1, "10.0.0.7:7379");
            assertThat(client.call("DBSIZE")).isEqualTo(":0");
            assertThat(client.call("SCAN 0")).isEqualTo("*2 $1 0 *0");
            assertThat(client.call("FLUSHALL")).isEqualTo("-READONLY You can't write against a read only replica.");
        }
    }

    @Test
    void the_envelope_runs_a_command_in_one_group() throws IOException {
        try (RawClient plain = connect(Mode.PLAIN); RawClient client = connect(Mode.CLUSTER)) {
            plain.call("MSET a 1 {a}x 2 b 3");
            assertThat(client.call("BALSA GROUP 3 DBSIZE")).isEqualTo(":2");
            assertThat(client.call("BALSA GROUP 1 DBSIZE")).isEqualTo(":1");
            assertThat(client.call("BALSA GROUP x DBSIZE")).isEqualTo("-ERR invalid group id");
            assertThat(client.call("BALSA GROUP 3 FOO")).startsWith("-ERR unknown command 'FOO'");
            cluster.leaders.set(2, "10.0.0.7:7379");
            assertThat(client.call("BALSA GROUP 3 DBSIZE")).isEqualTo("-MOVED 10922 10.0.0.7:7379");
            assertThat(plain.call("BALSA GROUP 3 DBSIZE")).isEqualTo("+admin BALSA GROUP 3 DBSIZE");
        }
    }

    @Test
    void plain_clients_wait_for_a_new_leader() throws IOException {
        AtomicInteger refusals = new AtomicInteger();
        group(3).refuse = (request, args) -> {
            boolean refused = refusals.incrementAndGet() <= 5;
            if (refused) {
                request.notExecuted(NOBODY_LEADS, args);
            }
            return refused;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
            assertThat(refusals.get()).isEqualTo(6);
            refusals.set(0);
            assertThat(client.call("MGET a b")).isEqualTo("*2 $1 1 $-1");
        }
    }

    @Test
    void a_group_that_stays_without_leader_is_an_error_in_the_end() throws IOException {
        cluster.settings.routeTimeoutMillis(100).busyWaitMillis(50);
        group(3).refuse = (request, args) -> {
            request.notExecuted(NOBODY_LEADS, args);
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            assertThat(client.call("SET a 1")).isEqualTo("-CLUSTERDOWN The cluster is down");
            assertThat(client.call("MGET a b")).isEqualTo("-CLUSTERDOWN The cluster is down");
            group(3).refuse = (request, args) -> {
                request.notExecuted(new Refusal.Busy("the log is full"), args);
                return true;
            };
            assertThat(client.call("SET a 1")).isEqualTo("-TRYAGAIN the log is full");
            group(3).refuse = null;
            assertThat(client.call("SET a 1")).isEqualTo("+OK");
        }
    }

    @Test
    void refused_requests_are_submitted_again_in_their_order() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        group(3).refuse = (request, args) -> {
            boolean refused = seen.incrementAndGet() <= 3;
            if (refused) {
                request.notExecuted(NOBODY_LEADS, args);
            }
            return refused;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            for (int i = 0; i < 50; i++) {
                client.send("APPEND", "a", "" + i % 10);
            }
            client.send("GET", "a");
            List<String> replies = client.replies(51);
            assertThat(replies.get(50)).isEqualTo("$50 " + "0123456789".repeat(5));
        }
    }

    @Test
    void a_refused_write_is_not_made_up_for_after_a_later_one_was_executed() throws IOException {
        AtomicInteger held = new AtomicInteger();
        List<Runnable> refuseLater = new CopyOnWriteArrayList<>();
        group(3).refuse = (request, args) -> {
            if (held.incrementAndGet() > 1) {
                return false;
            }
            Args copy = Frames.copy(args);
            refuseLater.add(() -> request.notExecuted(NOBODY_LEADS, copy));
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            client.send("SET", "a", "first");
            client.send("SET", "a", "second");
            await().atMost(20, TimeUnit.SECONDS).until(() -> group(3).served == 1);
            refuseLater.forEach(Runnable::run);
            assertThat(client.reply()).startsWith("-TRYAGAIN ");
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.call("GET a")).isEqualTo("$6 second");
        }
    }

    @Test
    void pipelined_commands_of_several_groups_overlap() throws IOException {
        List<Runnable> later = new CopyOnWriteArrayList<>();
        group(3).refuse = (request, args) -> {
            Args copy = Frames.copy(args);
            later.add(() -> {
                group(3).refuse = null;
                group(3).submit(request, copy);
            });
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            client.send("MSET", "a", "1", "b", "1");
            client.send("MSET", "a", "2", "b", "2");
            client.send("DEL", "a", "c");
            // Group 3 has all three at once, none answered yet.
            await().atMost(20, TimeUnit.SECONDS).until(() -> later.size() == 3);
            client.send("MGET", "b", "a", "c");
            await().atMost(20, TimeUnit.SECONDS).until(() -> later.size() == 4);
            later.forEach(r -> cluster.loops().next().execute(r));
            assertThat(client.replies(4)).containsExactly("+OK", "+OK", ":1", "*3 $1 2 $-1 $-1");
        }
    }

    @Test
    void a_refused_part_is_not_made_up_for_after_a_later_write_was_executed() throws IOException {
        AtomicInteger held = new AtomicInteger();
        List<Runnable> refuseLater = new CopyOnWriteArrayList<>();
        group(3).refuse = (request, args) -> {
            if (held.incrementAndGet() > 1) {
                return false;
            }
            Args copy = Frames.copy(args);
            refuseLater.add(() -> request.notExecuted(NOBODY_LEADS, copy));
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            client.send("MSET", "a", "first", "b", "first");
            client.send("MSET", "a", "second", "c", "second");
            await().atMost(20, TimeUnit.SECONDS).until(() -> group(3).served == 1);
            refuseLater.forEach(Runnable::run);
            assertThat(client.reply()).startsWith("-TRYAGAIN ");
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.call("MGET a b c")).isEqualTo("*3 $6 second $5 first $6 second");
        }
    }

    @Test
    void a_refused_part_is_submitted_again_when_the_other_parts_are_answered() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        List<Runnable> later = new CopyOnWriteArrayList<>();
        group(3).refuse = (request, args) -> {
            boolean refused = seen.incrementAndGet() == 1;
            if (refused) {
                request.notExecuted(NOBODY_LEADS, args);
            }
            return refused;
        };
        group(1).refuse = (request, args) -> {
            Args copy = Frames.copy(args);
            later.add(() -> {
                group(1).refuse = null;
                group(1).submit(request, copy);
            });
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            // The part of group 1 is on its way before that of group 3 is refused.
            client.send("MSET", "b", "1", "a", "1");
            await().atMost(20, TimeUnit.SECONDS).until(() -> later.size() == 1 && seen.get() == 1);
            later.forEach(r -> cluster.loops().next().execute(r));
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.call("MGET a b")).isEqualTo("*2 $1 1 $1 1");
        }
    }

    @Test
    void refused_parts_and_whole_requests_are_submitted_again_in_their_order() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        group(3).refuse = (request, args) -> {
            boolean refused = seen.incrementAndGet() <= 3;
            if (refused) {
                request.notExecuted(NOBODY_LEADS, args);
            }
            return refused;
        };
        try (RawClient client = connect(Mode.PLAIN)) {
            for (int i = 0; i < 20; i++) {
                client.send("MSET", "a", "v" + i, "b", "w" + i);
                client.send("APPEND", "a", "x");
                client.send("MGET", "a", "b");
            }
            List<String> replies = client.replies(60);
            for (int i = 0; i < 20; i++) {
                assertThat(replies.get(3 * i + 2))
                        .isEqualTo("*2 $" + (i < 10 ? 3 : 4) + " v" + i + "x $" + (i < 10 ? 2 : 3) + " w" + i);
            }
        }
    }

    @Test
    void an_unknown_outcome_closes_after_the_replies_before_it() throws IOException {
        group(1).refuse = (request, _) -> {
            request.outcomeUnknown("the leader is gone");
            return true;
        };
        try (RawClient client = connect(Mode.PLAIN); RawClient other = connect(Mode.PLAIN)) {
            byte[] first = RawClient.frame("SET", "a", "1");
            byte[] all = Arrays.copyOf(first, first.length + RawClient.frame("SET", "b", "1").length);
            System.arraycopy(RawClient.frame("SET", "b", "1"), 0, all, first.length, all.length - first.length);
            client.send(all);
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(other.call("GET a")).isEqualTo("$1 1");
            other.send("MSET", "a", "1", "b", "1");
            assertThat(other.isClosedByServer()).isTrue();
        }
    }

    @Test
    void commands_errors_and_bytes_are_counted() throws IOException {
        try (RawClient client = connect(Mode.PLAIN)) {
            client.call("SET a 1");
            client.call("GET a");
            client.call("GET");
            client.call("RENAME nope {nope}2");
            FrontStats stats = cluster.front.stats();
            assertThat(stats.commandsProcessed()).isEqualTo(3);
            assertThat(stats.netInputBytes()).isGreaterThan(80);
            assertThat(stats.errorStats()).containsEntry("ERR", 2L);
            assertThat(stats.commandStats()).filteredOn(s -> s.name().equals("get"))
                    .allMatch(s -> s.calls() == 1 && s.rejected() == 1 && s.failed() == 0 && s.nanos() >= 0).hasSize(1);
            assertThat(stats.commandStats()).filteredOn(s -> s.name().equals("rename")).allMatch(s -> s.failed() == 1);
        }
    }

    @Test
    void a_front_is_told_of_an_unknown_outcome_and_a_client_of_the_same_port_is_closed() throws IOException {
        group(1).refuse = (request, _) -> {
            request.outcomeUnknown("the leader is gone");
            return true;
        };
        try (RawClient front = connect(Mode.CLUSTER); RawClient client = connect(Mode.CLUSTER)) {
            assertThat(front.call("CLIENT SETINFO LIB-NAME balsa-front")).isEqualTo("+OK");
            assertThat(front.call("SET b 1")).startsWith("-UNKNOWN ");
            assertThat(front.call("PING")).isEqualTo("+PONG");
            client.send("SET", "b", "1");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }
}
