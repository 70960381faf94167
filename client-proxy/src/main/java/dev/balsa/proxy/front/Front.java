package dev.balsa.proxy.front;

import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.RespReply;
import dev.balsa.proxy.acl.AclLog;
import dev.balsa.proxy.acl.Definition;
import dev.balsa.proxy.acl.Denial;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.pubsub.Channels;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.ClusterView;
import dev.balsa.proxy.route.CommandEntry;
import dev.balsa.proxy.route.CommandIndex;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Router;
import dev.balsa.proxy.tracking.Invalidations;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What all listeners of a process share: settings, commands, clients, statistics, routing. Thread-safe. */
public final class Front {
    private final FrontSettings settings;
    private final ClusterView view;
    private final Backend admin;
    private final ClientRegistry clients = new ClientRegistry();
    private final FrontStats stats = new FrontStats(this);
    private final Channels channels = new Channels();
    private final Invalidations invalidations = new Invalidations();
    private final Users users;
    private final AclLog aclLog = new AclLog();
    private final Pause pause = new Pause();
    private final Monitors monitors = new Monitors();
    private final ClientMemory clientMemory;
    private final ReplyMemory replyMemory = new ReplyMemory();
    private final ConcurrentHashMap<EventLoop, LoopState> loops = new ConcurrentHashMap<>();
    private final AtomicInteger scriptFlushes = new AtomicInteger();
    private volatile CommandIndex commands;

    /**
     * @param admin serves commands that have neither keys nor to do with the session
     */
    public Front(FrontSettings settings, List<CommandSpec> commands, ClusterView view, Backend admin) {
        this.settings = settings;
        this.clientMemory = new ClientMemory(settings);
        this.commands = new CommandIndex(commands);
        this.view = view;
        this.admin = admin;
        this.users = new Users(this.commands);
        settings.onRequirepass(users::requirepass);
        settings.onTrackedKeys(invalidations::keysMax);
        users.link(settings.linkSecret());
        users.onChange((account, _) -> clients.select(client -> client.session().account() == account)
                .forEach(Connection::userChanged));
    }

    public FrontSettings settings() {
        return settings;
    }

    public ClientRegistry clients() {
        return clients;
    }

    public FrontStats stats() {
        return stats;
    }

    /** Who listens to which channels. */
    public Channels channels() {
        return channels;
    }

    /** Which clients keep copies of values. */
    public Invalidations invalidations() {
        return invalidations;
    }

    /** Whether messages are published in another process, which sends them back if someone listens here. */
    boolean publishesElsewhere() {
        return !view.isNode();
    }

    /** Who may do what. */
    public Users users() {
        return users;
    }

    /** Takes over what a node replies to BALSA USERS, if it is news. */
    public void takeUsers(RespReply reply) {
        if (reply instanceof RespReply.Array(List<RespReply> items) && items.size() > 1) {
            Definition users = UserChanges.definition(items);
            if (users.version() > 0) {
                this.users.take(users);
            } else {
                this.users.takeConfigured(users);
            }
        }
    }

    /** What was denied lately. */
    public AclLog aclLog() {
        return aclLog;
    }

    /** Notes in ACL LOG what a script of a client was denied; the client may be gone. */
    public void denied(Denial.Reason reason, String object, String user, long clientId) {
        StringBuilder info = new StringBuilder();
        Connection client = clients.find(clientId);
        if (client != null) {
            ClientInfo.append(client, info);
        }
        aclLog.add(reason, "lua", object, user, info.toString().strip());
    }

    public ClusterView view() {
        return view;
    }

    /** The commands known. */
    public CommandIndex commandIndex() {
        return commands;
    }

    /** How often a client of this process has had the scripts forgotten. */
    int scriptFlushes() {
        return scriptFlushes.get();
    }

    void scriptsFlushed() {
        scriptFlushes.incrementAndGet();
    }

    CommandIndex commands() {
        return commands;
    }

    /** Takes another command table, if it is another one; then commandstats begins anew. */
    public void updateCommands(List<CommandSpec> specs) {
        if (!specs.equals(commands.specs())) {
            commands = new CommandIndex(specs);
            users.commands(commands);
            stats.reset();
        }
    }

    Collection<LoopState> loops() {
        return loops.values();
    }

    LoopState loop(EventLoop loop) {
        LoopState state = loops.get(loop);
        return state != null ? state : loops.computeIfAbsent(loop, l -> new LoopState(l, this));
    }

    Router newRouter(Mode mode) {
        return new Router(mode, view, admin, this::commands, settings);
    }

    ClientMemory clientMemory() {
        return clientMemory;
    }

    ReplyMemory replyMemory() {
        return replyMemory;
    }

    Monitors monitors() {
        return monitors;
    }

    /** Microseconds since 1970, for lines of MONITOR. */
    long wallMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    Pause pause() {
        return pause;
    }

    /** Milliseconds for which the command has to wait because of CLIENT PAUSE; 0 = none. */
    long pausedMillis(CommandEntry entry) {
        return pause.active() ? pause.millisLeft(entry) : 0;
    }
}
