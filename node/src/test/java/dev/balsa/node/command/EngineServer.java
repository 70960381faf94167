package dev.balsa.node.command;

import dev.balsa.node.engine.Keyspace;
import dev.balsa.node.engine.value.EncodingLimits;
import dev.balsa.node.replication.UserRights;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Our commands against a keyspace in this process, with a clock of its own. What a front does before a command runs
 * (unknown names, arity, SELECT) is done here in the simplest way.
 */
final class EngineServer implements Server {
    private static final int DATABASES = 16;
    private static final long ARENA_BYTES = 2L << 30;

    private final Keyspace keyspace = new Keyspace(DATABASES, ARENA_BYTES);
    private final RespWriter reply = new RespWriter(1024);
    private final Scripting scripting = new Scripting(new WithUsers());
    private final CommandCommands commands = new CommandCommands(CommandTable.specs());
    private long nowMillis;
    private int database;
    private long seed = 1;

    /** Users of whom scripts have the rights. */
    private static final class WithUsers implements Scripting.Surroundings {
        private final UserRights rights = new UserRights();

        @Override
        public Scripting.Rights rights(String user, String rules) {
            return rights.of(user, rules);
        }
    }

    EngineServer(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** Sets the clock; it never goes back. */
    void now(long millis) {
        nowMillis = Math.max(nowMillis, millis);
    }

    /** What the commands run against. */
    Keyspace keyspace() {
        return keyspace;
    }

    /** Sets up to which size values stay packed. */
    void limits(EncodingLimits limits) {
        keyspace.limits(limits);
    }

    @Override
    public Reply call(List<String> request) throws IOException {
        Args args = Args.of(request.toArray(new String[0]));
        reply.reset();
        keyspace.time(nowMillis, nowMillis);
        run(args);
        ByteArrayInputStream in = new ByteArrayInputStream(reply.array(), 0, reply.length());
        Reply read = Reply.read(in);
        if (in.available() > 0) {
            String all = new String(reply.copy(), StandardCharsets.ISO_8859_1);
            throw new IOException(request + " wrote more than one reply: " + all);
        }
        return read;
    }

    private void run(Args args) {
        Command command = CommandTable.find(args);
        if (command == null) {
            String name = args.text(0);
            reply.error(CommandTable.specs().find(args) == null
                    ? "ERR unknown command '" + name + "', with args beginning with: "
                    : CommandError.unknownSubcommand(args.text(1).split("\0", 2)[0], name));
        } else if (!command.spec().accepts(args.count())) {
            reply.error(CommandError.arity(command.spec().name()));
        } else if (command.word().equals("SELECT")) {
            database = Integer.parseInt(args.text(1));
            reply.ok();
        } else if (command.refusal() != null) {
            reply.error(command.refusal());
        } else if (command.spec().name().startsWith("command")) {
            commands.run(args, reply);
        } else {
            command.body().run(new Call(keyspace, args, reply, scripting).next(database, seed++));
            if (command.spec().isWrite()) {
                keyspace.reclaim(8);
            }
        }
    }

    @Override
    public void protocol(int version) {
        reply.protocol(version);
    }

    @Override
    public boolean hasVirtualTime() {
        return true;
    }

    @Override
    public void pass(long millis) {
        nowMillis += millis;
    }

    @Override
    public void close() {
        keyspace.close();
    }
}
