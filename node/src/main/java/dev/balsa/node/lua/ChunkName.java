package dev.balsa.node.lua;

/** How messages name a chunk. */
final class ChunkName {
    private static final int SHOWN_MAX = 60;

    private ChunkName() {}

    /** At most 59 characters: a file's end, a name as it is, or the first line of a text. */
    static String shown(String name) {
        if (name.startsWith("=")) {
            return name.substring(1, Math.min(name.length(), SHOWN_MAX));
        }
        if (name.startsWith("@")) {
            int room = SHOWN_MAX - " '...' ".length() - 1;
            String file = name.substring(1);
            return file.length() <= room ? file : "..." + file.substring(file.length() - room);
        }
        int line = 0;
        while (line < name.length() && name.charAt(line) != '\n' && name.charAt(line) != '\r') {
            line++;
        }
        int room = SHOWN_MAX - " [string \"...\"] ".length() - 1;
        int shown = Math.min(line, room);
        boolean cut = shown < name.length();
        return "[string \"" + name.substring(0, shown) + (cut ? "..." : "") + "\"]";
    }
}
