package dev.balsa.proxy.front;

import dev.balsa.proxy.acl.Account;
import dev.balsa.proxy.acl.Users;
import dev.balsa.proxy.route.FrontWords;
import dev.balsa.proxy.route.Mode;

/**
 * What a client has set up on its connection. Owned by the connection's loop; CLIENT LIST on other loops reads it as
 * it happens to be.
 */
final class Session {
    /** CLIENT REPLY. */
    enum Replies { ON, OFF, SKIP_THIS, SKIP_NEXT }

    private final Mode mode;
    private final Users users;
    private final boolean local;
    private volatile int database;
    private volatile int protocol = 2;
    private volatile Account account;
    private volatile boolean authenticated;
    private volatile boolean readOnly;
    private volatile boolean noEvict;
    private volatile boolean noTouch;
    private volatile boolean monitors;
    private volatile String name = "";
    private volatile String libName = "";
    private volatile String libVersion = "";
    private Replies replies = Replies.ON;

    /** @param local whether the client is on this machine */
    Session(Mode mode, boolean local, Users users) {
        this.mode = mode;
        this.local = local;
        this.users = users;
        this.account = users.defaultAccount();
        this.authenticated = !users.mustAuthenticate();
    }

    /** RESET: as after connecting; what library it is stays known. */
    void reset() {
        database = 0;
        protocol = 2;
        account = users.defaultAccount();
        authenticated = !users.mustAuthenticate();
        readOnly = false;
        noEvict = false;
        noTouch = false;
        name = "";
        replies = Replies.ON;
    }

    /** Whether it asked for MONITOR. */
    boolean monitors() {
        return monitors;
    }

    void monitors(boolean on) {
        monitors = on;
    }

    Mode mode() {
        return mode;
    }

    /** Whether DEBUG may be used. */
    boolean mayDebug(FrontSettings settings) {
        return switch (settings.debugAccess()) {
            case NO -> false;
            case LOCAL -> local;
            case YES -> true;
        };
    }

    int database() {
        return database;
    }

    void database(int index) {
        database = index;
    }

    int protocol() {
        return protocol;
    }

    void protocol(int version) {
        protocol = version;
    }

    boolean authenticated() {
        return authenticated;
    }

    /** Whether it has to say who it is before it may do anything else. */
    boolean mustAuthenticate() {
        return !authenticated && users.mustAuthenticate();
    }

    /** Whose rights the connection has. */
    Account account() {
        return account;
    }

    /** The connection has proven to be this user. */
    void login(Account as) {
        account = as;
        authenticated = true;
    }

    /** READONLY: followers may serve reads. */
    boolean readOnly() {
        return readOnly;
    }

    void readOnly(boolean value) {
        readOnly = value;
    }

    boolean noEvict() {
        return noEvict;
    }

    void noEvict(boolean value) {
        noEvict = value;
    }

    boolean noTouch() {
        return noTouch;
    }

    void noTouch(boolean value) {
        noTouch = value;
    }

    String name() {
        return name;
    }

    void name(String value) {
        name = value;
    }

    String libName() {
        return libName;
    }

    void libName(String value) {
        libName = value;
    }

    /** Whether the client is a front, which tells the outcomes of its clients' commands apart. */
    boolean isFront() {
        return mode == Mode.CLUSTER && libName.equals(FrontWords.LIBRARY);
    }

    String libVersion() {
        return libVersion;
    }

    void libVersion(String value) {
        libVersion = value;
    }

    Replies replies() {
        return replies;
    }

    void replies(Replies value) {
        replies = value;
    }

    /** Whether the next request's reply goes nowhere. */
    boolean silent() {
        return replies == Replies.OFF || replies == Replies.SKIP_THIS;
    }

    /** A command was executed: SKIP means the one after it. */
    void commandDone() {
        if (replies == Replies.SKIP_THIS) {
            replies = Replies.ON;
        } else if (replies == Replies.SKIP_NEXT) {
            replies = Replies.SKIP_THIS;
        }
    }
}
