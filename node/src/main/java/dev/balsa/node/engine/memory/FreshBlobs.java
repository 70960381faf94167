package dev.balsa.node.engine.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which blobs were put into holes of pages that are older than a seal: a bit set for each such page. Owned by the engine thread. */
final class FreshBlobs {
    private long[] @Nullable [] bits = new long[64][];
    private int[] pages = new int[16];
    private int count;

    /** @param blobsPerPage how many the page has room for */
    void add(int page, int place, int blobsPerPage) {
        if (page >= bits.length) {
            bits = Arrays.copyOf(bits, Math.max(page + 1, bits.length * 2));
        }
        long[] ofPage = bits[page];
        if (ofPage == null) {
            ofPage = new long[(blobsPerPage + 63) / 64];
            bits[page] = ofPage;
            if (count == pages.length) {
                pages = Arrays.copyOf(pages, count * 2);
            }
            pages[count++] = page;
        }
        ofPage[place >> 6] |= 1L << place;
    }

    boolean contains(int page, int place) {
        long[] ofPage = page < bits.length ? bits[page] : null;
        return ofPage != null && (ofPage[place >> 6] & 1L << place) != 0;
    }

    void remove(int page, int place) {
        long[] ofPage = page < bits.length ? bits[page] : null;
        if (ofPage != null) {
            ofPage[place >> 6] &= ~(1L << place);
        }
    }

    /** The page is given back. */
    void forget(int page) {
        if (page < bits.length) {
            bits[page] = null;
        }
    }

    void clear() {
        for (int i = 0; i < count; i++) {
            bits[pages[i]] = null;
        }
        count = 0;
    }
}
