package dev.balsa.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Scripts that mean nothing: commands on a few keys, what the libraries make of values, replies of all kinds. */
final class RandomScripts {
    private static final String[] TEXTS = {"a", "", "12", "3.5", "-7", "x y", "1e3", "0x10", "\\0z", "\\255", "é"};
    private static final String[] NUMBERS = {"0", "1", "-1", "3.7", "1e15", "2^53", "1/3", "-0.5", "1e100", "100000", "12345678901"};
    private static final String[] FORMATS = {"%d", "%5.1f", "%g", "%s", "%q", "%5s", "%-5s|", "%e", "%c"};

    private final Random random;

    RandomScripts(long seed) {
        random = new Random(seed);
    }

    /** A request that runs one. */
    List<String> next() {
        StringBuilder script = new StringBuilder(random.nextInt(5) == 0 ? "redis.setresp(3) " : "");
        for (int i = random.nextInt(3); i > 0; i--) {
            script.append(statement()).append(' ');
        }
        script.append("return ").append(value(3));
        List<String> request = new ArrayList<>(List.of("EVAL", script.toString(), "2", key(), key()));
        for (int i = random.nextInt(3); i > 0; i--) {
            request.add(TEXTS[random.nextInt(6)]);
        }
        return request;
    }

    private String key() {
        return "k" + random.nextInt(6);
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    private String statement() {
        return switch (random.nextInt(8)) {
            case 0 -> "local v = " + value(2);
            case 1 -> "if " + value(1) + " then " + command("call") + " end";
            case 2 -> "for i = 1, " + (1 + random.nextInt(3)) + " do " + command("pcall") + " end";
            case 3 -> "local ok, e = pcall(redis.call, 'incr', KEYS[1]) if not ok then " + command("pcall") + " end";
            case 4 -> "do local t = " + table(2) + " t[#t + 1] = " + value(1) + " end";
            case 5 -> pick("error('mine')", "error({err = 'MINE of it'})", "local x = nil + 1", "undefined()", "local y = ({}).a.b",
                    "redis.call('nosuch')", "string.rep()", "x = 1");
            default -> command(random.nextInt(4) == 0 ? "call" : "pcall");
        };
    }

    private String command(String how) {
        String key = random.nextBoolean() ? "KEYS[1]" : "'" + key() + "'";
        String arguments = switch (random.nextInt(24)) {
            case 0 -> "'set', " + key + ", " + scalar();
            case 1 -> "'get', " + key;
            case 2 -> "'incrby', " + key + ", " + number();
            case 3 -> "'incrbyfloat', " + key + ", " + pick("0.5", "1", "'2.25'");
            case 4 -> "'append', " + key + ", " + text();
            case 5 -> "'rpush', " + key + ", " + scalar() + ", " + scalar();
            case 6 -> "'lrange', " + key + ", 0, -1";
            case 7 -> "'lpop', " + key;
            case 8 -> "'hset', " + key + ", 'f', " + scalar();
            case 9 -> "'hgetall', " + key;
            case 10 -> "'hmget', " + key + ", 'f', 'none'";
            case 11 -> "'zadd', " + key + ", " + pick("1", "2.5", "-1", "'inf'") + ", 'm" + random.nextInt(3) + "'";
            case 12 -> "'zrange', " + key + ", 0, -1, 'withscores'";
            case 13 -> "'zscore', " + key + ", 'm1'";
            case 14 -> "'sadd', " + key + ", 'only'";
            case 15 -> "'smembers', " + key;
            case 16 -> "'type', " + key;
            case 17 -> "'exists', " + key + ", 'none'";
            case 18 -> "'del', " + key;
            case 19 -> "'setrange', " + key + ", 2, " + text();
            case 20 -> "'getdel', " + key;
            case 21 -> "'xadd', " + key + ", '*', 'f'";
            case 22 -> "'set', " + key + ", 'v', 'xx'";
            default -> "'strlen', " + key;
        };
        return "redis." + how + "(" + arguments + ")";
    }

    private String number() {
        return pick(NUMBERS);
    }

    private String text() {
        return "'" + pick(TEXTS) + "'";
    }

    private String scalar() {
        return random.nextBoolean() ? number() : random.nextInt(4) == 0 ? "(ARGV[1] or 'none')" : text();
    }

    private String table(int depth) {
        StringBuilder items = new StringBuilder("{");
        for (int i = random.nextInt(4); i > 0; i--) {
            items.append(value(depth - 1)).append(", ");
        }
        return items.append('}').toString();
    }

    private String value(int depth) {
        if (depth == 0) {
            return pick(scalar(), "nil", "true", "false");
        }
        return switch (random.nextInt(22)) {
            case 0, 1 -> table(depth);
            case 2, 3, 4 -> command("pcall");
            case 5 -> "{ok = " + text() + "}";
            case 6 -> "{err = 'E " + random.nextInt(9) + "'}";
            case 7 -> "{double = " + pick("2.5", "-0.25", "1e20", "100", "1/0") + "}";
            case 8 -> "{map = {a = " + value(depth - 1) + "}}";
            case 9 -> "{set = {[" + scalar() + "] = true}}";
            case 10 -> "{big_number = '1234567890123456789'}";
            case 11 -> "{verbatim_string = {format = 'txt', string = " + text() + "}}";
            case 12 -> "cjson.encode({" + scalar() + ", " + scalar() + ", {" + scalar() + "}, {a = {}}, "
                    + pick("true", "cjson.null", "{}", "nil") + "})";
            case 13 -> "cjson.decode('" + pick("[1,2.5,\"x\",null,true]", "{\"a\":[1]}", "[", "\"\\\\u00e9\"", "1e3", "[[[]]]")
                    + "')" + pick("", ".a", "[1]");
            case 14 -> "{cmsgpack.unpack(cmsgpack.pack({" + scalar() + ", {a = " + scalar() + "}}, " + scalar() + "))}";
            case 15 -> "struct.pack('" + pick(">I2", "<i4", "b", "s", "d", ">f", "c0", "Bxh") + "', " + number() + ")";
            case 16 -> "bit." + pick("band", "bor", "bxor", "lshift", "rshift", "arshift", "rol") + "(" + number() + ", "
                    + random.nextInt(40) + ")";
            case 17 -> "string.format('" + pick(FORMATS) + "', " + scalar() + ")";
            case 18 -> "tostring(" + pick(number(), text(), "nil", "true") + ")";
            case 19 -> "redis.sha1hex(" + scalar() + ")";
            case 20 -> pick("#ARGV", "KEYS", "ARGV", "#KEYS[1]", "redis.status_reply('fine')", "redis.error_reply('MY x')",
                    "redis.error_reply('x')", "type(redis.call)", "math.floor(3.7)", "select('#', 1, nil)");
            default -> scalar();
        };
    }
}
