package dev.balsa.proxy;

import dev.balsa.proxy.front.RespServer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The proxy process: {@code ProxyMain [CONFIG-FILE] [--directive value ...]}. */
public final class ProxyMain {
    private static final Logger log = LoggerFactory.getLogger(ProxyMain.class);
    private static final int STOP_SECONDS = 5;

    private ProxyMain() {}

    /** Runs until SHUTDOWN or a signal. */
    public static void main(String[] arguments) {
        int status = 1;
        try {
            status = run(ProxyConfig.read(List.of(arguments)));
        } catch (ConfigFile.ConfigException | IOException e) {
            log.error("{}", e.getMessage());
        }
        if (status != 0) {
            System.exit(status);
        }
    }

    /**
     * Runs a proxy until a client says SHUTDOWN or the process is told to end.
     *
     * @return the exit status
     * @throws IOException if it cannot start; the message says why
     */
    public static int run(ProxyConfig config) throws IOException {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        EventLoopGroup loops = RespServer.newLoops(config.loopThreads(), config.transport());
        Thread onSignal = new Thread(() -> {
            stop.countDown();
            await(stopped);
        }, "balsa-proxy-signal");
        try (Proxy proxy = Proxy.start(config, loops, stop::countDown)) {
            Runtime.getRuntime().addShutdownHook(onSignal);
            log.info("proxy ready on {} port {}", config.bind(), proxy.port());
            await(stop);
        } finally {
            loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(STOP_SECONDS,
                    TimeUnit.SECONDS);
            stopped.countDown();
        }
        return 0;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
