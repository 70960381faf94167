package dev.balsa.proxy.front;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a client that reads slowly, or never, from filling the memory. Three bounds, the first that holds counts:
 *
 * <ul>
 *   <li>Where client-output-buffer-limit is not set, a client is held up: no more of its requests are taken while as much as
 *       {@link ReplyMemory#windowBytes} is unread or, judged by the replies of late, expected. So a pipeline of large replies takes
 *       turns with its reader.
 *   <li>Where it is set, the client is cut off beyond it.
 *   <li>When all replies of the process outgrow {@link ReplyMemory}, the client with most of them is cut off.
 * </ul>
 *
 * Owned by the connection's loop.
 */
final class ReplyFlow {
    private static final Logger log = LoggerFactory.getLogger(ReplyFlow.class);
    /** What the replies of a new connection are taken for, until they show how large they are. */
    private static final int EXPECTED_FIRST_BYTES = 256 << 10;
    private static final int EXPECTED_MIN_BYTES = 4 << 10;
    private static final int BOOKED_STEP_BYTES = 16 << 10;

    private final Front front;
    private final LoopState loop;
    private final Peer peer;
    private final OutputBuffer output;
    /** The size of a large reply: the largest of late, forgotten by one part in 16 with each reply. */
    private int expectedBytes = EXPECTED_FIRST_BYTES;
    private long bookedBytes;
    private boolean cut;

    ReplyFlow(Front front, LoopState loop, Peer peer, OutputBuffer output) {
        this.front = front;
        this.loop = loop;
        this.peer = peer;
        this.output = output;
    }

    /** Whether no more requests are to be taken, with {@code unanswered} of them under way. */
    boolean isFull(int unanswered) {
        long expected = (long) unanswered * expectedBytes;
        long unread = !output.isLarge() || front.settings().outputLimited() ? 0 : output.bytes();
        return expected + unread > front.replyMemory().windowBytes();
    }

    /** A reply that is sent now. */
    void append(byte[] bytes, int offset, int length) {
        expectedBytes = Math.max(length, Math.max(EXPECTED_MIN_BYTES, expectedBytes - (expectedBytes >> 4)));
        if (!output.append(bytes, offset, length)) {
            cut("there is no memory for a reply of " + length + " bytes");
        }
    }

    /** What is sent now and is no reply: it says nothing of how large the next reply may be. */
    void push(byte[] bytes, int offset, int length) {
        if (!output.append(bytes, offset, length)) {
            cut("there is no memory for a message of " + length + " bytes");
        }
    }

    /** Looks at the limits, and cuts this client or another if they are exceeded. */
    void check() {
        if (cut) {
            return;
        }
        if (output.tooMuch()) {
            cut(output.bytes() + " bytes of replies wait, more than client-output-buffer-limit allows");
            return;
        }
        long bytes = output.bytes();
        if (Math.abs(bytes - bookedBytes) >= BOOKED_STEP_BYTES) {
            book(bytes);
            if (front.replyMemory().isExceeded()) {
                loop.cutLargest(front.replyMemory());
            }
        }
    }

    private void book(long bytes) {
        front.replyMemory().add(bytes - bookedBytes);
        bookedBytes = bytes;
    }

    long bookedBytes() {
        return bookedBytes;
    }

    /** Closes the connection; what waits is lost. */
    void cut(String reason) {
        if (!cut) {
            log.warn("client {} is closed: {}", peer, reason);
            loop.stats().connectionsCut++;
            close();
            var _ = peer.channel().close();
        }
    }

    /** The connection is closed. */
    void close() {
        cut = true;
        output.discard();
        book(0);
    }
}
