package dev.balsa.proxy.front;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The client connections of a process, on all its loops and ports. Thread-safe. */
public final class ClientRegistry {
    private final ConcurrentHashMap<Long, Connection> clients = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger blocked = new AtomicInteger();

    ClientRegistry() {}

    /** Number of connections. */
    public int count() {
        return count.get();
    }

    /** Number of those that wait in a blocking command. */
    public int blocked() {
        return blocked.get();
    }

    /** So many more, or fewer, wait in a blocking command. */
    void blocked(int more) {
        blocked.addAndGet(more);
    }

    /** The lines of CLIENT LIST, by id. */
    public String list() {
        StringBuilder text = new StringBuilder();
        for (Connection client : select(_ -> true)) {
            ClientInfo.append(client, text);
        }
        return text.toString();
    }

    /** Makes something of a connection's address {@code host:port} and name; null if it is gone. */
    public <T> @Nullable T describe(long id, BiFunction<String, String, T> make) {
        Connection client = clients.get(id);
        return client == null ? null : make.apply(client.peer().address(), client.session().name());
    }

    /** Closes every connection. */
    public void closeAll() {
        clients.values().forEach(Connection::kill);
    }

    /** Takes a place if there are fewer than {@code max}. */
    boolean enter(int max) {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        count.decrementAndGet();
    }

    long nextId() {
        return lastId.incrementAndGet();
    }

    void add(Connection client) {
        clients.put(client.id(), client);
    }

    void remove(Connection client) {
        clients.remove(client.id());
    }

    @Nullable Connection find(long id) {
        return clients.get(id);
    }

    /** Those that match, by id. */
    List<Connection> select(Predicate<Connection> matches) {
        List<Connection> found = new ArrayList<>();
        for (Connection client : clients.values()) {
            if (matches.test(client)) {
                found.add(client);
            }
        }
        found.sort(Comparator.comparingLong(Connection::id));
        return found;
    }
}
