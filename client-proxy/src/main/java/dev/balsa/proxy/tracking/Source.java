package dev.balsa.proxy.tracking;

import java.util.List;

/** Fetches from other processes which keys change there. Called on any thread. */
public interface Source {
    /** Everything is led in this process. */
    Source NONE = new Source() {
        @Override
        public void wanted(List<byte[]> prefixes) {}

        @Override
        public boolean hears(String address) {
            return true;
        }

        @Override
        public void whenEstablished(Runnable then) {
            then.run();
        }
    };

    /** From now on clients of this process want to hear of keys with these prefixes; none: of nothing. */
    void wanted(List<byte[]> prefixes);

    /** Whether nothing that changes at a node stays unheard here: else what is read there must not be kept. */
    boolean hears(String address);

    /** Runs {@code then} on some thread when every node that can be reached knows what is wanted; soon in any case. */
    void whenEstablished(Runnable then);
}
