package dev.balsa.chaos.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A program that starts, ends and cuts off nodes which are not processes of this machine: containers, machines behind
 * ssh. It is called with one of these, and its status says whether that worked ({@code alive}: whether it runs).
 *
 * <pre>
 *   start N    stop N    kill N    pause N    resume N    alive N
 *   cut FROM TO            nothing that FROM sends reaches TO any more
 *   lose N PROBABILITY     of what node N is sent by other nodes
 *   slow N KILOBITS        a second, of what node N sends
 *   heal                   everything that nodes send reaches nodes again, as fast as ever
 * </pre>
 *
 * Nodes count from 1. Thread-safe: stateless.
 *
 * @param nodes how many there are
 */
public record ControlScript(Path program, int nodes) implements Network {
    /** @return whether its status was 0 */
    boolean ask(String... words) throws IOException {
        return Shell.end(command(words)).status() == 0;
    }

    /** @throws IOException with what it printed, if its status is not 0 */
    void tell(String... words) throws IOException {
        Shell.run(command(words));
    }

    private String[] command(String... words) {
        return Stream.concat(Stream.of(program.toAbsolutePath().toString()), Stream.of(words)).toArray(String[]::new);
    }

    @Override
    public void cut(int from, int to) throws IOException {
        tell("cut", Integer.toString(from), Integer.toString(to));
    }

    @Override
    public void lose(int number, double probability) throws IOException {
        tell("lose", Integer.toString(number), Double.toString(probability));
    }

    @Override
    public void slow(int number, int kilobitsPerSecond) throws IOException {
        tell("slow", Integer.toString(number), Integer.toString(kilobitsPerSecond));
    }

    @Override
    public void healAll() throws IOException {
        tell("heal");
    }
}
