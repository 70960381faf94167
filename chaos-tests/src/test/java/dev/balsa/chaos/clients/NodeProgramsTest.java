package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What programs of Node's make of scripts, while the leader is killed: BullMQ's queues and rate-limiter-flexible, by ioredis.
 * The programs are in {@code src/test/npm}; their packages are installed by npm, and without it the tests are skipped.
 */
class NodeProgramsTest {
    private static final Path SOURCE = Path.of("src/test/npm");
    private static final Path INSTALLED = Path.of("target/npm");
    private static final int RUN_MAX_SECONDS = 240;
    /** What npm says where there is no registry, or one that has or gives no packages. */
    private static final Pattern UNOBTAINABLE =
            Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E?TIMEDOUT|ENETUNREACH|EHOSTUNREACH|E40[1-4]|E5\\d\\d");

    @RegisterExtension
    static final FailingCluster CLUSTER = new FailingCluster();

    /** As package-lock.json says; what is there already stays. */
    @BeforeAll
    static void install() throws IOException, InterruptedException {
        Tool.require("node");
        Tool.require("npm");
        String version = Tool.run("", List.of("node", "--version")).output().strip();
        boolean old = version.matches("v1?\\d\\..*");
        if (old) {
            System.out.println("skipped: node " + version + " is too old for the packages");
        }
        assumeTrue(!old, "node " + version + " is too old");
        Files.createDirectories(INSTALLED);
        Path lock = INSTALLED.resolve("package-lock.json");
        boolean same = Files.exists(lock) && Files.isDirectory(INSTALLED.resolve("node_modules"))
                && Files.mismatch(lock, SOURCE.resolve("package-lock.json")) < 0;
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.toList()) {
                Files.copy(file, INSTALLED.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (same) {
            return;
        }
        Tool.Result result = Tool.run("", List.of("npm", "--prefix", INSTALLED.toString(), "ci", "--ignore-scripts",
                "--omit=optional", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=15000"));
        boolean unobtainable = result.cut() || result.status() != 0 && UNOBTAINABLE.matcher(result.output()).find();
        if (result.status() != 0) {
            Files.delete(lock);
        }
        if (unobtainable) {
            System.out.println("skipped: npm gets no packages: " + result.output());
        }
        assumeTrue(!unobtainable, "npm gets no packages");
        assertThat(result.status()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy", "cluster"})
    void no_job_is_lost_or_done_twice_when_the_leader_is_killed(String front) throws Exception {
        assertThat(run("jobs.cjs", front, "\"jobs\":2000,\"limited\":160,\"flows\":150")).contains("wrong []");
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy", "cluster"})
    void no_more_than_the_limit_pass_when_the_leader_is_killed(String front) throws Exception {
        assertThat(run("limits.cjs", front, "\"millis\":6000")).contains("wrong []");
    }

    /** Runs a program and kills the leader when it says so; returns what it printed. */
    private static List<String> run(String program, String front, String more) throws Exception {
        String addresses = String.join("\",\"", CLUSTER.addresses(front));
        String wanted = "{\"front\":\"" + front + "\",\"addresses\":[\"" + addresses + "\"],\"tag\":\"" + FailingCluster.TAG
                + "\"," + more + "}";
        Process process = new ProcessBuilder("node", INSTALLED.resolve(program).toString(), wanted)
                .redirectErrorStream(true).start();
        Thread limit = Thread.ofVirtual().start(() -> {
            process.onExit().completeOnTimeout(process, RUN_MAX_SECONDS, TimeUnit.SECONDS).join();
            if (process.isAlive()) {
                process.destroyForcibly();
            }
        });
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(line -> {
                lines.add(line);
                heard(line);
            });
        } finally {
            // Only if something went wrong here: it has said all.
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        process.waitFor();
        limit.join();
        System.out.println(program + " through " + front + ": " + String.join("; ", lines));
        return lines;
    }

    private static void heard(String line) {
        if (line.startsWith("kill")) {
            CLUSTER.killLeader();
        } else if (line.startsWith("heal")) {
            try {
                CLUSTER.heal();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
