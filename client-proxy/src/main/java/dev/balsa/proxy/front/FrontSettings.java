package dev.balsa.proxy.front;

import dev.balsa.proto.resp.RespLimits;
import dev.balsa.proxy.route.Retry;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a front is configured to, changed while it runs ({@code CONFIG SET}). Thread-safe: every value is volatile
 * and stands for
 * itself. Limits on what a client may send hold for connections made after the change, all others at once.
 */
public final class FrontSettings implements Retry.Limits {
    private volatile String requirepass = "";
    private volatile Function<String, @Nullable String> requirepassListener = _ -> null;
    private volatile String linkSecret = "";
    private volatile String aclFile = "";
    private volatile String shownVersion = "7.2.4";
    private volatile String role = "master";
    private volatile int databases = 16;
    private volatile int maxclients = 10_000;
    private volatile int timeoutSeconds;
    private volatile long clientsMaxBytes;
    private volatile int tcpBacklog = 511;
    private volatile int unansweredMax = 4096;
    private volatile long outputHardLimitBytes = 256L << 20;
    private volatile long outputSoftLimitBytes;
    private volatile int outputSoftSeconds;
    private volatile OutputLimit messagesLimit = new OutputLimit(32L << 20, 8L << 20, 60);
    private volatile int subscriptionsMax = 100_000;
    private volatile long trackedKeysMax = 1_000_000;
    private volatile LongConsumer trackedKeysListener = _ -> {};
    private volatile long routeTimeoutMillis = 5_000;
    private volatile long busyWaitMillis = 1_000;
    private volatile RespLimits requestLimits = RespLimits.DEFAULT;
    private volatile DebugAccess debugAccess = DebugAccess.NO;

    /**
     * What a client may leave unread before it is cut off.
     *
     * @param hardBytes at once; 0: no limit
     * @param softBytes for {@code softSeconds}; 0: no limit
     */
    public record OutputLimit(long hardBytes, long softBytes, int softSeconds) {}

    /** Who may use DEBUG ({@code enable-debug-command}): nobody, clients on this machine, everybody. */
    public enum DebugAccess { NO, LOCAL, YES }

    /** The default user's password; empty: none is needed. */
    public String requirepass() {
        return requirepass;
    }

    public FrontSettings requirepass(String password) {
        var _ = changeRequirepass(password);
        return this;
    }

    /** As {@link #requirepass(String)}; returns null, or why it cannot be changed. */
    public @Nullable String changeRequirepass(String password) {
        String refused = requirepassListener.apply(password);
        requirepass = refused == null ? password : requirepass;
        return refused;
    }

    /** Who acts on the password; hears of the one in force at once. */
    void onRequirepass(Function<String, @Nullable String> listener) {
        requirepassListener = listener;
        var _ = listener.apply(requirepass);
    }

    /** Where ACL LOAD and SAVE find their users; empty: nowhere. */
    String aclFile() {
        return aclFile;
    }

    public FrontSettings aclFile(String file) {
        aclFile = file;
        return this;
    }

    /** What other fronts prove to know, that of the cluster; empty: the cluster trusts its network. */
    String linkSecret() {
        return linkSecret;
    }

    public FrontSettings linkSecret(String secret) {
        linkSecret = secret;
        return this;
    }

    /** The version of Redis that HELLO shows. */
    public String shownVersion() {
        return shownVersion;
    }

    public FrontSettings shownVersion(String version) {
        shownVersion = version;
        return this;
    }

    /** What HELLO shows: {@code master} or {@code replica}. */
    public String role() {
        return role;
    }

    public FrontSettings role(String value) {
        role = value;
        return this;
    }

    /** Number of databases that SELECT allows. */
    public int databases() {
        return databases;
    }

    public FrontSettings databases(int count) {
        databases = count;
        return this;
    }

    /** Most client connections of the process. */
    public int maxclients() {
        return maxclients;
    }

    public FrontSettings maxclients(int count) {
        maxclients = count;
        return this;
    }

    /** When all client connections take more, those that take most are closed ({@code maxmemory-clients}); 0: never. */
    public long clientsMaxBytes() {
        return clientsMaxBytes;
    }

    public FrontSettings clientsMaxBytes(long bytes) {
        clientsMaxBytes = bytes;
        return this;
    }

    /** An idle connection is closed after this many seconds; 0: never. */
    public int timeoutSeconds() {
        return timeoutSeconds;
    }

    public FrontSettings timeoutSeconds(int seconds) {
        timeoutSeconds = seconds;
        return this;
    }

    /** Connections that may wait to be accepted; for listeners opened afterwards. */
    public int tcpBacklog() {
        return tcpBacklog;
    }

    public FrontSettings tcpBacklog(int connections) {
        tcpBacklog = connections;
        return this;
    }

    /** Most requests of a connection that are unanswered; then nothing is read from it. */
    public int unansweredMax() {
        return unansweredMax;
    }

    public FrontSettings unansweredMax(int requests) {
        unansweredMax = requests;
        return this;
    }

    /** A client that has more bytes of replies to read is cut off; 0: no limit. */
    public long outputHardLimitBytes() {
        return outputHardLimitBytes;
    }

    /** A client that has more bytes of replies to read for {@link #outputSoftSeconds} is cut off; 0: no limit. */
    public long outputSoftLimitBytes() {
        return outputSoftLimitBytes;
    }

    /** {@code client-output-buffer-limit pubsub}: for clients that listen to channels. */
    public OutputLimit messagesLimit() {
        return messagesLimit;
    }

    public FrontSettings messagesLimit(OutputLimit limit) {
        messagesLimit = limit;
        return this;
    }

    /** Who is told how many keys may be tracked ({@code tracking-table-max-keys}; 0: any number). */
    void onTrackedKeys(LongConsumer listener) {
        trackedKeysListener = listener;
        listener.accept(trackedKeysMax);
    }

    public FrontSettings trackedKeysMax(long count) {
        trackedKeysMax = count;
        trackedKeysListener.accept(count);
        return this;
    }

    /** Channels and patterns that one client may listen to. */
    public int subscriptionsMax() {
        return subscriptionsMax;
    }

    public FrontSettings subscriptionsMax(int count) {
        subscriptionsMax = count;
        return this;
    }

    /** Whether a client is cut off for what it does not read; if not, it is held up. */
    boolean outputLimited() {
        return outputHardLimitBytes > 0 || outputSoftLimitBytes > 0;
    }

    public int outputSoftSeconds() {
        return outputSoftSeconds;
    }

    /** {@code client-output-buffer-limit normal}. */
    public FrontSettings outputLimit(long hardBytes, long softBytes, int softSeconds) {
        outputHardLimitBytes = hardBytes;
        outputSoftLimitBytes = softBytes;
        outputSoftSeconds = softSeconds;
        return this;
    }

    @Override
    public long routeTimeoutMillis() {
        return routeTimeoutMillis;
    }

    public FrontSettings routeTimeoutMillis(long millis) {
        routeTimeoutMillis = millis;
        return this;
    }

    @Override
    public long busyWaitMillis() {
        return busyWaitMillis;
    }

    public FrontSettings busyWaitMillis(long millis) {
        busyWaitMillis = millis;
        return this;
    }

    public DebugAccess debugAccess() {
        return debugAccess;
    }

    public FrontSettings debugAccess(DebugAccess access) {
        debugAccess = access;
        return this;
    }

    /** What a request may ask for ({@code proto-max-bulk-len}, {@code client-query-buffer-limit}). */
    public RespLimits requestLimits() {
        return requestLimits;
    }

    public FrontSettings requestLimits(RespLimits limits) {
        requestLimits = limits;
        return this;
    }
}
