package dev.balsa.node.engine;

import java.util.List;

/** Hears what has happened to keys, on the replica that answers for it. Called by the engine thread. */
public interface KeyEventSink {
    /** Nobody wants to know. */
    KeyEventSink NONE = new KeyEventSink() {
        @Override
        public boolean wanted() {
            return false;
        }

        @Override
        public boolean missesWanted() {
            return false;
        }

        @Override
        public void event(char eventClass, String event, int database, byte[] key) {}
    };

    /** Whether events are wanted at all; if not, none are looked for. */
    boolean wanted();

    /** Whether reads that find no key are wanted. */
    boolean missesWanted();

    /** Whether somebody keeps copies of values and is to hear of every key that changes. */
    default boolean changesWanted() {
        return false;
    }

    /**
     * These keys have changed. The command that has changed them is not answered yet.
     *
     * @param origin of whoever does not want to hear of it, 0 = nobody
     */
    default void changed(List<byte[]> keys, long origin) {}

    /** All keys may have changed. */
    default void allChanged() {}

    /** This replica has come to lead: what was told before may be lost. Or it leads no longer: others tell what comes. */
    default void leaderChanged() {}

    /** What {@link #changed} told is to be on its way before anything else. */
    default void send() {}

    /** @param eventClass as {@code notify-keyspace-events} spells it: {@code g $ l s h z x e t m n} */
    void event(char eventClass, String event, int database, byte[] key);
}
