package dev.balsa.proxy.acl;

/**
 * A user's place in the list of users: what connections hold on to, while the user's rules change under them.
 * Thread-safe: the rules are replaced as a whole.
 */
public final class Account {
    private final String name;
    private volatile User user;
    private volatile boolean deleted;

    Account(User user) {
        this.name = user.name();
        this.user = user;
    }

    public String name() {
        return name;
    }

    /** The rules in force. */
    public User user() {
        return user;
    }

    void user(User now) {
        user = now;
    }

    /** Whether there is no such user any more; its connections are being closed. */
    public boolean isDeleted() {
        return deleted;
    }

    void delete() {
        deleted = true;
    }
}
