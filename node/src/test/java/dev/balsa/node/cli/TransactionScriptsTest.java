package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.resp.RespReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions with commands that are about the connection, the server, its users or channels, sent to a node and to a
 * redis-server: every reply is the same, and so is every message that follows.
 */
class TransactionScriptsTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");

    /** Commands of a connection each; {@code !} before a command: nothing is answered, a message is awaited instead. */
    private static final List<List<String>> SCRIPTS = List.of(
            List.of("MULTI", "SET k 1", "PUBLISH ch x", "GET k", "EXEC"),
            List.of("MULTI", "PUBLISH ch x", "EXEC"),
            List.of("MULTI", "PUBLISH ch", "EXEC"),
            List.of("MULTI", "SPUBLISH ch x", "SET k 2", "EXEC", "GET k"),
            List.of("MULTI", "EXEC"),
            List.of("MULTI", "PING", "ECHO a", "SELECT 1", "SET k 3", "SELECT 0", "GET k", "SELECT 99", "EXEC", "GET k"),
            List.of("MULTI", "SELECT 1", "EXEC", "GET k"),
            List.of("MULTI", "CONFIG GET maxclients", "CONFIG SET maxclients 5000", "CONFIG GET maxclients",
                    "CONFIG SET maxclients x", "EXEC", "CONFIG SET maxclients 4000"),
            List.of("MULTI", "CLIENT SETNAME n", "CLIENT GETNAME", "CLIENT NO-EVICT on", "CLIENT NOSUCH", "EXEC"),
            List.of("MULTI", "CLIENT SETNAME n", "CLIENT GETNAME", "EXEC", "CLIENT GETNAME"),
            List.of("MULTI", "ACL WHOAMI", "ACL SETUSER t on >p ~a* &* +@all", "AUTH t p", "ACL WHOAMI", "EXEC",
                    "ACL WHOAMI", "SET k 1", "SET a 1"),
            List.of("MULTI", "SET k 5", "AUTH t p", "SET k 6", "GET a", "EXEC", "GET k", "GET a"),
            List.of("MULTI", "AUTH t wrong", "SET k 7", "EXEC", "GET k"),
            List.of("MULTI", "AUTH x", "EXEC"),
            List.of("MULTI", "HELLO 3 AUTH t p SETNAME me", "SET k 8", "EXEC", "CLIENT GETNAME", "HELLO 2"),
            List.of("MULTI", "HELLO 9", "HELLO x", "EXEC", "CLIENT GETNAME"),
            List.of("MULTI", "ACL DELUSER t nobody", "ACL USERS", "EXEC"),
            List.of("MULTI", "SUBSCRIBE a", "EXEC", "PING", "UNSUBSCRIBE a", "PING"),
            List.of("MULTI", "SUBSCRIBE a", "PSUBSCRIBE b*", "UNSUBSCRIBE a", "PUNSUBSCRIBE", "EXEC", "PING"),
            List.of("HELLO 3", "MULTI", "PUBLISH a none", "SUBSCRIBE a", "EXEC"),
            List.of("SSUBSCRIBE a", "PING", "SUNSUBSCRIBE", "MULTI", "SPUBLISH a hi", "EXEC"),
            List.of("MULTI", "MONITOR", "EXEC", "PING"),
            List.of("MULTI", "CLIENT TRACKING ON NOLOOP", "GET k", "CLIENT TRACKINGINFO", "SET k 4", "EXEC", "CLIENT GETREDIR",
                    "MULTI", "CLIENT TRACKING OFF", "CLIENT TRACKING ON FOO", "EXEC", "CLIENT GETREDIR"),
            List.of("MULTI", "CLIENT UNBLOCK 99999", "CLIENT UNBLOCK x", "EXEC", "PING"),
            List.of("MULTI", "WAIT 0 0", "WAIT 5 0", "EXEC"),
            List.of("MULTI", "PUBSUB NUMSUB a b", "PUBSUB CHANNELS", "SLOWLOG RESET", "SLOWLOG LEN", "EXEC"),
            List.of("MULTI", "COMMAND GETKEYS GET a", "OBJECT ENCODING k", "LATENCY RESET", "EXEC"),
            List.of("MULTI", "SAVE", "EXEC"),
            List.of("MULTI", "SHUTDOWN", "EXEC"),
            List.of("MULTI", "UNWATCH", "PING", "EXEC"),
            List.of("WATCH k", "MULTI", "PUBLISH ch x", "EXEC"),
            List.of("WATCH k", "SET k 9", "MULTI", "PUBLISH ch x", "EXEC"),
            List.of("MULTI", "CONFIG GET databases", "RESET", "EXEC"));

    @TempDir
    private Path root;

    private @Nullable Process redis;

    @AfterEach
    void stop() throws Exception {
        if (redis != null) {
            redis.destroyForcibly();
            redis.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void every_script_gets_the_replies_of_redis() throws Exception {
        assumeTrue(Files.isExecutable(REDIS));
        int theirs = freePort();
        redis = new ProcessBuilder(REDIS.toString(), "--port", "" + theirs, "--save", "", "--bind", "127.0.0.1",
                "--slowlog-log-slower-than", "-1", "--dir",
                root.toString()).redirectErrorStream(true).redirectOutput(root.resolve("redis.log").toFile()).start();
        int ours = freePort();
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + ours, "--raft-port",
                "" + freePort(), "--bind", "127.0.0.1", "--maxclients", "10000", "--slowlog-log-slower-than", "-1"));
        CompletableFuture<Integer> node =
                CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        connect(ours).close();
        connect(theirs).close();
        for (List<String> script : SCRIPTS) {
            List<String> expected = play(script, theirs);
            assertThat(play(script, ours)).as("%s", script).isEqualTo(expected);
        }
        // A message to oneself: 7.0 sends it before the number that PUBLISH answers, 7.2 when all is answered.
        List<String> script = List.of("MULTI", "SUBSCRIBE a", "PUBLISH a hi", "EXEC", "!", "PING");
        assertThat(play(script, ours)).endsWith("EXEC: [[\"subscribe\", \"a\", (integer) 1], (integer) 1]",
                "!: [\"message\", \"a\", \"hi\"]", "PING: [\"pong\", \"\"]");
        connect(ours).send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
        assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
    }

    private static List<String> play(List<String> script, int port) throws IOException {
        List<String> replies = new ArrayList<>();
        try (RespClient client = connect(port)) {
            for (String line : script) {
                if (!line.equals("!")) {
                    String[] words = line.split(" ", -1);
                    byte[][] arguments = new byte[words.length][];
                    for (int i = 0; i < words.length; i++) {
                        arguments[i] = words[i].getBytes(StandardCharsets.US_ASCII);
                    }
                    client.send(arguments);
                }
                RespReply reply = client.receive();
                replies.add(line + ": " + comparable(reply.toString()));
            }
        }
        return replies;
    }

    /** Without what two servers cannot have in common; texts are those of 7.2. */
    private static String comparable(String reply) {
        return reply
                .replaceAll("\"version\"[,:] \"[0-9.]+\"", "version")
                .replaceAll("\"id\"[,:] \\(integer\\) [0-9]+", "id")
                .replace("this user has no permissions to run", "User t has no permissions to run")
                .replaceAll("NOPERM this user has no permissions to access one of the keys used as arguments",
                        "NOPERM No permissions to access a key");
    }
}
