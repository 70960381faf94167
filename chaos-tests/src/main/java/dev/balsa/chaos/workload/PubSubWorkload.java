package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.check.MessageOrder;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.history.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Two of three clients publish numbers to one channel; the others listen. Each connection is a session of its own. */
final class PubSubWorkload implements Workload {
    private static final String CHANNEL = "pubsub";
    private static final int LISTEN_MILLIS = 100;
    /** A proxy goes by way of a group's leader, and leaders change. */
    private static final long NO_ORDER = 0;

    private final Map<Integer, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong lastSession = new AtomicLong();
    private long message;

    private record Session(Client client, long id) {}

    @Override
    public String name() {
        return "pubsub";
    }

    @Override
    public String promise() {
        return "each message once at most, one publisher's in order, none lost while nothing breaks";
    }

    @Override
    public Operation next(Random random, int number) {
        if (number % 3 == 1) {
            return new Operation("listen", Value.nil(), client -> {
                Session session = sessions.get(number);
                if (session == null || session.client != client) {
                    client.subscribe(CHANNEL);
                    session = begin(number, client);
                }
                List<Value> messages = new ArrayList<>();
                for (String text : client.messages(LISTEN_MILLIS)) {
                    messages.add(Value.of(Long.parseLong(text)));
                }
                Map<String, Value> heard = new LinkedHashMap<>();
                heard.put("session", Value.of(session.id));
                heard.put("messages", Value.vector(messages));
                return Value.table(heard);
            });
        }
        long fresh = ++message;
        return new Operation("publish", Value.of(fresh), client -> {
            Session session = sessions.get(number);
            if (session == null || session.client != client) {
                session = begin(number, client);
            }
            client.write("PUBLISH", CHANNEL, Long.toString(fresh));
            return Value.numbers(List.of(fresh, client.proxied() ? NO_ORDER : session.id));
        });
    }

    private Session begin(int number, Client client) {
        Session session = new Session(client, lastSession.incrementAndGet());
        sessions.put(number, session);
        return session;
    }

    @Override
    public Checker checker() {
        return new MessageOrder();
    }
}
