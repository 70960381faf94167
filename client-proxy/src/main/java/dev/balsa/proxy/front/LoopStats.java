package dev.balsa.proxy.front;

import java.util.Arrays;

/**
 * Counters of one event loop, written by it alone. Other threads read them as they happen to be: a figure may be a
 * moment old.
 */
final class LoopStats {
    long commands;
    long netInputBytes;
    long netOutputBytes;
    long protocolErrors;
    long connectionsCut;
    long connectionsEvicted;
    private long[] calls = {};
    private long[] nanos = {};
    private long[] rejected = {};
    private long[] failed = {};

    void called(int command, long duration, boolean error) {
        if (command >= calls.length) {
            grow(command);
        }
        commands++;
        calls[command]++;
        nanos[command] += duration;
        if (error) {
            failed[command]++;
        }
    }

    void rejected(int command) {
        if (command >= calls.length) {
            grow(command);
        }
        rejected[command]++;
    }

    private void grow(int command) {
        int size = command + 64;
        rejected = Arrays.copyOf(rejected, size);
        failed = Arrays.copyOf(failed, size);
        nanos = Arrays.copyOf(nanos, size);
        calls = Arrays.copyOf(calls, size);
    }

    void reset() {
        commands = 0;
        netInputBytes = 0;
        netOutputBytes = 0;
        protocolErrors = 0;
        connectionsCut = 0;
        connectionsEvicted = 0;
        calls = new long[0];
        nanos = new long[0];
        rejected = new long[0];
        failed = new long[0];
    }

    /** This loop's part of one command's figures: calls, nanoseconds, rejected, failed. */
    void addTo(int command, long[] sums) {
        sums[0] += at(calls, command);
        sums[1] += at(nanos, command);
        sums[2] += at(rejected, command);
        sums[3] += at(failed, command);
    }

    private static long at(long[] counters, int command) {
        return command < counters.length ? counters[command] : 0;
    }
}
