package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.balsa.chaos.cluster.NodeProcess;
import dev.balsa.chaos.cluster.TestCluster;
import dev.balsa.proxy.Proxy;
import dev.balsa.proxy.ProxyConfig;
import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.PatternTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.data.redis.RedisIndexedSessionRepository;
import org.springframework.session.data.redis.config.ConfigureNotifyKeyspaceEventsAction;
import org.springframework.session.events.AbstractSessionEvent;
import org.springframework.session.events.SessionCreatedEvent;
import org.springframework.session.events.SessionDeletedEvent;
import org.springframework.session.events.SessionExpiredEvent;

/**
 * Sessions of web applications as Spring keeps them: hashes with deadlines, an index by user, and keyspace events that
 * tell each process of the application which sessions began and ended; at a node and through a proxy. One group: a
 * session that gets another id is renamed, and with several groups that may be from one to another, as with Redis
 * Cluster.
 */
class SpringSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path directory;

    private static TestCluster cluster;
    private static EventLoopGroup loops;
    private static Proxy proxy;

    private final Queue<AbstractSessionEvent> events = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void three_nodes_and_a_proxy_serve() throws IOException {
        // Across a change of leader events may be lost.
        cluster = TestCluster.create(directory, 3, 1, "election-timeout-millis 3000", "spread-leaders-after-millis 0",
                "notify-keyspace-events Egx");
        cluster.startAll();
        await().atMost(PATIENCE).until(() -> cluster.nodes().stream().allMatch(TestCluster::serves));
        loops = RespServer.newLoops(1);
        NodeProcess.Ports seed = cluster.node(2).ports();
        List<String> arguments = List.of("--seeds", seed.host() + ":" + seed.cluster(), "--bind", "127.0.0.1",
                "--port", "0");
        proxy = Proxy.start(ProxyConfig.read(arguments), loops, () -> {});
    }

    @AfterAll
    static void stop() throws IOException {
        if (proxy != null) {
            proxy.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "proxy"})
    void sessions_are_kept_found_by_user_and_end(String front) {
        boolean behindProxy = front.equals("proxy");
        NodeProcess.Ports node = cluster.node(3).ports();
        LettuceConnectionFactory connections = new LettuceConnectionFactory(new RedisStandaloneConfiguration(
                behindProxy ? "127.0.0.1" : node.host(), behindProxy ? proxy.port() : node.plain()));
        connections.afterPropertiesSet();
        connections.start();
        RedisMessageListenerContainer listener = new RedisMessageListenerContainer();
        RedisIndexedSessionRepository sessions = repository(connections);
        try {
            new ConfigureNotifyKeyspaceEventsAction().configure(connections.getConnection());
            listen(listener, connections, sessions);
            use(sessions, "user of the " + front);
        } finally {
            listener.stop();
            sessions.destroy();
            connections.destroy();
        }
    }

    private RedisIndexedSessionRepository repository(LettuceConnectionFactory connections) {
        RedisTemplate<String, Object> template = new RedisTemplate<>();
        template.setKeySerializer(RedisSerializer.string());
        template.setHashKeySerializer(RedisSerializer.string());
        template.setConnectionFactory(connections);
        template.afterPropertiesSet();
        RedisIndexedSessionRepository sessions = new RedisIndexedSessionRepository(template);
        sessions.setApplicationEventPublisher(new ApplicationEventPublisher() {
            @Override
            public void publishEvent(ApplicationEvent event) {
                events.add((AbstractSessionEvent) event);
            }

            @Override
            public void publishEvent(Object event) {
                throw new IllegalStateException("no event of sessions: " + event);
            }
        });
        sessions.afterPropertiesSet();
        return sessions;
    }

    private static void listen(RedisMessageListenerContainer listener, LettuceConnectionFactory connections,
            RedisIndexedSessionRepository sessions) {
        listener.setConnectionFactory(connections);
        listener.setMaxSubscriptionRegistrationWaitingTime(PATIENCE.toMillis());
        listener.addMessageListener(sessions, List.of(new ChannelTopic(sessions.getSessionDeletedChannel()),
                new ChannelTopic(sessions.getSessionExpiredChannel())));
        listener.addMessageListener(sessions, new PatternTopic(sessions.getSessionCreatedChannelPrefix() + "*"));
        listener.afterPropertiesSet();
        listener.start();
    }

    private <S extends Session> void use(FindByIndexNameSessionRepository<S> sessions, String user) {
        S session = sessions.createSession();
        session.setAttribute("cart", "three apples");
        session.setAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME, user);
        sessions.save(session);
        heard(SessionCreatedEvent.class, session.getId());

        S found = sessions.findById(session.getId());
        assertThat(found).isNotNull();
        assertThat(found.<String>getAttribute("cart")).isEqualTo("three apples");
        assertThat(sessions.findByPrincipalName(user)).containsOnlyKeys(session.getId());

        // As at every login.
        String before = found.getId();
        String after = found.changeSessionId();
        found.removeAttribute("cart");
        sessions.save(found);
        assertThat(sessions.findById(before)).isNull();
        S renamed = sessions.findById(after);
        assertThat(renamed).isNotNull();
        assertThat(renamed.<String>getAttribute("cart")).isNull();
        assertThat(sessions.findByPrincipalName(user)).containsOnlyKeys(after);

        sessions.deleteById(after);
        assertThat(sessions.findById(after)).isNull();
        assertThat(sessions.findByPrincipalName(user)).isEmpty();
        heard(SessionDeletedEvent.class, after);

        S idle = sessions.createSession();
        idle.setMaxInactiveInterval(Duration.ofSeconds(1));
        idle.setAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME, user);
        sessions.save(idle);
        heard(SessionExpiredEvent.class, idle.getId());
        assertThat(sessions.findById(idle.getId())).isNull();
        assertThat(sessions.findByPrincipalName(user)).isEmpty();
    }

    private void heard(Class<? extends AbstractSessionEvent> kind, String session) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(events)
                .anyMatch(event -> kind.isInstance(event) && event.getSessionId().equals(session)));
    }
}
