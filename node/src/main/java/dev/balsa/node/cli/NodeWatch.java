package dev.balsa.node.cli;

import dev.balsa.node.config.NodeConfig;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Asks one node again and again how it is, and tells the board. One thread each. */
final class NodeWatch implements Runnable {
    private static final int TIMEOUT_MILLIS = 1_000;
    /** While a start or an outage is watched, and while all is well: a process that ends is heard of at once anyway. */
    private static final long PERIOD_MILLIS = 200;

    private static final long CALM_PERIOD_MILLIS = 1_000;

    private final int number;
    private final NodeConfig config;
    private final UpBoard board;

    NodeWatch(int number, NodeConfig config, UpBoard board) {
        this.number = number;
        this.config = config;
        this.board = board;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try (RespClient client = RespClient.open("127.0.0.1:" + config.clusterPort(), Access.link(config),
                    TIMEOUT_MILLIS)) {
                while (!Thread.currentThread().isInterrupted()) {
                    board.heard(number, ClusterReport.status(client));
                    TimeUnit.MILLISECONDS.sleep(board.calm() ? CALM_PERIOD_MILLIS : PERIOD_MILLIS);
                }
            } catch (IOException | RuntimeException e) {
                board.down(number);
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
