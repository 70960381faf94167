package dev.balsa.node.engine;

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

    /** @param eventClass as {@code notify-keyspace-events} spells it: {@code g $ l s h z x e t m n} */
    void event(char eventClass, String event, int database, byte[] key);
}
