package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.client.RespSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scripts by clients that know nothing of groups: one server would know a script whatever its keys are. */
abstract class ScriptScenarios extends ClientScenarios {
    private static final String UNKNOWN = "-NOSCRIPT No matching script. Please use EVAL.";

    private RespSocket[] nodes = {};

    @BeforeEach
    void connected_to_every_node_and_no_script_is_known() throws IOException {
        nodes = new RespSocket[] {cluster().plain(1), cluster().plain(2), cluster().plain(3)};
        assertThat(nodes[0].call("SCRIPT", "FLUSH")).isEqualTo("+OK");
        assertThat(nodes[0].call("FUNCTION", "FLUSH")).isEqualTo("+OK");
    }

    @AfterEach
    void disconnect() throws IOException {
        for (RespSocket node : nodes) {
            node.close();
        }
    }

    /** A script that nobody has seen. */
    private static String script(String name) {
        return "redis.call('SET', KEYS[1], ARGV[1]) return '" + name + System.nanoTime() + "'";
    }

    private static String sha(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(script.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_was_evaluated_with_one_key_runs_by_its_sha_with_any_key_at_any_node() throws IOException {
        for (RespSocket evaluating : nodes) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                String script = script("one");
                String reply = evaluating.call("EVAL", script, "1", key, "1");
                for (RespSocket node : nodes) {
                    for (String other : ClientCluster.KEY_OF_GROUP) {
                        assertThat(node.call("EVALSHA", sha(script), "1", other, "2")).isEqualTo(reply);
                        assertThat(node.call("GET", other)).isEqualTo("$2");
                    }
                    assertThat(node.call("EVALSHA", sha(script).toUpperCase(Locale.ROOT), "0", "x"))
                            .contains("Lua redis lib command arguments");
                }
            }
        }
    }

    @Test
    void a_pipeline_may_evaluate_first_and_go_on_with_the_sha() throws IOException {
        String script = script("pipeline");
        List<String> replies = nodes[1].calls(List.of(
                List.of("SET", "a", "before"),
                List.of("EVAL", script, "1", "a", "1"),
                List.of("EVALSHA", sha(script), "1", "b", "2"),
                List.of("GET", "b"),
                List.of("EVALSHA", sha(script), "1", "c", "3"),
                List.of("EVALSHA", sha(script), "1", "a", "4"),
                List.of("MGET", "a", "b", "c")));
        assertThat(replies).doesNotContain(UNKNOWN).contains("$2", "*$4 $2 $3");
    }

    @Test
    void a_transaction_runs_a_script_that_another_group_has() throws IOException {
        String script = script("transaction");
        String reply = nodes[0].call("EVAL", script, "1", "a", "1");
        for (RespSocket node : nodes) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(node.calls(List.of(List.of("MULTI"), List.of("INCR", "{" + key + "}n"),
                        List.of("EVALSHA", sha(script), "1", key, "2"), List.of("EXEC"))).getLast())
                        .startsWith("*:").endsWith(reply);
            }
        }
        // It was evaluated within the same transaction.
        String other = script("within");
        assertThat(nodes[0].calls(List.of(List.of("MULTI"), List.of("EVAL", other, "1", "b", "1"),
                List.of("EVALSHA", sha(other), "1", "b", "2"), List.of("EXEC"))).getLast()).doesNotContain("NOSCRIPT");
    }

    @Test
    void after_flush_no_node_knows_it_with_any_key() throws IOException {
        String script = script("flush");
        String reply = nodes[0].call("EVAL", script, "1", "a", "1");
        for (RespSocket node : nodes) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(node.call("EVALSHA", sha(script), "1", key, "2")).isEqualTo(reply);
            }
        }
        assertThat(nodes[1].call("SCRIPT", "FLUSH")).isEqualTo("+OK");
        for (RespSocket node : nodes) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(node.call("EVALSHA", sha(script), "1", key, "3")).isEqualTo(UNKNOWN);
                assertThat(node.calls(List.of(List.of("MULTI"), List.of("EVALSHA", sha(script), "1", key, "3"),
                        List.of("EXEC"))).getLast()).isEqualTo("*" + UNKNOWN);
            }
            assertThat(node.call("SCRIPT", "EXISTS", sha(script))).isEqualTo("*:0");
            assertThat(node.call("SCRIPT", "SHOW", sha(script))).startsWith("-NOSCRIPT");
        }
        assertThat(nodes[2].call("EVAL", script, "1", "c", "1")).isEqualTo(reply);
        for (RespSocket node : nodes) {
            for (String key : ClientCluster.KEY_OF_GROUP) {
                assertThat(node.call("EVALSHA", sha(script), "1", key, "4")).isEqualTo(reply);
            }
        }
    }

    @Test
    void a_script_that_one_group_knows_exists_and_is_shown() throws IOException {
        String script = script("exists");
        nodes[0].call("EVAL", script, "1", "c", "1");
        for (RespSocket node : nodes) {
            assertThat(node.call("SCRIPT", "EXISTS", sha(script), sha("nobody's"))).isEqualTo("*:1 :0");
            assertThat(node.call("SCRIPT", "SHOW", sha(script))).isEqualTo("$" + script);
        }
    }

    @Test
    void what_was_only_read_runs_by_its_sha_too() throws IOException {
        for (String key : ClientCluster.KEY_OF_GROUP) {
            String script = "return redis.call('EXISTS', KEYS[1]) + " + System.nanoTime();
            String reply = nodes[0].call("EVAL_RO", script, "1", key);
            for (RespSocket node : nodes) {
                assertThat(node.call("SCRIPT", "EXISTS", sha(script))).isEqualTo("*:1");
                for (String other : ClientCluster.KEY_OF_GROUP) {
                    assertThat(node.call("EVALSHA", sha(script), "1", other)).isEqualTo(reply);
                    assertThat(node.call("EVALSHA_RO", sha(script), "1", other)).isEqualTo(reply);
                }
            }
        }
    }

    @Test
    void what_says_that_it_only_reads_does_not_go_through_the_log() throws IOException {
        String script = "#!lua flags=allow-stale,no-writes\nreturn redis.call('GET', KEYS[1]) .. ' " + System.nanoTime() + "'";
        nodes[0].call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function{function_name='reading', "
                + "callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}\n"
                + "redis.register_function('writing', function(keys) return redis.call('SET', keys[1], 'by') end)");
        nodes[0].call("MSET", "a", "va", "b", "vb", "c", "vc");
        for (String key : ClientCluster.KEY_OF_GROUP) {
            // The first EVALSHA in each group brings the text there.
            assertThat(nodes[2].call("EVAL", script, "1", key)).startsWith("$v" + key);
            assertThat(nodes[1].call("EVALSHA", sha(script), "1", key)).startsWith("$v" + key);
        }
        // An entry of the cluster's own, of a change of leader say, may come between, but not each time.
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            List<Integer> before = indexes();
            for (RespSocket node : nodes) {
                for (String key : ClientCluster.KEY_OF_GROUP) {
                    assertThat(node.call("EVAL", script, "1", key)).startsWith("$v" + key);
                    assertThat(node.call("EVALSHA", sha(script), "1", key)).startsWith("$v" + key);
                    assertThat(node.call("FCALL", "reading", "1", key)).isEqualTo("$v" + key);
                }
            }
            assertThat(indexes()).isEqualTo(before);
        });
        List<Integer> before = indexes();
        assertThat(nodes[0].call("FCALL", "writing", "1", "a")).isEqualTo("+OK");
        assertThat(indexes()).isNotEqualTo(before);
        assertThat(nodes[0].call("EVAL", "#!lua flags=no-writes\nreturn redis.call('SET', KEYS[1], 1)", "1", "a"))
                .contains("Write commands are not allowed from read-only scripts");
        assertThat(nodes[0].call("INFO", "commandstats")).contains("cmdstat_eval:").contains("cmdstat_evalsha:");
    }

    @Test
    void a_function_that_is_loaded_anew_and_writes_now_writes() throws IOException {
        for (int i = 0; i < 20; i++) {
            String flags = i % 2 == 0 ? "flags={'no-writes'}, " : "";
            String body = i % 2 == 0 ? "return redis.call('GET', keys[1])" : "return redis.call('INCR', keys[1])";
            List<String> replies = nodes[i % 3].calls(List.of(
                    List.of("FUNCTION", "LOAD", "REPLACE", "#!lua name=lib\nredis.register_function{function_name='f', "
                            + flags + "callback=function(keys) " + body + " end}"),
                    List.of("FCALL", "f", "1", "a"), List.of("FCALL", "f", "1", "a"), List.of("GET", "a")));
            String now = i == 0 ? "$-1" : "$" + (i / 2 * 2 + (i % 2 == 0 ? 0 : 2));
            assertThat(replies).last().isEqualTo(now);
        }
    }

    /** How far the logs of the groups are, on the node that is farthest: followers hear of the end a moment later. */
    private List<Integer> indexes() throws IOException {
        List<Integer> farthest = new ArrayList<>(List.of(0, 0, 0));
        for (RespSocket node : nodes) {
            Matcher index = Pattern.compile("\\$index :(\\d+)").matcher(node.call("BALSA", "DIGEST"));
            for (int group = 0; index.find(); group++) {
                farthest.set(group, Math.max(farthest.get(group), Integer.parseInt(index.group(1))));
            }
        }
        return farthest;
    }
}
