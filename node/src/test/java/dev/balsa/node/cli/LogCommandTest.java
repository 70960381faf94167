package dev.balsa.node.cli;

import static dev.balsa.node.cli.LocalServer.connect;
import static dev.balsa.node.cli.LocalServer.freePort;
import static dev.balsa.node.cli.LocalServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.balsa.node.config.NodeConfig;
import dev.balsa.proto.log.EntryWriter;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespArrays;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.raft.segment.EntryBatch;
import dev.balsa.raft.segment.LogListener;
import dev.balsa.raft.segment.RecordType;
import dev.balsa.raft.segment.SegmentLog;
import dev.balsa.raft.segment.SegmentLogConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code balsa log} on logs of our own making and of a real node; what is exported is loaded by redis-server. */
class LogCommandTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long HOUR = 3_600_000;

    /** Log time begins an hour ago: what dies within the next hours is alive for a redis-server of today. */
    private final long start = System.currentTimeMillis() - HOUR;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Process> started = new ArrayList<>();

    @TempDir
    private Path root;

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_key_that_died_is_deleted_before_a_later_entry_sees_it() throws Exception {
        log(entry(start, "SET counter 41 PX 1000", "SET kept 7"),
                entry(start + 999, "INCR counter"),
                entry(start + 1000, "INCR counter", "INCR kept"));
        assertThat(exported()).containsExactly(
                "SELECT 0", "SET counter 41 PXAT " + (start + 1000), "SET kept 7",
                "INCR counter",
                "DEL counter", "INCR counter", "INCR kept");
    }

    @Test
    void a_deadline_that_had_passed_when_it_was_given_is_the_del_that_it_was() throws Exception {
        log(entry(start, "SET a 1", "EXPIRE a -1", "INCR a", "SET b 1 PXAT 5", "SET a 2 NX PXAT 5",
                "EXPIRE a 0 GT", "EXPIREAT a 1 XX", "GETEX a EXAT 1", "EXPIRE missing -1"));
        assertThat(exported()).containsExactly("SELECT 0", "SET a 1", "DEL a", "INCR a", "DEL a");
    }

    @Test
    void relative_times_become_moments_and_keep_their_conditions() throws Exception {
        log(entry(start, "SET a 1 XX EX 9 GET", "set a 1 ex 5 ex 9 nx", "SETEX b 9 v", "PSETEX b 9 v",
                "EXPIRE a 100 GT", "PEXPIRE a 100000 NX", "EXPIREAT a " + (start / 1000 + 50) + " LT",
                "GETEX a PX 20", "GETEX a PERSIST", "GETEX a", "SET a 2 KEEPTTL"));
        long second = (start / 1000 + 50) * 1000;
        assertThat(exported()).containsExactly(
                "SELECT 0",
                "SET a 1 XX GET PXAT " + (start + 9000),
                "set a 1 nx PXAT " + (start + 9000),
                "SET b v PXAT " + (start + 9000),
                "SET b v PXAT " + (start + 9),
                "PEXPIREAT a " + (start + 100_000) + " GT",
                "PEXPIREAT a " + (start + 100_000) + " NX",
                "PEXPIREAT a " + second + " LT",
                "GETEX a PXAT " + (start + 20), "GETEX a PERSIST", "GETEX a", "SET a 2 KEEPTTL");
    }

    @Test
    void commands_that_replied_an_error_are_left_out() throws Exception {
        log(entry(start, "SET a x", "INCR a", "SET b 1 EX nonsense", "EXPIRE a 1 NX XX", "RESTORE c 0 rubbish"));
        assertThat(exported()).containsExactly("SELECT 0", "SET a x");
    }

    @Test
    void a_transaction_is_exported_between_multi_and_exec_unless_a_watched_key_had_changed() throws Exception {
        log(entry(start, "BALSA WATCH a b", "BALSA EXEC 2 0 a 1 0 b 2 0 3 SET a 1 0 2 INCR a 3 3 SET c 4 0 2 LPOP a"),
                entry(start + 1, "BALSA EXEC 1 0 a 1 0 3 SET a 9", "INCR a"));
        assertThat(exported()).containsExactly(
                "MULTI", "SELECT 0", "SET a 1", "INCR a", "SELECT 3", "SET c 4", "EXEC", "SELECT 0", "INCR a");
        needRedis();
        try (RespClient redis = redis()) {
            assertThat(text(redis, "GET", "a")).isEqualTo("3");
        }
    }

    @Test
    void what_is_chance_or_unknown_to_redis_is_exported_as_what_it_left() throws Exception {
        needRedis();
        log(entry(start, "SADD s 1 2 3 4 5 6 7 8", "SPOP s 3", "XADD x MAXLEN ~ 9 * f v", "XADD x * f w",
                "SADD gone a", "SPOP gone", "SET v 1", "DELEX v IFEQ 1", "RPUSH l a b"),
                entry(start + 5, "SPOP s", "XADD x NOMKSTREAM 9999999999999-* g h"));
        assertThat(exported()).contains("DEL gone", "DEL v", "XADD x MAXLEN ~ 9 " + start + "-0 f v",
                "XADD x " + start + "-1 f w");
        try (RespClient redis = redis()) {
            assertThat(number(redis, "SCARD", "s")).isEqualTo(4);
            assertThat(number(redis, "XLEN", "x")).isEqualTo(3);
            assertThat(number(redis, "DBSIZE")).isEqualTo(3);
        }
    }

    @Test
    void a_script_is_exported_as_what_its_commands_did() throws Exception {
        needRedis();
        log(entry(start, "EVAL redis.call('SET',KEYS[1],ARGV[1]);redis.call('SADD','s',1,2,3,4);redis.call('SPOP','s',2);"
                        + "redis.call('XADD','x','*','f','v');redis.pcall('INCR','s');return(redis.call('GET','a')) 1 a v",
                "EVAL return(redis.call('GET','a')) 0", "EVAL error('x') 0",
                "BALSA AS bob +@all~b* EVAL redis.pcall('SET','a','w') 0", "SCRIPT LOAD return(1)"));
        assertThat(exported()).startsWith("MULTI", "SELECT 0", "SET a v", "SADD s 1 2 3 4").contains("XADD x " + start + "-0 f v")
                .endsWith("EXEC", "SCRIPT LOAD return(1)").doesNotContain("SET a w");
        try (RespClient redis = redis()) {
            assertThat(number(redis, "SCARD", "s")).isEqualTo(2);
            assertThat(number(redis, "DBSIZE")).isEqualTo(3);
        }
    }

    @Test
    void redis_loads_what_was_exported_and_holds_the_same() throws Exception {
        needRedis();
        log(entry(start, "SET dies 41 PX 1000", "SET lives 5 PX " + 3 * HOUR, "SET f 1", "SET \u00ff\r\n x",
                        "SET n 10"),
                entry(start + 2000, "INCR dies", "INCRBYFLOAT f 0.1", "APPEND n 5", "SETRANGE n 5 z",
                        "EXPIRE n " + 2 * HOUR / 1000 + " NX", "MSET r 1 s 2", "RENAME r t", "COPY lives copied"),
                select(start + 3000, 3, "SET there 1", "MOVE there 4", "SETEX here 7200 v", "SWAPDB 3 5"));
        assertThat(run("log", "export", "--dir", root.toString(), "--out", aof().toString())).isZero();
        try (RespClient redis = redis()) {
            assertThat(number(redis, "DBSIZE")).isEqualTo(8);
            assertThat(text(redis, "GET", "dies")).isEqualTo("1");
            assertThat(number(redis, "PEXPIRETIME", "dies")).isEqualTo(-1);
            assertThat(number(redis, "PEXPIRETIME", "lives")).isEqualTo(start + 3 * HOUR);
            assertThat(number(redis, "PEXPIRETIME", "copied")).isEqualTo(start + 3 * HOUR);
            assertThat(text(redis, "GET", "f")).isEqualTo("1.1");
            assertThat(text(redis, "GET", "n")).isEqualTo("105\0\0z");
            assertThat(number(redis, "PEXPIRETIME", "n")).isEqualTo(start + 2000 + 2 * HOUR);
            assertThat(text(redis, "GET", "t")).isEqualTo("1");
            redis.ask("SELECT", "4");
            assertThat(text(redis, "GET", "there")).isEqualTo("1");
            redis.ask("SELECT", "5");
            assertThat(number(redis, "PEXPIRETIME", "here")).isEqualTo(start + 3000 + 2 * HOUR);
        }
    }

    @Test
    void a_nodes_snapshot_comes_first_and_its_log_after_it() throws Exception {
        needRedis();
        int port = freePort();
        NodeConfig config = NodeConfig.load(null, List.of("--dir", root.toString(), "--port", "" + port,
                "--raft-port", "" + freePort(), "--bind", "127.0.0.1"));
        CompletableFuture<Integer> node =
                CompletableFuture.supplyAsync(() -> running(config), Thread::startVirtualThread);
        try (RespClient client = connect(port)) {
            client.ask("SET", "old", "1", "PX", "7200000");
            client.ask("SET", "dies", "1", "PXAT", Long.toString(System.currentTimeMillis() + 200));
            client.ask("SAVE");
            client.ask("INCR", "old");
            Awaitility.await().atMost(PATIENCE).until(() -> number(client, "EXISTS", "dies") == 0);
            client.ask("INCR", "dies");
            client.ask("SELECT", "2");
            client.ask("SET", "new", "3");
            client.send("SHUTDOWN".getBytes(StandardCharsets.US_ASCII));
            assertThat(node.get(30, TimeUnit.SECONDS)).isZero();
        }
        assertThat(run("log", "export", "--dir", root.toString(), "--out", aof().toString())).isZero();
        assertThat(out.toString()).contains("snapshot up to index");
        try (RespClient redis = redis()) {
            assertThat(text(redis, "GET", "old")).isEqualTo("2");
            assertThat(number(redis, "PTTL", "old")).isBetween(1L, 7_200_000L);
            assertThat(text(redis, "GET", "dies")).isEqualTo("1");
            assertThat(number(redis, "PTTL", "dies")).isEqualTo(-1);
            redis.ask("SELECT", "2");
            assertThat(number(redis, "DBSIZE")).isEqualTo(1);
        }
    }

    @Test
    void damage_is_named_with_file_and_offset_and_nothing_is_exported() throws Exception {
        log(entry(start, "SET a first"), entry(start, "SET b second-value"), entry(start, "SET c 3"));
        Path file;
        try (var files = Files.list(root.resolve("g0/log"))) {
            file = files.filter(path -> path.toString().endsWith("1.log")).findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("second-value");
        bytes[at] ^= 1;
        Files.write(file, bytes);
        assertThat(run("log", "show", "--dir", root.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("SET a first").doesNotContain("SET b");
        assertThat(err.toString())
                .contains(file.toString())
                .containsPattern("at offset \\d+")
                .contains("up to 1 are whole");
        assertThat(run("log", "export", "--dir", root.toString(), "--out", aof().toString())).isEqualTo(1);
        assertThat(aof()).doesNotExist();
        assertThat(run("log", "export", "--dir", root.toString(), "--until", "1", "--out", aof().toString())).isZero();
        assertThat(lines(Files.readAllBytes(aof()))).containsExactly("SELECT 0", "SET a first");
    }

    @Test
    void show_quotes_as_redis_cli_and_cuts_what_is_long() throws Exception {
        log(entry(start, "SET a b"), select(start, 3, "SET \"q\n" + " x".repeat(50).replace(' ', '-')));
        assertThat(run("log", "show", "--dir", root.toString())).isZero();
        assertThat(out.toString()).contains("SET a b").contains("[3] SET \"\\\"q\\n-x-x").contains("...(103 bytes)");
    }

    @Test
    void what_waited_is_exported_as_what_it_did_when_it_did_it() throws IOException {
        EntryWriter writer = new EntryWriter();
        writer.reset();
        for (String command : List.of("BLPOP q r 0", "BLMOVE a b LEFT RIGHT 0", "BZPOPMIN z 0.001", "RPUSH r x",
                "RPUSH a y", "BLPOP b 0", "BLMPOP 0 1 none LEFT")) {
            writer.append(Args.of(command.split(" ")), 0);
        }
        writer.waits();
        log(writer.finish(1000, 1), entry(2000, "ZADD z 1 m", "BALSA UNBLOCK 4 GONE", "RPUSH none v"));
        assertThat(exported()).containsExactly("SELECT 0", "RPUSH r x", "LPOP r", "RPUSH a y", "LMOVE a b LEFT RIGHT",
                "LPOP b", "ZADD z 1 m", "RPUSH none v");
    }

    // -- making logs and running the tool -------------------------------------------------------------------------

    private static ByteBuffer entry(long millis, String... commands) {
        return select(millis, 0, commands);
    }

    private static ByteBuffer select(long millis, int database, String... commands) {
        EntryWriter writer = new EntryWriter();
        writer.reset();
        for (String command : commands) {
            writer.append(Args.of(command.split(" ")), database);
        }
        return writer.finish(millis, 1);
    }

    private void log(ByteBuffer... entries) throws IOException {
        Path directory = Files.createDirectories(root.resolve("g0/log"));
        SegmentLogConfig config = SegmentLogConfig.defaults().withSegmentBytes(1 << 20);
        try (SegmentLog log = SegmentLog.open(directory, config, LogListener.NONE)) {
            log.append(new Batch(List.of(entries)));
        }
    }

    private Path restored() {
        return root.resolve("restored");
    }

    private Path aof() {
        return restored().resolve("appendonly.aof");
    }

    private int run(String... arguments) throws IOException {
        Files.createDirectories(restored());
        CommandLine line = Balsa.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private List<String> exported() throws IOException {
        int status = run("log", "export", "--dir", root.toString(), "--out", aof().toString());
        assertThat(status).as(err.toString()).isZero();
        return lines(Files.readAllBytes(aof()));
    }

    private static List<String> lines(byte[] file) {
        List<String> lines = new ArrayList<>();
        Args args = new Args();
        for (int at = 0; at < file.length; ) {
            at += RespArrays.decode(file, at, file.length, args);
            lines.add(args.toString());
        }
        return lines;
    }

    // -- servers --------------------------------------------------------------------------------------------------

    private static void needRedis() {
        if (!Files.isExecutable(REDIS)) {
            System.out.println("Skipped: " + REDIS + " is not there");
        }
        assumeTrue(Files.isExecutable(REDIS));
    }

    private RespClient redis() throws Exception {
        int port = freePort();
        started.add(new ProcessBuilder(REDIS.toString(), "--port", "" + port, "--dir", restored().toString(),
                        "--appendonly", "yes", "--save", "", "--bind", "127.0.0.1")
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("redis.log").toFile())
                .start());
        return connect(port);
    }


    private static long number(RespClient client, String... words) throws IOException {
        return ((RespReply.Int) client.ask(words)).value();
    }

    private static String text(RespClient client, String... words) throws IOException {
        return ((RespReply.Bulk) client.ask(words)).text();
    }

    /** Entries of term 1 from index 1 on. */
    private record Batch(List<ByteBuffer> entries) implements EntryBatch {
        @Override
        public int count() {
            return entries.size();
        }

        @Override
        public long index(int i) {
            return i + 1L;
        }

        @Override
        public long term(int i) {
            return 1;
        }

        @Override
        public RecordType type(int i) {
            return RecordType.DATA;
        }

        @Override
        public ByteBuffer payload(int i) {
            return entries.get(i).duplicate();
        }

        @Override
        public boolean hasMark(int i) {
            return false;
        }

        @Override
        public long mark(int i) {
            return 0;
        }
    }
}
