package dev.balsa.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandCommandsTest {
    /** Requests whose replies depend on no text of our own. */
    private static final List<String> SAME_AS_REDIS = List.of(
            "COMMAND INFO get nosuch object|freq",
            "COMMAND INFO mset mget copy expire scan OBJECT|FREQ object|nosuch",
            "COMMAND INFO client|id config|set cluster|slots ping lolwut dbsize memory|usage",
            "COMMAND INFO lpush rpush lpushx rpushx lpop rpop llen lrange lindex lset linsert lrem ltrim lpos",
            "COMMAND INFO lmove rpoplpush lmpop blpop brpop blmove blmpop brpoplpush",
            "COMMAND INFO sort_ro",
            "COMMAND GETKEYS sort a store b",
            "COMMAND GETKEYS sort a by x get y",
            "COMMAND INFO hset hmset hsetnx hget hmget hgetall hkeys hvals hlen hexists hdel hstrlen hincrby",
            "COMMAND INFO hincrbyfloat hrandfield hscan sadd srem sismember smismember scard smembers spop",
            "COMMAND INFO srandmember smove sscan sinter sintercard sinterstore sunion sunionstore sdiff sdiffstore",
            "COMMAND GETKEYS sintercard 2 a b limit 1",
            "COMMAND GETKEYSANDFLAGS sinterstore d a b",
            "COMMAND LIST FILTERBY PATTERN object|fre*",
            "COMMAND LIST FILTERBY MODULE x",
            "COMMAND LIST FILTERBY ACLCAT nosuch",
            "COMMAND LIST FILTERBY x y",
            "COMMAND LIST FILTERBY PATTERN",
            "COMMAND LIST x",
            "COMMAND GETKEYS get a",
            "COMMAND GETKEYS nosuch a",
            "COMMAND GETKEYS get a b",
            "COMMAND GETKEYS xread count 1 streams a b 0 0",
            "COMMAND GETKEYS xreadgroup group g streams streams a >",
            "COMMAND GETKEYS xgroup create a g 0",
            "COMMAND GETKEYSANDFLAGS bitop and a b c",
            "COMMAND INFO xread xreadgroup xadd xgroup|create bitop bitfield pfcount",
            "COMMAND GETKEYS ping",
            "COMMAND GETKEYS echo a",
            "COMMAND GETKEYS mset a b c d",
            "COMMAND GETKEYS mset a b c",
            "COMMAND GETKEYS object freq a",
            "COMMAND GETKEYS lmpop 2 a b left",
            "COMMAND GETKEYS blmpop 1 2 a b left",
            "COMMAND GETKEYS blpop a b c 0",
            "COMMAND GETKEYSANDFLAGS lmove a b left right",
            "COMMAND GETKEYS object nosuch a",
            "COMMAND GETKEYS object help",
            "COMMAND GETKEYS del a b c",
            "COMMAND GETKEYS lcs a b idx",
            "COMMAND GETKEYSANDFLAGS set a b get",
            "COMMAND GETKEYSANDFLAGS set a b",
            "COMMAND GETKEYSANDFLAGS copy a b",
            "COMMAND GETKEYSANDFLAGS mset a b c d",
            "COMMAND GETKEYSANDFLAGS rename a b",
            "COMMAND GETKEYSANDFLAGS get a",
            "COMMAND DOCS nosuch",
            "COMMAND COUNT x",
            "COMMAND foo",
            "COMMAND GETKEYS");

    @Test
    void replies_are_those_of_redis_in_both_protocols() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        List<String> wrong = new ArrayList<>();
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(1)) {
            for (int protocol = 2; protocol <= 3; protocol++) {
                redis.protocol(protocol);
                ours.protocol(protocol);
                for (String line : SAME_AS_REDIS) {
                    String our = ours.call(Transcript.split(line)).shown();
                    String their = redis.call(Transcript.split(line)).shown();
                    if (!our.equals(their)) {
                        wrong.add(line + "\nours\n" + our + "\ntheirs\n" + their);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void docs_have_the_fields_of_redis_and_their_own_history() throws IOException {
        assumeTrue(RedisServer.isInstalled());
        try (RedisServer redis = new RedisServer();
                EngineServer ours = new EngineServer(1)) {
            redis.protocol(3);
            ours.protocol(3);
            for (String name : List.of("get", "getset", "substr", "object", "object|freq", "psync", "replconf")) {
                List<String> their = fields(redis.call("COMMAND", "DOCS", name));
                List<String> our = fields(ours.call("COMMAND", "DOCS", name));
                // A cost is told of more commands here, arguments are not told of those that are refused, and a
                // history is told only of arguments.
                for (List<String> names : List.of(their, our)) {
                    names.removeAll(List.of("complexity", "arguments", "history"));
                }
                assertThat(our).as(name).isEqualTo(their);
            }
        }
    }

    @Test
    void the_list_names_commands_and_subcommands_and_the_count_only_commands() throws IOException {
        try (EngineServer ours = new EngineServer(1)) {
            String list = ours.call("COMMAND", "LIST").shown();
            assertThat(list).contains("\"get\"", "\"object\"", "\"object|freq\"");
            assertThat(ours.call("COMMAND", "COUNT")).isEqualTo(new Reply.Whole(CommandTable.all().size()));
            assertThat(((Reply.Elements) ours.call("COMMAND")).items()).hasSize(CommandTable.all().size());
            assertThat(ours.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "STRING").shown())
                    .contains("\"lcs\"")
                    .doesNotContain("\"ttl\"");
        }
    }

    private static List<String> fields(Reply docs) {
        List<String> names = new ArrayList<>();
        Reply doc = ((Reply.Pairs) docs).items().get(1);
        List<Reply> items = ((Reply.Pairs) doc).items();
        for (int i = 0; i < items.size(); i += 2) {
            names.add(((Reply.Bulk) items.get(i)).bytes());
        }
        return names;
    }
}
