package dev.balsa.node.observe;

import java.util.Locale;

/** Lines of INFO. Owned by one thread. */
final class InfoText {
    private final StringBuilder text = new StringBuilder();

    /** Begins a section; its lines follow. */
    void section(String title) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
    }

    InfoText field(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoText field(String name, long value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    /** With two digits behind the point. */
    InfoText ratio(String name, double value) {
        return field(name, String.format(Locale.ROOT, "%.2f", value));
    }

    /** Bytes, then the same for people: {@code used_memory:941016}, {@code used_memory_human:918.96K}. */
    InfoText bytes(String name, long value) {
        return field(name, value).field(name + "_human", human(value));
    }

    static String human(long bytes) {
        String[] units = {"B", "K", "M", "G", "T", "P"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + "B" : String.format(Locale.ROOT, "%.2f%s", value, units[unit]);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
