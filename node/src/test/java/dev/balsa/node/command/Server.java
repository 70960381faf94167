package dev.balsa.node.command;

import java.io.IOException;
import java.util.List;

/** Something that answers commands: our engine in this process, or a redis-server in its own. Owned by one test. */
interface Server extends AutoCloseable {
    /** Sends a request and waits for its reply. Arguments are one char a byte. */
    Reply call(List<String> request) throws IOException;

    default Reply call(String... request) throws IOException {
        return call(List.of(request));
    }

    /** Chooses RESP2 or RESP3. */
    void protocol(int version) throws IOException;

    /** Whether time stands still here but for {@link #pass}. */
    default boolean hasVirtualTime() {
        return false;
    }

    /** Lets time pass. */
    void pass(long millis) throws IOException;

    @Override
    void close() throws IOException;
}
