package dev.balsa.proxy.front;

import dev.balsa.proxy.pubsub.ChannelKind;

/** The line of CLIENT LIST and CLIENT INFO. Stateless. */
final class ClientInfo {
    private ClientInfo() {}

    /** Appends the line, with the fields of Redis 7.2 and a line feed. */
    static void append(Connection client, StringBuilder text) {
        Session session = client.session();
        long now = System.nanoTime();
        text.append("id=").append(client.id())
                .append(" addr=").append(client.peer().address())
                .append(" laddr=").append(client.peer().localAddress())
                .append(" fd=").append(client.peer().fileDescriptor())
                .append(" name=").append(session.name())
                .append(" age=").append((now - client.peer().openedNanos()) / 1_000_000_000)
                .append(" idle=").append(Math.max(0, now - client.lastActiveNanos()) / 1_000_000_000)
                .append(" flags=").append(flags(client))
                .append(" db=").append(session.database())
                .append(" sub=").append(client.subscriptions().count(ChannelKind.CHANNEL))
                .append(" psub=").append(client.subscriptions().count(ChannelKind.PATTERN))
                .append(" ssub=").append(client.subscriptions().count(ChannelKind.SHARD))
                .append(" multi=-1 qbuf=").append(client.input().size())
                .append(" qbuf-free=").append(Math.max(0, client.input().capacity() - client.input().size()))
                .append(" argv-mem=0 multi-mem=0 rbs=").append(client.output().capacity())
                .append(" rbp=").append(client.output().capacity())
                .append(" obl=").append(client.output().bytes())
                .append(" oll=").append(client.unanswered())
                .append(" omem=").append(client.output().waitingBytes())
                .append(" tot-mem=").append(client.memoryBytes())
                .append(" events=r cmd=").append(client.lastCommand())
                .append(" user=").append(session.account().name()).append(" redir=").append(redirection(client)).append(" resp=").append(session.protocol())
                .append(" lib-name=").append(session.libName())
                .append(" lib-ver=").append(session.libVersion())
                .append('\n');
    }

    private static long redirection(Connection client) {
        Tracking tracking = client.trackingOrNull();
        return tracking == null || !tracking.isOn() ? -1 : tracking.options().redirect();
    }

    private static String flags(Connection client) {
        StringBuilder flags = new StringBuilder();
        if (client.session().monitors()) {
            flags.append('O');
        }
        if (client.subscriptions().any()) {
            flags.append('P');
        }
        if (client.answers().isBlocked()) {
            flags.append('b');
        }
        Tracking tracking = client.trackingOrNull();
        if (tracking != null && tracking.isOn()) {
            flags.append('t').append(tracking.brokenRedirect() ? "R" : "").append(tracking.options().bcast() ? "B" : "");
        }
        if (client.session().readOnly()) {
            flags.append('r');
        }
        if (client.session().noEvict()) {
            flags.append('e');
        }
        if (client.session().noTouch()) {
            flags.append('T');
        }
        if (client.closing()) {
            flags.append('c');
        }
        return flags.isEmpty() ? "N" : flags.toString();
    }
}
