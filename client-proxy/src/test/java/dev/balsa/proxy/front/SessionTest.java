package dev.balsa.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proxy.FakeCluster;
import dev.balsa.proxy.RawClient;
import dev.balsa.proxy.front.FrontSettings.DebugAccess;
import dev.balsa.proxy.route.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies as redis-server gives them; the expected texts were taken from one. */
class SessionTest {
    private final FakeCluster cluster = new FakeCluster(1, null);
    private RawClient client;

    @BeforeEach
    void connect() throws IOException {
        client = new RawClient(cluster.listen(Mode.PLAIN));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        cluster.close();
    }

    private void says(String command, String reply) throws IOException {
        assertThat(client.call(command)).as(command).isEqualTo(reply);
    }

    @Test
    void unknown_commands_and_wrong_arity_have_redis_texts() throws IOException {
        says("foo a b", "-ERR unknown command 'foo', with args beginning with: 'a' 'b' ");
        says("foo", "-ERR unknown command 'foo', with args beginning with: ");
        says("foo " + "x".repeat(200) + " y",
                "-ERR unknown command 'foo', with args beginning with: '" + "x".repeat(128) + "' ");
        says("x".repeat(300), "-ERR unknown command '" + "x".repeat(128) + "', with args beginning with: ");
        says("get", "-ERR wrong number of arguments for 'get' command");
        says("CLIENT", "-ERR wrong number of arguments for 'client' command");
        says("CLIENT id a", "-ERR wrong number of arguments for 'client|id' command");
        says("CLIENT foo", "-ERR unknown subcommand 'foo'. Try CLIENT HELP.");
        says("PING a b", "-ERR wrong number of arguments for 'ping' command");
        says("PING a", "$1 a");
        says("ECHO hello", "$5 hello");
    }

    @Test
    void hello_switches_the_protocol_and_greets() throws IOException {
        says("HELLO 9", "-NOPROTO unsupported protocol version");
        says("HELLO abc", "-ERR Protocol version is not an integer or out of range");
        says("HELLO 3 foo", "-ERR Syntax error in HELLO option 'foo'");
        says("HELLO 3 AUTH a", "-ERR Syntax error in HELLO option 'AUTH'");
        says("GET a", "$-1");
        says("HELLO 3 AUTH default any SETNAME me", "%7 $6 server $5 redis $7 version $5 7.2.4 $5 proto :3 $2 id :1"
                + " $4 mode $10 standalone $4 role $6 master $7 modules *0");
        says("CLIENT GETNAME", "$2 me");
        says("GET a", "_");
        says("HELLO 2", "*14 $6 server $5 redis $7 version $5 7.2.4 $5 proto :2 $2 id :1"
                + " $4 mode $10 standalone $4 role $6 master $7 modules *0");
    }

    @Test
    void authentication_is_asked_for_and_checked() throws IOException {
        says("AUTH x", "-ERR AUTH <password> called without any password configured for the default user. Are you sure"
                + " your configuration is correct?");
        says("AUTH default x", "+OK");
        says("AUTH a b c", "-ERR syntax error");
        cluster.settings.requirepass("secret");
        try (RawClient other = new RawClient(cluster.listen(Mode.PLAIN))) {
            assertThat(other.call("GET a")).isEqualTo("-NOAUTH Authentication required.");
            assertThat(other.call("GET")).isEqualTo("-ERR wrong number of arguments for 'get' command");
            assertThat(other.call("HELLO 3"))
                    .startsWith("-NOAUTH HELLO must be called with the client already authenticated");
            assertThat(other.call("AUTH wrong"))
                    .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
            assertThat(other.call("AUTH bob secret"))
                    .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
            assertThat(other.call("AUTH secret")).isEqualTo("+OK");
            assertThat(other.call("GET a")).isEqualTo("$-1");
            assertThat(other.call("RESET")).isEqualTo("+RESET");
            assertThat(other.call("GET a")).isEqualTo("-NOAUTH Authentication required.");
            assertThat(other.call("HELLO 3 AUTH default secret")).startsWith("%7");
        }
    }

    @Test
    void debug_is_refused_as_a_whole_where_the_configuration_does_not_allow_it() throws IOException {
        String refused = "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you"
                + " can run it from a local connection, otherwise you need to set this option in the configuration"
                + " file, and then restart the server.";
        for (String command : List.of("debug sleep 0", "DEBUG OBJECT k", "DEBUG SLEEP", "DEBUG foo")) {
            says(command, refused);
        }
        says("DEBUG", "-ERR wrong number of arguments for 'debug' command");
        for (DebugAccess access : List.of(DebugAccess.LOCAL, DebugAccess.YES)) {
            cluster.settings.debugAccess(access);
            says("debug sleep 0", "+admin debug sleep 0");
            says("DEBUG OBJECT k", "-ERR not in the fake: DEBUG");
            says("DEBUG foo", "-ERR unknown subcommand 'foo'. Try DEBUG HELP.");
        }
        assertThat(new Session(Mode.PLAIN, false, cluster.front.users()).mayDebug(
                cluster.settings.debugAccess(DebugAccess.LOCAL)))
                .isFalse();
    }

    @Test
    void before_authentication_requests_have_to_be_small() throws IOException {
        cluster.settings.requirepass("secret");
        try (RawClient other = new RawClient(cluster.listen(Mode.PLAIN))) {
            other.send("*11\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(other.reply()).isEqualTo("-ERR Protocol error: unauthenticated multibulk length");
            assertThat(other.isClosedByServer()).isTrue();
        }
    }

    @Test
    void databases_are_selected_by_number() throws IOException {
        says("SELECT 16", "-ERR DB index is out of range");
        says("SELECT -1", "-ERR DB index is out of range");
        says("SELECT abc", "-ERR value is not an integer or out of range");
        says("SET a 1", "+OK");
        says("SELECT 15", "+OK");
        says("GET a", "$-1");
        says("RESET", "+RESET");
        says("GET a", "$1 1");
    }

    @Test
    void plain_clients_know_no_cluster_and_cluster_clients_do() throws IOException {
        says("READONLY", "-ERR This instance has cluster support disabled");
        says("ASKING", "-ERR This instance has cluster support disabled");
        try (RawClient other = new RawClient(cluster.listen(Mode.CLUSTER))) {
            assertThat(other.call("READONLY")).isEqualTo("+OK");
            assertThat(other.call("READWRITE")).isEqualTo("+OK");
            assertThat(other.call("ASKING")).isEqualTo("+OK");
            assertThat(other.call("HELLO 3")).contains("$4 mode $7 cluster");
        }
    }

    @Test
    void replies_are_switched_off_on_and_skipped() throws IOException {
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("PING", "skipped");
        says("PING a", "$1 a");
        client.send("CLIENT", "REPLY", "OFF");
        client.send("PING", "lost");
        client.send("SET", "k", "v");
        says("CLIENT REPLY ON", "+OK");
        says("GET k", "$1 v");
        says("CLIENT REPLY foo", "-ERR syntax error");
    }

    @Test
    void client_names_and_library_are_kept() throws IOException {
        says("CLIENT SETNAME me", "+OK");
        says("CLIENT GETNAME", "$2 me");
        client.send("CLIENT", "SETNAME", "a b");
        assertThat(client.reply())
                .isEqualTo("-ERR Client names cannot contain spaces, newlines or special characters.");
        says("CLIENT SETINFO lib-name jedis", "+OK");
        says("CLIENT SETINFO foo x", "-ERR Unrecognized option 'foo'");
        assertThat(client.call("CLIENT INFO")).contains(" name=me ").contains(" lib-name=jedis lib-ver=")
                .contains(" cmd=client|info user=default redir=-1 resp=2 ");
        client.send("CLIENT", "SETNAME", "");
        assertThat(client.reply()).isEqualTo("+OK");
        says("CLIENT GETNAME", "$-1");
    }

    @Test
    void client_list_has_the_fields_of_redis_in_their_order() throws IOException {
        assertThat(client.call("CLIENT LIST")).containsPattern(
                "id=1 addr=127.0.0.1:\\d+ laddr=127.0.0.1:\\d+ fd=-?\\d+ name="
                + " age=\\d+ idle=\\d+ flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=\\d+ qbuf-free=\\d+ argv-mem=\\d+"
                + " multi-mem=0 rbs=\\d+ rbp=\\d+ obl=\\d+ oll=\\d+ omem=\\d+ tot-mem=\\d+ events=r cmd=client\\|list"
                + " user=default redir=-1 resp=2 lib-name= lib-ver=");
        says("CLIENT LIST TYPE pubsub", "$0 ");
        says("CLIENT LIST TYPE foo", "-ERR Unknown client type 'foo'");
        says("CLIENT LIST ID 1 x", "-ERR Invalid client ID");
        says("CLIENT LIST ID 77", "$0 ");
        assertThat(client.call("CLIENT LIST ID 1")).contains("id=1 ");
    }

    @Test
    void clients_are_killed_by_address_and_by_filters() throws IOException {
        says("CLIENT KILL ID x", "-ERR client-id should be greater than 0");
        says("CLIENT KILL TYPE foo", "-ERR Unknown client type 'foo'");
        says("CLIENT KILL USER foo", "-ERR No such user 'foo'");
        says("CLIENT KILL FOO bar", "-ERR syntax error");
        says("CLIENT KILL 1.1.1.1:1", "-ERR No such client");
        try (RawClient other = new RawClient(cluster.listen(Mode.PLAIN))) {
            String id = other.call("CLIENT ID").substring(1);
            says("CLIENT KILL ID " + id + " ADDR 1.1.1.1:1", ":0");
            says("CLIENT KILL ID " + id, ":1");
            assertThat(other.isClosedByServer()).isTrue();
        }
        try (RawClient other = new RawClient(cluster.listen(Mode.PLAIN))) {
            other.call("PING");
            says("CLIENT KILL 127.0.0.1:" + other.socket().getLocalPort(), "+OK");
            assertThat(other.isClosedByServer()).isTrue();
        }
        says("CLIENT KILL TYPE normal SKIPME no", ":1");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void paused_commands_wait() throws IOException {
        says("CLIENT PAUSE x", "-ERR timeout is not an integer or out of range");
        says("CLIENT PAUSE -1", "-ERR timeout is negative");
        says("CLIENT PAUSE 1 foo", "-ERR CLIENT PAUSE mode must be WRITE or ALL");
        says("CLIENT PAUSE 60000 WRITE", "+OK");
        says("GET a", "$-1");
        try (RawClient other = new RawClient(cluster.listen(Mode.PLAIN))) {
            other.send("SET", "a", "1");
            says("GET a", "$-1");
            says("CLIENT UNPAUSE", "+OK");
            assertThat(other.reply()).isEqualTo("+OK");
        }
        long before = System.nanoTime();
        says("CLIENT PAUSE 200", "+OK");
        says("PING", "+PONG");
        assertThat(System.nanoTime() - before).isGreaterThan(190_000_000L);
    }

    @Test
    void quit_answers_and_closes() throws IOException {
        client.send("QUIT");
        client.send("PING");
        assertThat(client.reply()).isEqualTo("+OK");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void what_is_tracked_says_so() throws IOException {
        says("CLIENT GETREDIR", ":-1");
        says("CLIENT TRACKINGINFO", "*6 $5 flags *1 $3 off $8 redirect :-1 $8 prefixes *0");
        says("CLIENT TRACKING OFF", "+OK");
        says("CLIENT CACHING YES", "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
                + " OPTOUT mode enabled");
        says("CLIENT TRACKING ON BCAST PREFIX b PREFIX a NOLOOP", "+OK");
        says("CLIENT TRACKINGINFO", "*6 $5 flags *3 $2 on $5 bcast $6 noloop $8 redirect :0 $8 prefixes *2 $1 a $1 b");
        says("CLIENT TRACKING ON BCAST PREFIX ab", "-ERR Prefix 'ab' overlaps with an existing prefix 'a'. Prefixes for a"
                + " single client must not overlap.");
        assertThat(client.call("CLIENT LIST")).contains(" flags=tB ", " redir=0 ");
        says("RESET", "+RESET");
        says("CLIENT GETREDIR", ":-1");
        says("BALSA TRACK a", "-ERR BALSA TRACK is for nodes and proxies");
        says("CLIENT UNBLOCK 1", ":0");
        says("CLIENT NO-EVICT on", "+OK");
        says("CLIENT NO-TOUCH maybe", "-ERR syntax error");
        assertThat(client.call("CLIENT HELP")).startsWith("*").contains("+HELP +    Prints this help.");
    }
}
