package dev.balsa.proto.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The specs that a Redis 7.0 gives out, recorded: what its COMMAND replies in RESP2 and in RESP3. */
final class SpecTest {
    private final List<CommandSpec> redis = SpecReply.read(recorded("command-resp2.bin"));
    private final SpecTable table = new SpecTable(redis);

    @Test
    void the_reply_of_redis_is_read_and_written_again_byte_for_byte() {
        assertThat(written(2)).isEqualTo(recorded("command-resp2.bin"));
        assertThat(SpecReply.read(recorded("command-resp3.bin"))).isEqualTo(redis);
        assertThat(written(3)).isEqualTo(recorded("command-resp3.bin"));
    }

    @Test
    void each_command_is_found_in_any_case_and_nothing_else_is() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < redis.size(); i++) {
            String name = redis.get(i).name();
            for (int round = 0; round < 50; round++) {
                char[] chars = name.toCharArray();
                for (int k = 0; k < chars.length; k++) {
                    chars[k] = random.nextBoolean() ? Character.toUpperCase(chars[k]) : chars[k];
                }
                String other = new String(chars);
                assertThat(table.indexOf(Args.of(other, "x"))).as(other).isEqualTo(i);
                assertThat(table.indexOf(atTheEnd(other))).as(other).isEqualTo(i);
                chars[random.nextInt(chars.length)] = (char) random.nextInt(256);
                other = new String(chars);
                if (!table.all().stream().map(CommandSpec::name).toList().contains(other.toLowerCase(Locale.ROOT))) {
                    assertThat(table.find(Args.of(other))).as("seed %d %s", seed, other).isNull();
                }
            }
            assertThat(table.find(Args.of(name + "~"))).isNull();
            assertThat(table.find(Args.of(name + "\0"))).isNull();
        }
        assertThat(table.find(Args.of(""))).isNull();
        assertThat(table.find(new Args())).isNull();
    }

    @Test
    void only_letters_have_two_cases() {
        CommandSpec get = find("get");
        SpecTable odd = new SpecTable(List.of(new CommandSpec(
                "az[]@", -1, 0, 0, 0, 0, List.of(), List.of(), List.of(), get.doc())));

        assertThat(odd.find(Args.of("AZ[]@"))).isNotNull();
        assertThat(odd.find(Args.of("AZ{]@"))).isNull();
        assertThat(odd.find(Args.of("AZ[]`"))).isNull();
        assertThat(odd.find(Args.of("A\u00da[]@"))).isNull();
    }

    @Test
    void a_container_knows_its_subcommands() {
        CommandSpec config = find("config");

        assertThat(SpecTable.sub(config, Args.of("CONFIG", "GeT", "x")))
                .isEqualTo(table.find("config|get"))
                .isNotNull();
        assertThat(SpecTable.sub(config, Args.of("CONFIG", "GETS"))).isNull();
        assertThat(SpecTable.sub(config, Args.of("CONFIG"))).isNull();
        assertThat(SpecTable.sub(find("get"), Args.of("GET", "x"))).isNull();
    }

    @Test
    void keys_are_where_the_spec_says() {
        assertThat(keys("PING")).isEmpty();
        assertThat(keys("GET", "a")).containsExactly(1);
        assertThat(keys("MSET", "a", "1", "b", "2")).containsExactly(1, 3);
        assertThat(keys("DEL", "a", "b", "c")).containsExactly(1, 2, 3);
        assertThat(keys("BLPOP", "a", "b", "0")).containsExactly(1, 2);
        assertThat(keys("BITOP", "AND", "d", "a", "b")).containsExactly(2, 3, 4);
        assertThat(keys("ZUNIONSTORE", "d", "2", "a", "b", "WEIGHTS", "1", "2")).containsExactly(1, 3, 4);
        assertThat(keys("ZUNIONSTORE", "d", "0")).containsExactly(1);
        assertThat(keys("EVAL", "return 1", "0")).isEmpty();
        assertThat(keys("EVAL", "return 1", "2", "a", "b", "c")).containsExactly(3, 4);
        assertThat(keys("LMPOP", "2", "a", "b", "LEFT")).containsExactly(2, 3);
        assertThat(keys("BLMPOP", "0", "1", "a", "LEFT")).containsExactly(3);
        assertThat(keys("XREAD", "COUNT", "2", "STREAMS", "a", "b", "0", "0")).containsExactly(4, 5);
        assertThat(keys("XREADGROUP", "GROUP", "g", "c", "streams", "a", ">")).containsExactly(5);
        assertThat(keys("SORT", "a", "BY", "nosort")).containsExactly(1);
        assertThat(keys("GEORADIUS", "a", "1", "2", "3", "m", "STORE", "b")).containsExactly(1, 7);
        assertThat(keys("SINTERCARD", "2", "a", "b", "LIMIT", "1")).containsExactly(2, 3);
    }

    @Test
    void arguments_that_do_not_fit_the_spec_are_malformed() {
        for (String request : List.of(
                "EVAL return x",
                "EVAL return 2 a",
                "EVAL return -1 a",
                "EVAL return 99999999999999 a",
                "EVAL return",
                "ZUNIONSTORE d a b",
                "XREAD STREAMS a",
                "BITOP AND d",
                "LMPOP 2147483647 a LEFT")) {
            Args args = Args.of(request.split(" "));
            assertThat(SpecTable.keys(find(args.text(0)), args, position -> {}))
                    .as(request)
                    .isEqualTo(KeyPositions.MALFORMED);
        }
    }

    @Test
    void any_arguments_give_positions_within_the_request_or_malformed() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> words = List.of("STREAMS", "KEYS", "STORE", "0", "1", "2", "3", "-1", "a", "", "2147483647");
        for (int round = 0; round < 50_000; round++) {
            CommandSpec spec = redis.get(random.nextInt(redis.size()));
            String[] request = new String[1 + random.nextInt(9)];
            request[0] = spec.name();
            for (int i = 1; i < request.length; i++) {
                request[i] = words.get(random.nextInt(words.size()));
            }
            Args args = Args.of(request);
            List<Integer> keys = new ArrayList<>();
            int found = SpecTable.keys(spec, args, keys::add);
            assertThat(keys).as("seed %d: %s", seed, args).allMatch(at -> at > 0 && at < args.count());
            assertThat(found == KeyPositions.MALFORMED || found == keys.size()).isTrue();
        }
    }

    @Test
    void two_commands_of_one_name_are_refused() {
        assertThatThrownBy(() -> new SpecTable(List.of(find("get"), find("get"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'get'");
    }

    @Test
    void what_is_no_reply_to_command_is_refused() {
        for (String bytes : List.of("*1\r\n:1\r\n", "*1\r\n*1\r\n$3\r\nget\r\n", "+OK\r\n", "*1\r\n", "")) {
            assertThatThrownBy(() -> SpecReply.read(bytes.getBytes(StandardCharsets.UTF_8)))
                    .as(bytes)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private CommandSpec find(String name) {
        CommandSpec spec = table.find(name);
        assertThat(spec).as(name).isNotNull();
        return Objects.requireNonNull(spec);
    }

    private List<Integer> keys(String... request) {
        List<Integer> keys = new ArrayList<>();
        int found = SpecTable.keys(find(request[0]), Args.of(request), keys::add);
        assertThat(found).isEqualTo(keys.size());
        return keys;
    }

    private byte[] written(int protocol) {
        RespWriter writer = new RespWriter(64).protocol(protocol);
        writer.array(redis.size());
        redis.forEach(spec -> SpecReply.write(spec, writer));
        return writer.copy();
    }

    /** A name after which the array ends, so that eight bytes cannot be read at once. */
    private static Args atTheEnd(String name) {
        Args args = new Args();
        args.reset(name.getBytes(StandardCharsets.ISO_8859_1));
        args.add(0, name.length());
        return args;
    }

    private static byte[] recorded(String name) {
        try (InputStream in = SpecTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
