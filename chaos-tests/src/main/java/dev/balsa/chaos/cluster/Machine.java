package dev.balsa.chaos.cluster;

import java.io.IOException;

/** What a node or a proxy runs as: a process of this machine, or something that a script starts and ends elsewhere. */
sealed interface Machine permits ChildProcess, ScriptedMachine {
    /** Does not wait until it serves. */
    void start() throws IOException;

    boolean isAlive();

    /** kill -9: no goodbye, nothing flushed that was not; returns when it is gone. */
    void kill();

    /** SIGTERM, and waits for the end. */
    void stop();

    /** Stands still as if the machine had been suspended. */
    void pause() throws IOException, InterruptedException;

    void resume() throws IOException, InterruptedException;
}
