package dev.balsa.node;

import dev.balsa.node.config.NodeConfig;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs a node as a process. */
public final class NodeMain {
    private static final int CLOSE_MAX_SECONDS = 30;

    private NodeMain() {}

    /**
     * Runs a node until it is told to stop (SHUTDOWN, SIGTERM).
     *
     * @return the process's exit status
     */
    public static int run(NodeConfig config) throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (Node node = new Node(config)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(node, closed), "balsa-stop"));
            return node.awaitStop();
        } finally {
            closed.countDown();
        }
    }

    private static void stopAndWait(Node node, CountDownLatch closed) {
        node.stop(false);
        try {
            if (!closed.await(CLOSE_MAX_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("the node did not close within " + CLOSE_MAX_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
