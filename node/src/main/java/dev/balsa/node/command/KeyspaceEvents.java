package dev.balsa.node.command;

import dev.balsa.node.engine.KeyChanges;
import dev.balsa.node.engine.KeyEventSink;
import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.ValueType;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.command.KeySpec;
import dev.balsa.proto.resp.Args;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/*
 * What Redis' commands announce one by one follows from three things: the command, which keys it has changed, and
 * whether they are there now. So the names stand here in one place, and commands know nothing of events. A key that
 * was not there announces `new` first, one that is gone announces `del` last.
 */

/** Names the events of a command that has run (keyspace notifications). Stateless. */
final class KeyspaceEvents {
    private static final char GENERIC = 'g';
    private static final char STRING = '$';
    private static final char LIST = 'l';
    private static final char SET = 's';
    private static final char HASH = 'h';
    private static final char SORTED_SET = 'z';
    private static final char STREAM = 't';
    private static final char NEW = 'n';
    private static final char MISS = 'm';

    /** They look for what they change as reads do. */
    private static final List<String> READ_AND_WRITTEN = List.of("getex", "getdel", "getset", "pfmerge");

    /** They announce themselves also when a list is left as it was. */
    private static final List<String> STEADY = List.of("ltrim", "rpoplpush", "lmove");

    /** They tell by 0 that they have found nothing to change. */
    private static final List<String> ZERO_IS_NOTHING = List.of("pfadd", "xdel", "xtrim", "xgroup|destroy",
            "xgroup|createconsumer");

    /** @param orDel whether a key that is gone announces only that */
    private record Rule(char eventClass, String event, boolean orDel) {}

    private static final Map<String, Rule> RULES = new TreeMap<>();

    static {
        rules(STRING, "set", "setnx", "getset");
        rules(STRING, "append", "append");
        rules(STRING, "setrange", "setrange");
        rules(STRING, "incrby", "incr", "incrby", "decr", "decrby");
        rules(STRING, "incrbyfloat", "incrbyfloat");
        rules(STRING, "setbit", "bitfield");
        rules(STRING, "pfadd", "pfadd", "pfmerge");
        rules(LIST, "lpush", "lpush", "lpushx");
        rules(LIST, "rpush", "rpush", "rpushx");
        rules(LIST, "lpop", "lpop", "blpop");
        rules(LIST, "rpop", "rpop", "brpop");
        for (String name : List.of("lrem", "ltrim", "lset", "linsert")) {
            rules(LIST, name, name);
        }
        rules(SET, "sadd", "sadd");
        rules(SET, "srem", "srem");
        rules(SET, "spop", "spop");
        rules(HASH, "hset", "hset", "hsetnx", "hmset", "hsetex");
        rules(HASH, "hdel", "hdel", "hgetdel");
        rules(HASH, "hincrby", "hincrby");
        rules(HASH, "hincrbyfloat", "hincrbyfloat");
        rules(HASH, "hexpire", "hexpire", "hpexpire", "hexpireat", "hpexpireat", "hgetex");
        rules(HASH, "hpersist", "hpersist");
        rules(SORTED_SET, "zadd", "geoadd");
        rules(SORTED_SET, "zincr", "zincrby");
        rules(SORTED_SET, "zrem", "zrem");
        rules(SORTED_SET, "zremrangebyscore", "zremrangebyscore");
        rules(SORTED_SET, "zremrangebyrank", "zremrangebyrank");
        rules(SORTED_SET, "zremrangebylex", "zremrangebylex");
        rules(SORTED_SET, "zpopmin", "zpopmin", "bzpopmin");
        rules(SORTED_SET, "zpopmax", "zpopmax", "bzpopmax");
        for (String name : List.of("xadd", "xdel", "xtrim", "xsetid")) {
            rules(STREAM, name, name);
        }
        for (String name : List.of("create", "setid", "destroy", "createconsumer", "delconsumer")) {
            rules(STREAM, "xgroup-" + name, "xgroup|" + name);
        }
        // Commands that may remove the key, and say only that then.
        for (String name : List.of("sinterstore", "sunionstore", "sdiffstore")) {
            RULES.put(name, new Rule(SET, name, true));
        }
        for (String name : List.of("zunionstore", "zinterstore", "zdiffstore", "zrangestore", "geosearchstore")) {
            RULES.put(name, new Rule(SORTED_SET, name, true));
        }
        RULES.put("georadius", new Rule(SORTED_SET, "georadiusstore", true));
        RULES.put("georadiusbymember", new Rule(SORTED_SET, "georadiusstore", true));
        RULES.put("bitop", new Rule(STRING, "set", true));
        RULES.put("sort", new Rule(LIST, "sortstore", true));
        RULES.put("persist", new Rule(GENERIC, "persist", true));
        for (String name : List.of("expire", "pexpire", "expireat", "pexpireat")) {
            RULES.put(name, new Rule(GENERIC, "expire", true));
        }
        for (String name : List.of("del", "unlink", "getdel")) {
            RULES.put(name, new Rule(GENERIC, "del", true));
        }
    }

    private final Call call;
    private final KeyEventSink sink;
    private final List<KeyChanges.Change> changes;

    private KeyspaceEvents(Call call, KeyEventSink sink, List<KeyChanges.Change> changes) {
        this.call = call;
        this.sink = sink;
        this.changes = changes;
    }

    private static void rules(char eventClass, String event, String... commands) {
        for (String command : commands) {
            RULES.put(command, new Rule(eventClass, event, false));
        }
    }

    /** Announces what the command has done, if anybody wants to know. */
    static void tell(Call call, Command command) {
        KeyChanges recorded = call.keyspace().changes();
        if (recorded == null) {
            return;
        }
        recorded.settle();
        if (!recorded.named()) {
            recorded.clear();
            return;
        }
        if (recorded.isEmpty() && !STEADY.contains(command.spec().name())) {
            return;
        }
        // Looking is no event.
        call.keyspace().changes(null);
        String name = command.spec().name();
        if (recorded.sink().missesWanted() && !name.startsWith("object|")) {
            misses(call, command.spec(), recorded);
        }
        if (recorded.anyChanged() || STEADY.contains(name)) {
            new KeyspaceEvents(call, recorded.sink(), recorded.all()).of(name);
        }
        recorded.sides().forEach(side -> recorded.sink().event(STREAM, side.event(), side.database(), side.key()));
        recorded.clear();
        call.keyspace().changes(recorded);
    }

    /** Keys that are only read and are not there, as often as they are named. */
    private static void misses(Call call, CommandSpec spec, KeyChanges recorded) {
        boolean all = READ_AND_WRITTEN.contains(spec.name())
                || spec.name().equals("bitfield") && !recorded.anyChanged()
                || spec.name().equals("set") && says(call.args(), 3, "GET");
        for (KeySpec keys : spec.keySpecs()) {
            boolean source = all || keys.flags().startsWith("RO");
            if (!source || keys.keyword() != null) {
                continue;
            }
            int first = keys.begin();
            int last = -1;
            int step = 1;
            if (keys.find() instanceof KeySpec.Range range) {
                last = range.last() < 0 ? call.args().count() + range.last() : first + range.last();
                step = range.step();
            } else if (keys.find() instanceof KeySpec.Count) {
                last = first < call.args().count() && call.args().text(first).matches("[0-9]{1,6}")
                        ? first + Integer.parseInt(call.args().text(first)) : -1;
                first++;
            }
            for (int i = first; i <= last && i < call.args().count(); i += Math.max(1, step)) {
                byte[] key = call.args().copy(i);
                if (recorded.isMissed(call.databaseIndex(), key)) {
                    recorded.sink().event(MISS, "keymiss", call.databaseIndex(), key);
                }
            }
        }
    }

    private void of(String command) {
        if (changes.isEmpty()) {
            steady(command);
            return;
        }
        Rule rule = RULES.get(command);
        if (rule != null) {
            if (ZERO_IS_NOTHING.contains(command) && repliesZero()) {
                return;
            }
            changes.forEach(change -> plain(change, rule));
            return;
        }
        Args args = call.args();
        switch (command) {
            case "mset", "msetnx" -> {
                for (int i = 1; i < args.count(); i += 2) {
                    KeyChanges.Change change = named(i);
                    plain(change, new Rule(STRING, "set", false));
                    changes.replaceAll(other -> other == change ? new KeyChanges.Change(other.database(), other.key(), false)
                            : other);
                }
            }
            case "setbit" -> {
                boolean same = repliesZero() == args.text(3).equals("0");
                changes.stream().filter(change -> change.created() || !same)
                        .forEach(change -> plain(change, new Rule(STRING, "setbit", false)));
            }
            case "set" -> {
                changes.forEach(change -> plain(change, new Rule(STRING, "set", false)));
                if (hasDeadline(args, 3)) {
                    each(GENERIC, "expire");
                }
            }
            case "setex", "psetex" -> {
                changes.forEach(change -> plain(change, new Rule(STRING, "set", false)));
                each(GENERIC, "expire");
            }
            case "getex" -> changes.forEach(change -> plain(change,
                    new Rule(GENERIC, hasDeadline(args, 2) ? "expire" : "persist", true)));
            case "zadd" -> changes.forEach(change -> plain(change,
                    new Rule(SORTED_SET, increments(args) ? "zincr" : "zadd", false)));
            case "lmpop", "blmpop" -> changes.forEach(change -> plain(change,
                    new Rule(LIST, says(args, "RIGHT") ? "rpop" : "lpop", false)));
            case "zmpop", "bzmpop" -> changes.forEach(change -> plain(change,
                    new Rule(SORTED_SET, says(args, "MAX") ? "zpopmax" : "zpopmin", false)));
            case "rpoplpush", "brpoplpush" -> moveElement("rpop", "lpush");
            case "lmove", "blmove" -> moveElement(args.is(3, "LEFT") ? "lpop" : "rpop",
                    args.is(4, "LEFT") ? "lpush" : "rpush");
            case "smove" -> moveMember();
            case "rename", "renamenx" -> moveKey("rename_from", "rename_to");
            case "move" -> moveKey("move_from", "move_to");
            case "copy" -> placed(GENERIC, "copy_to");
            case "restore" -> placed(GENERIC, "restore");
            default -> {
                // FLUSHALL, SWAPDB, XACK and the like say nothing.
            }
        }
    }

    /** Commands that are announced also when a list is left as it was. */
    private void steady(String command) {
        KeyChanges.Change list = named(1);
        int ref = call.keyspace().database(list.database()).find(list.key(), 0, list.key().length);
        if (ref == Keyspace.MISSING || call.db().type(ref) != ValueType.LIST || repliesError()) {
            return;
        }
        if (!command.equals("ltrim") && !call.args().same(1, 2)) {
            return;
        }
        switch (command) {
            case "ltrim" -> event(LIST, "ltrim", list);
            case "rpoplpush" -> moveElement("rpop", "lpush");
            default -> moveElement(call.args().is(3, "LEFT") ? "lpop" : "rpop",
                    call.args().is(4, "LEFT") ? "lpush" : "rpush");
        }
    }

    /** Whether the reply ends with an integer 0; no other reply of the commands asked for does. */
    private boolean repliesZero() {
        byte[] reply = call.reply().array();
        int end = call.reply().length();
        return end >= 4 && reply[end - 4] == ':' && reply[end - 3] == '0';
    }

    private boolean repliesError() {
        byte[] reply = call.reply().array();
        int end = call.reply().length() - 2;
        int line = end;
        while (line > 0 && reply[line - 1] != '\n') {
            line--;
        }
        return end > 0 && reply[line] == '-';
    }

    private boolean gone(KeyChanges.Change change) {
        return call.keyspace().database(change.database()).find(change.key(), 0, change.key().length)
                == Keyspace.MISSING;
    }

    private void event(char eventClass, String event, KeyChanges.Change change) {
        sink.event(eventClass, event, change.database(), change.key());
    }

    private void each(char eventClass, String event) {
        changes.forEach(change -> event(eventClass, event, change));
    }

    private void plain(KeyChanges.Change change, Rule rule) {
        boolean gone = gone(change);
        if (change.created()) {
            event(NEW, "new", change);
        }
        if (!gone || !rule.orDel()) {
            event(rule.eventClass(), rule.event(), change);
        }
        if (gone) {
            event(GENERIC, "del", change);
        }
    }

    private static boolean hasDeadline(Args args, int from) {
        return says(args, from, "EX") || says(args, from, "PX") || says(args, from, "EXAT") || says(args, from, "PXAT");
    }

    private static boolean says(Args args, int from, String word) {
        for (int i = from; i < args.count(); i++) {
            if (args.is(i, word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean increments(Args args) {
        return says(args, 2, "INCR");
    }

    /** Whether the word stands behind the keys, whose number is the first number. */
    private static boolean says(Args args, String word) {
        for (int i = args.count() - 1; i > 2; i--) {
            String text = args.text(i).toUpperCase(Locale.ROOT);
            if (text.equals("LEFT") || text.equals("RIGHT") || text.equals("MIN") || text.equals("MAX")) {
                return text.equals(word);
            }
        }
        return false;
    }

    // -- from one key to another --------------------------------------------------------------------------------

    private KeyChanges.Change named(int argument) {
        byte[] key = call.args().copy(argument);
        for (KeyChanges.Change change : changes) {
            if (Arrays.equals(change.key(), key)) {
                return change;
            }
        }
        return new KeyChanges.Change(call.databaseIndex(), key, false);
    }

    /** The push is announced first, as Redis does. */
    private void moveElement(String pop, String push) {
        KeyChanges.Change to = named(2);
        KeyChanges.Change from = named(1);
        if (to.created()) {
            event(NEW, "new", to);
        }
        event(LIST, push, to);
        event(LIST, pop, from);
        if (gone(from)) {
            event(GENERIC, "del", from);
        }
    }

    private void moveMember() {
        KeyChanges.Change from = named(1);
        event(SET, "srem", from);
        if (gone(from)) {
            event(GENERIC, "del", from);
        }
        for (KeyChanges.Change change : changes) {
            if (Arrays.equals(change.key(), call.args().copy(2))) {
                if (change.created()) {
                    event(NEW, "new", change);
                }
                event(SET, "sadd", change);
            }
        }
    }

    /** The key that is there now is the one that it became. */
    private void moveKey(String from, String to) {
        for (KeyChanges.Change change : changes) {
            if (!gone(change)) {
                event(NEW, "new", change);
            }
        }
        changes.stream().filter(this::gone).forEach(change -> event(GENERIC, from, change));
        changes.stream().filter(change -> !gone(change)).forEach(change -> event(GENERIC, to, change));
    }

    /** Whatever was there was removed, so it is new. */
    private void placed(char eventClass, String event) {
        for (KeyChanges.Change change : changes) {
            if (gone(change)) {
                event(GENERIC, "del", change);
            } else {
                event(NEW, "new", change);
                event(eventClass, event, change);
            }
        }
    }
}
