package dev.balsa.node.cli;

import dev.balsa.proto.resp.Args;

/** A command as one types it into redis-cli, cut to what a line bears. Functions. */
final class CommandText {
    private static final int ARGUMENT_BYTES_MAX = 64;
    private static final int ARGUMENTS_MAX = 16;

    private CommandText() {}

    static String of(Args args) {
        StringBuilder text = new StringBuilder();
        int shown = Math.min(args.count(), ARGUMENTS_MAX);
        for (int i = 0; i < shown; i++) {
            if (i > 0) {
                text.append(' ');
            }
            argument(text, args, i);
        }
        if (args.count() > shown) {
            text.append(" ... (").append(args.count() - shown).append(" more arguments)");
        }
        return text.toString();
    }

    private static void argument(StringBuilder text, Args args, int i) {
        int length = Math.min(args.length(i), ARGUMENT_BYTES_MAX);
        boolean plain = length > 0;
        for (int k = 0; k < length; k++) {
            int c = args.array()[args.offset(i) + k];
            plain &= c > ' ' && c < 127 && c != '"' && c != '\'' && c != '\\';
        }
        if (plain) {
            text.append(args.text(i), 0, length);
        } else {
            text.append('"');
            for (int k = 0; k < length; k++) {
                quoted(text, args.array()[args.offset(i) + k] & 0xff);
            }
            text.append('"');
        }
        if (args.length(i) > length) {
            text.append("...(").append(args.length(i)).append(" bytes)");
        }
    }

    private static void quoted(StringBuilder text, int c) {
        switch (c) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case 7 -> text.append("\\a");
            case '\b' -> text.append("\\b");
            case '"', '\\' -> text.append('\\').append((char) c);
            default -> {
                if (c >= ' ' && c < 127) {
                    text.append((char) c);
                } else {
                    text.append("\\x%02x".formatted(c));
                }
            }
        }
    }
}
