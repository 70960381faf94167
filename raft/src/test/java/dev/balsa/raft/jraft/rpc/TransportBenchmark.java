package dev.balsa.raft.jraft.rpc;

import com.alipay.remoting.rpc.RpcServer;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.impl.BoltRaftRpcFactory;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bolt and this transport side by side: round trips of an AppendEntries between a client and a server in one process,
 * with a number of requests always in flight. The handler does nothing, so that what is measured is the transport.
 *
 * <p>Bolt runs as JRaft uses it: requests on a single-threaded executor (JRaft's is one for each pair of peers),
 * callbacks on another (JRaft's Append-Entries-Thread-Send). Prints a table; both transports alternate, the best of
 * three rounds counts.
 */
final class TransportBenchmark {
    private static final int ROUNDS = 3;
    private static final int[] PAYLOADS = {100, 16 << 10};
    private static final int[] IN_FLIGHT = {1, 16, 256};
    private static final long ROUND_MILLIS = Long.getLong("bench.millis", 2000);
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private TransportBenchmark() {}

    private interface Side extends AutoCloseable {
        RpcClient client();

        Endpoint endpoint();

        @Nullable Executor callbacks();

        @Override
        void close();
    }

    private record Result(double perSecond, double cpuMicros, double switches) {}

    public static void main(String[] arguments) throws Exception {
        // Its default of 512 KiB refuses requests where ours does not.
        System.setProperty("bolt.channel_write_buf_low_water_mark", String.valueOf(8 << 20));
        System.setProperty("bolt.channel_write_buf_high_water_mark", String.valueOf(16 << 20));
        System.out.println("| transport | in flight | payload | round trips/s | CPU µs each | switches each |");
        System.out.println("|---|---|---|---|---|---|");
        try (Side bolt = bolt();
                Side netty = netty()) {
            for (int warm = 0; warm < 3; warm++) {
                run(bolt, 16, 100, 3000);
                run(netty, 16, 100, 3000);
            }
            for (int payload : PAYLOADS) {
                for (int inFlight : IN_FLIGHT) {
                    Result bestBolt = new Result(0, 0, 0);
                    Result bestNetty = bestBolt;
                    for (int round = 0; round < ROUNDS; round++) {
                        bestBolt = better(bestBolt, run(bolt, inFlight, payload, ROUND_MILLIS));
                        bestNetty = better(bestNetty, run(netty, inFlight, payload, ROUND_MILLIS));
                    }
                    print("Bolt", inFlight, payload, bestBolt);
                    print("ours", inFlight, payload, bestNetty);
                }
            }
        }
        System.exit(0);
    }

    private static Result better(Result a, Result b) {
        return a.perSecond > b.perSecond ? a : b;
    }

    private static void print(String name, int inFlight, int payload, Result result) {
        System.out.printf("| %s | %d | %d B | %,.0f | %.1f | %.2f |%n",
                name, inFlight, payload, result.perSecond, result.cpuMicros, result.switches);
    }

    private static Result run(Side side, int inFlight, int payload, long millis) throws Exception {
        AppendEntriesRequest request = RpcPair.append(1, ByteString.copyFrom(new byte[payload]));
        AtomicLong completed = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(inFlight);
        long switchesBefore = switches();
        long cpuBefore = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        for (int i = 0; i < inFlight; i++) {
            new Lane(side, request, end, completed, ended).next();
        }
        ended.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        double count = completed.get();
        double cpuMicros = (SYSTEM.getProcessCpuTime() - cpuBefore) / 1e3 / count;
        return new Result(count / seconds, cpuMicros, (switches() - switchesBefore) / count);
    }

    /** Keeps one request in flight: its reply sends the next. */
    private record Lane(
            Side side, AppendEntriesRequest request, long endNanos, AtomicLong completed, CountDownLatch ended)
            implements InvokeCallback {
        void next() throws Exception {
            side.client().invokeAsync(side.endpoint(), request, this, 10_000);
        }

        @Override
        public void complete(Object result, Throwable error) {
            if (!(result instanceof AppendEntriesResponse) || error != null) {
                throw new IllegalStateException(String.valueOf(result), error);
            }
            completed.incrementAndGet();
            if (System.nanoTime() - endNanos >= 0) {
                ended.countDown();
                return;
            }
            try {
                next();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public @Nullable Executor executor() {
            return side.callbacks();
        }
    }

    private static Side netty() throws Exception {
        RpcPair pair = new RpcPair(RpcConfig.defaults("bench").withSecret("secret"));
        connect(pair.client, pair.endpoint);
        return new Side() {
            @Override
            public RpcClient client() {
                return pair.client;
            }

            @Override
            public Endpoint endpoint() {
                return pair.endpoint;
            }

            @Override
            public @Nullable Executor callbacks() {
                return null;
            }

            @Override
            public void close() {
                pair.close();
            }
        };
    }

    private static Side bolt() throws Exception {
        RaftRpcFactory factory = new BoltRaftRpcFactory();
        for (Class<?> type : List.of(
                AppendEntriesRequest.class, AppendEntriesResponse.class, PingRequest.class, ErrorResponse.class)) {
            factory.registerProtobufSerializer(type.getName());
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ExecutorService requests = Executors.newSingleThreadExecutor(Lanes.threads("bolt-requests"));
        ExecutorService callbacks = Executors.newSingleThreadExecutor(Lanes.threads("bolt-callbacks"));
        BoltRpcServer server = new BoltRpcServer(new RpcServer("127.0.0.1", port, true));
        server.registerProcessor(new BoltEcho(requests));
        server.init(null);
        RpcClient client = factory.createRpcClient(null);
        client.init(new RpcOptions());
        Endpoint endpoint = new Endpoint("127.0.0.1", port);
        connect(client, endpoint);
        return new Side() {
            @Override
            public RpcClient client() {
                return client;
            }

            @Override
            public Endpoint endpoint() {
                return endpoint;
            }

            @Override
            public Executor callbacks() {
                return callbacks;
            }

            @Override
            public void close() {
                client.shutdown();
                server.shutdown();
                requests.shutdown();
                callbacks.shutdown();
            }
        };
    }

    /** What our pair's server does, where JRaft would do it on Bolt. */
    private record BoltEcho(Executor executor) implements com.alipay.sofa.jraft.rpc.RpcProcessor<AppendEntriesRequest> {
        @Override
        public void handleRequest(com.alipay.sofa.jraft.rpc.RpcContext context, AppendEntriesRequest request) {
            context.sendResponse(RpcPair.reply(request.getPrevLogIndex()));
        }

        @Override
        public String interest() {
            return AppendEntriesRequest.class.getName();
        }

        @Override
        public ExecutorSelector executorSelector() {
            // As JRaft: the header is parsed on the loop, the body on the executor.
            return (type, header) -> executor;
        }
    }

    private static void connect(RpcClient client, Endpoint endpoint) throws InterruptedException {
        while (!client.checkConnection(endpoint, true)) {
            Thread.onSpinWait();
        }
    }

    /** Voluntary and other context switches of all threads of this process. */
    static long switches() throws IOException {
        long sum = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                try {
                    for (String line : Files.readAllLines(thread.resolve("status"))) {
                        if (line.contains("ctxt_switches")) {
                            sum += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
                        }
                    }
                } catch (NoSuchFileException e) {
                    // the thread has ended
                }
            }
        }
        return sum;
    }
}
