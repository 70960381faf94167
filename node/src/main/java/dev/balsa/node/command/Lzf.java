package dev.balsa.node.command;

/**
 * Expands LZF data: a control byte below 32 says how many bytes follow as they are, less one; any other says to
 * repeat what lies some bytes back (3 upper bits: length less two, 7 = one more byte; the rest and the next byte:
 * distance less one). Pure functions.
 */
final class Lzf {
    private static final int LITERALS = 32;
    private static final int LONG_RUN = 7;

    private Lzf() {}

    /**
     * Fills {@code out} from {@code in[offset, offset + length)}; false if the data is damaged or of another length.
     */
    static boolean expand(byte[] in, int offset, int length, byte[] out) {
        int end = offset + length;
        int from = offset;
        int to = 0;
        while (from < end) {
            int control = in[from++] & 0xff;
            if (control < LITERALS) {
                int run = control + 1;
                if (run > end - from || run > out.length - to) {
                    return false;
                }
                System.arraycopy(in, from, out, to, run);
                from += run;
                to += run;
                continue;
            }
            int run = control >>> 5;
            if (from + (run == LONG_RUN ? 2 : 1) > end) {
                return false;
            }
            if (run == LONG_RUN) {
                run += in[from++] & 0xff;
            }
            run += 2;
            int back = to - ((control & 0x1f) << 8) - (in[from++] & 0xff) - 1;
            if (back < 0 || run > out.length - to) {
                return false;
            }
            // Byte by byte: the source may overlap what is being written.
            for (int i = 0; i < run; i++) {
                out[to++] = out[back++];
            }
        }
        return to == out.length;
    }
}
