package dev.balsa.node.lua;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a source into tokens, and says where an error is. */
final class Lexer {
    private static final int END = -1;

    private final byte[] source;
    private final String chunk;
    private int at;
    private int c;
    private byte[] buffer = new byte[32];
    private int length;
    private final SharedStrings strings = new SharedStrings();
    private int line = 1;
    private int lastLine = 1;
    private Token token = Token.END;
    private Object value = Nil.NIL;
    private @Nullable Token ahead;
    private Object valueAhead = Nil.NIL;

    Lexer(byte[] source, String chunk) {
        this.source = source;
        this.chunk = chunk;
        c = source.length > 0 ? source[0] & 0xFF : END;
    }

    String chunk() {
        return chunk;
    }

    Token token() {
        return token;
    }

    /** The value of a name, a string or a number. */
    Object value() {
        return value;
    }

    /** The line of the reader. */
    int line() {
        return line;
    }

    /** The line of the token before. */
    int lastLine() {
        return lastLine;
    }

    void next() {
        lastLine = line;
        Token next = ahead;
        if (next != null) {
            token = next;
            value = valueAhead;
            ahead = null;
        } else {
            token = read();
        }
    }

    /** The token after this one. */
    Token peek() {
        Object kept = value;
        Token found = read();
        ahead = found;
        valueAhead = value;
        value = kept;
        return found;
    }

    /** An error at the token that was read. */
    LuaError error(String message) {
        return error(message, near(token));
    }

    /** An error that is near no token. */
    LuaError plainError(String message) {
        return error(message, null);
    }

    private LuaError error(String message, @Nullable String near) {
        return new LuaError(chunk + ":" + line + ": " + message + (near == null ? "" : " near '" + near + "'"));
    }

    private String near(Token which) {
        if (which == Token.NAME || which == Token.STRING || which == Token.NUMBER) {
            String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            int zero = text.indexOf(0);
            return zero < 0 ? text : text.substring(0, zero);
        }
        return which == Token.OTHER ? shown((Integer) value) : which.text();
    }

    private static String shown(int c) {
        return c < 32 || c == 127 ? "char(" + c + ")" : String.valueOf((char) c);
    }

    private void advance() {
        at++;
        c = at < source.length ? source[at] & 0xFF : END;
    }

    private void save(int b) {
        if (length == buffer.length) {
            buffer = Arrays.copyOf(buffer, length * 2);
        }
        buffer[length++] = (byte) b;
    }

    private void saveAndAdvance() {
        save(c);
        advance();
    }

    private void newLine() {
        int old = c;
        advance();
        if ((c == '\n' || c == '\r') && c != old) {
            advance();
        }
        line++;
    }

    private Token read() {
        length = 0;
        while (true) {
            switch (c) {
                case END -> {
                    return Token.END;
                }
                case '\n', '\r' -> newLine();
                case ' ', '\t', 0x0B, '\f' -> advance();
                case '-' -> {
                    advance();
                    if (c != '-') {
                        return Token.MINUS;
                    }
                    comment();
                }
                default -> {
                    return word();
                }
            }
        }
    }

    private void comment() {
        advance();
        if (c == '[') {
            int level = bracket();
            length = 0;
            if (level >= 0) {
                longText(level, true);
                length = 0;
                return;
            }
        }
        while (c != END && c != '\n' && c != '\r') {
            advance();
        }
    }

    private Token word() {
        if (c == '"' || c == '\'') {
            return string(c);
        }
        if (isDigit(c)) {
            return number();
        }
        if (isLetter(c)) {
            while (isLetter(c) || isDigit(c)) {
                saveAndAdvance();
            }
            LuaString name = strings.of(buffer, 0, length);
            value = name;
            return Token.word(name.toString());
        }
        if (c == '[') {
            int level = bracket();
            if (level >= 0) {
                longText(level, false);
                value = LuaString.copyOf(buffer, 2 + level, length - 2 * (2 + level));
                return Token.STRING;
            }
            if (level == -1) {
                return Token.OPEN_BRACKET;
            }
            throw error("invalid long string delimiter", near(Token.STRING));
        }
        if (c == '.') {
            saveAndAdvance();
            if (c == '.') {
                advance();
                if (c == '.') {
                    advance();
                    return Token.DOTS;
                }
                return Token.CONCAT;
            }
            return isDigit(c) ? number() : Token.DOT;
        }
        int first = c;
        advance();
        if (c == '=' && (first == '=' || first == '<' || first == '>' || first == '~')) {
            advance();
            return first == '=' ? Token.EQ : first == '<' ? Token.LE : first == '>' ? Token.GE : Token.NE;
        }
        Token single = Token.single(first);
        if (single == Token.OTHER) {
            value = first;
        }
        return single;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private Token number() {
        while (isDigit(c) || c == '.') {
            saveAndAdvance();
        }
        if (c == 'e' || c == 'E') {
            saveAndAdvance();
            if (c == '+' || c == '-') {
                saveAndAdvance();
            }
        }
        while (isLetter(c) || isDigit(c)) {
            saveAndAdvance();
        }
        Double number = Numbers.parse(buffer, 0, length);
        if (number == null) {
            throw error("malformed number", near(Token.NUMBER));
        }
        value = number;
        return Token.NUMBER;
    }

    /** How many = stand between two brackets; -1 for one bracket alone, less for a bracket with = behind it. */
    private int bracket() {
        int first = c;
        saveAndAdvance();
        int count = 0;
        while (c == '=') {
            saveAndAdvance();
            count++;
        }
        return c == first ? count : -count - 1;
    }

    private void longText(int level, boolean comment) {
        saveAndAdvance();
        if (c == '\n' || c == '\r') {
            newLine();
        }
        while (true) {
            switch (c) {
                case END -> throw error("unfinished long " + (comment ? "comment" : "string"), near(Token.END));
                case '[' -> {
                    if (bracket() == level) {
                        saveAndAdvance();
                        if (level == 0) {
                            throw error("nesting of [[...]] is deprecated", "[");
                        }
                    }
                }
                case ']' -> {
                    if (bracket() == level) {
                        saveAndAdvance();
                        return;
                    }
                }
                case '\n', '\r' -> {
                    save('\n');
                    newLine();
                }
                default -> saveAndAdvance();
            }
        }
    }

    private Token string(int quote) {
        saveAndAdvance();
        while (c != quote) {
            switch (c) {
                case END -> throw error("unfinished string", near(Token.END));
                case '\n', '\r' -> throw error("unfinished string", near(Token.STRING));
                case '\\' -> escape();
                default -> saveAndAdvance();
            }
        }
        saveAndAdvance();
        value = strings.of(buffer, 1, length - 2);
        return Token.STRING;
    }

    private void escape() {
        advance();
        switch (c) {
            case 'a' -> saveEscaped(7);
            case 'b' -> saveEscaped('\b');
            case 'f' -> saveEscaped('\f');
            case 'n' -> saveEscaped('\n');
            case 'r' -> saveEscaped('\r');
            case 't' -> saveEscaped('\t');
            case 'v' -> saveEscaped(11);
            case '\n', '\r' -> {
                save('\n');
                newLine();
            }
            case END -> { }
            default -> {
                if (!isDigit(c)) {
                    saveAndAdvance();
                    return;
                }
                int code = 0;
                for (int i = 0; i < 3 && isDigit(c); i++) {
                    code = code * 10 + c - '0';
                    advance();
                }
                if (code > 255) {
                    throw error("escape sequence too large", near(Token.STRING));
                }
                save(code);
            }
        }
    }

    private void saveEscaped(int b) {
        save(b);
        advance();
    }
}
