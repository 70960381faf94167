package dev.balsa.chaos.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RSemaphore;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.config.Config;

/**
 * Redisson's locks, which are scripts, while the leader is killed: never more holders than may be, and it goes on. A semaphore without leases need not: who
 * took a permit and had his connection closed before he knew has it for good.
 */
class LocksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 3;
    private static final int THREADS = 3;
    private static final long RUN_MILLIS = 8000;
    /** Longer than a change of leader, so that who holds a lock has it as long as he thinks. */
    private static final long LEASE_MILLIS = 4000;
    private static final long WAIT_MILLIS = 1000;
    /** Redisson waits so long for the reply of a command whose connection was closed. */
    private static final int TIMEOUT_MILLIS = 1500;
    private static final int PERMITS = 2;
    private static final int ROOM = 1000;

    @RegisterExtension
    static final FailingCluster CLUSTER = new FailingCluster();

    /** What a thread may be in, and how much room it takes there: of {@link #ROOM} in all. */
    interface Guard {
        boolean enter() throws InterruptedException;

        void leave();
    }

    enum Kind {
        LOCK, FAIR_LOCK, READ_WRITE_LOCK, SEMAPHORE, SEMAPHORE_WITH_LEASES;

        /** @param number of the thread: the first of each client writes, the others read */
        int takes(int number) {
            return switch (this) {
                case LOCK, FAIR_LOCK -> ROOM;
                case READ_WRITE_LOCK -> number == 0 ? ROOM : 1;
                case SEMAPHORE, SEMAPHORE_WITH_LEASES -> ROOM / PERMITS;
            };
        }

        /** Who asked at a time and is in may be in until then; a lease begins later than that. */
        long untilNanos(long asked) {
            return this == SEMAPHORE ? Long.MAX_VALUE : asked + TimeUnit.MILLISECONDS.toNanos(LEASE_MILLIS);
        }

        Guard guard(RedissonClient client, int number) {
            String name = "{" + FailingCluster.TAG + "}" + this;
            return switch (this) {
                case LOCK -> of(client.getLock(name));
                case FAIR_LOCK -> of(client.getFairLock(name));
                case READ_WRITE_LOCK -> of(number == 0 ? client.getReadWriteLock(name).writeLock()
                        : client.getReadWriteLock(name).readLock());
                case SEMAPHORE -> {
                    RSemaphore semaphore = client.getSemaphore(name);
                    semaphore.trySetPermits(PERMITS);
                    yield of(() -> semaphore.tryAcquire(Duration.ofMillis(WAIT_MILLIS)), semaphore::release);
                }
                case SEMAPHORE_WITH_LEASES -> {
                    RPermitExpirableSemaphore semaphore = client.getPermitExpirableSemaphore(name);
                    semaphore.trySetPermits(PERMITS);
                    String[] permit = new String[1];
                    yield of(() -> {
                        permit[0] = semaphore.tryAcquire(WAIT_MILLIS, LEASE_MILLIS, TimeUnit.MILLISECONDS);
                        return permit[0] != null;
                    }, () -> semaphore.release(permit[0]));
                }
            };
        }

        private static Guard of(RLock lock) {
            return of(() -> lock.tryLock(WAIT_MILLIS, LEASE_MILLIS, TimeUnit.MILLISECONDS), lock::unlock);
        }

        private static Guard of(Callable<Boolean> enter, Runnable leave) {
            return new Guard() {
                @Override
                public boolean enter() throws InterruptedException {
                    try {
                        return enter.call();
                    } catch (RedisException | InterruptedException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void leave() {
                    leave.run();
                }
            };
        }
    }

    /** A thread was in, and had the right to be: from when it knew that it had entered, as long as its lease lasts at least. */
    private record Stay(int takes, long fromNanos, long untilNanos) {}

    /** The most room that was taken at a time. */
    private static int most(Collection<Stay> stays) {
        List<Stay> come = new ArrayList<>(stays);
        come.removeIf(stay -> stay.untilNanos <= stay.fromNanos);
        List<Stay> go = new ArrayList<>(come);
        come.sort(Comparator.comparingLong(Stay::fromNanos));
        go.sort(Comparator.comparingLong(Stay::untilNanos));
        int inside = 0;
        int most = 0;
        int gone = 0;
        for (Stay stay : come) {
            for (; go.get(gone).untilNanos <= stay.fromNanos; gone++) {
                inside -= go.get(gone).takes;
            }
            inside += stay.takes;
            most = Math.max(most, inside);
        }
        return most;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void never_more_are_in_than_may_be(Kind kind) throws Exception {
        String front = kind.ordinal() % 2 == 0 ? "node" : "proxy";
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger entered = new AtomicInteger();
        Queue<Stay> stays = new ConcurrentLinkedQueue<>();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<RedissonClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < CLIENTS * THREADS; i++) {
            if (i % THREADS == 0) {
                clients.add(client(CLUSTER.addresses(front).getFirst()));
            }
            int number = i % THREADS;
            Guard guard = kind.guard(clients.getLast(), number);
            threads.add(Thread.ofPlatform().start(() -> {
                while (running.get()) {
                    long asked = System.nanoTime();
                    try {
                        if (!guard.enter()) {
                            continue;
                        }
                    } catch (RedisException | InterruptedException e) {
                        failures.add("enter: " + e);
                        continue;
                    }
                    long from = System.nanoTime();
                    entered.incrementAndGet();
                    Thread.onSpinWait();
                    stays.add(new Stay(kind.takes(number), from, Math.min(System.nanoTime(), kind.untilNanos(asked))));
                    try {
                        guard.leave();
                    } catch (RedisException | IllegalMonitorStateException e) {
                        failures.add("leave: " + e);
                    }
                }
            }));
        }
        try {
            // However slow the machine is.
            await().atMost(PATIENCE).until(() -> millisSince(begun) > RUN_MILLIS / 4 && entered.get() > 0);
            int before = entered.get();
            CLUSTER.killLeader();
            await().atMost(PATIENCE).until(() -> millisSince(begun) > RUN_MILLIS);
            if (kind != Kind.SEMAPHORE) {
                await().atMost(PATIENCE).untilAsserted(
                        () -> assertThat(entered.get() - before).as(CLUSTER::logs).isGreaterThan(before / 4));
            }
            running.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.println(kind + " through " + front + ": " + before + " times entered before the kill, "
                    + (entered.get() - before) + " times after; " + failures);
            assertThat(most(stays)).as(kind + ", of " + ROOM).isBetween(1, ROOM);
        } finally {
            running.set(false);
            clients.forEach(RedissonClient::shutdown);
        }
    }

    private static RedissonClient client(String address) {
        Config config = new Config();
        config.setFairLockWaitTimeout(2 * WAIT_MILLIS);
        config.useSingleServer().setAddress("redis://" + address).setConnectionMinimumIdleSize(1).setConnectionPoolSize(8)
                .setSubscriptionConnectionMinimumIdleSize(1).setTimeout(TIMEOUT_MILLIS);
        return Redisson.create(config);
    }
}
