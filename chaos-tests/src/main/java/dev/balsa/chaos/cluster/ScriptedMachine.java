package dev.balsa.chaos.cluster;

import java.io.IOException;

/**
 * A node that a {@link ControlScript} starts and ends.
 *
 * @param number of the node, from 1
 */
record ScriptedMachine(ControlScript script, int number) implements Machine {
    @Override
    public void start() throws IOException {
        tell("start");
    }

    @Override
    public boolean isAlive() {
        try {
            return script.ask("alive", Integer.toString(number));
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public void kill() {
        insist("kill");
    }

    @Override
    public void stop() {
        insist("stop");
    }

    @Override
    public void pause() throws IOException {
        tell("pause");
    }

    @Override
    public void resume() throws IOException {
        tell("resume");
    }

    private void tell(String word) throws IOException {
        script.tell(word, Integer.toString(number));
    }

    private void insist(String word) {
        try {
            tell(word);
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
