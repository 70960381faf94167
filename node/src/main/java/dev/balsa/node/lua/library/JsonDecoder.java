package dev.balsa.node.lua.library;

import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LightUserdata;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.node.lua.SharedStrings;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads JSON, with the errors of lua-cjson. */
final class JsonDecoder {
    /** Kinds of tokens, named as errors name them. */
    private enum Kind {
        T_OBJ_BEGIN, T_OBJ_END, T_ARR_BEGIN, T_ARR_END, T_STRING, T_NUMBER, T_BOOLEAN, T_NULL, T_COLON, T_COMMA, T_END,
        T_ERROR
    }

    private final LuaState x;
    private final JsonSettings settings;
    private final byte[] s;
    private final ByteBuilder text;
    private final SharedStrings strings = new SharedStrings();
    private int at;
    private int tokenAt;
    private Kind kind = Kind.T_END;
    private Object value = Nil.NIL;
    private String error = "";
    private int depth;

    JsonDecoder(LuaState x, JsonSettings settings, LuaString source) {
        this.x = x;
        this.settings = settings;
        this.s = source.bytes();
        this.text = new ByteBuilder(x.budget());
    }

    Object decode() {
        if (s.length >= 2 && (s[0] == 0 || s[1] == 0)) {
            throw x.error("JSON parser does not support UTF-16 or UTF-32");
        }
        next();
        Object result = value();
        next();
        if (kind != Kind.T_END) {
            throw unexpected("the end");
        }
        return result;
    }

    private LuaError unexpected(String wanted) {
        return x.error("Expected " + wanted + " but found " + (kind == Kind.T_ERROR ? error : kind.name())
                + " at character " + (tokenAt + 1));
    }

    private Object value() {
        x.budget().step(1);
        return switch (kind) {
            case T_STRING, T_NUMBER, T_BOOLEAN -> value;
            case T_NULL -> LightUserdata.NULL;
            case T_OBJ_BEGIN -> object();
            case T_ARR_BEGIN -> array();
            default -> throw unexpected("value");
        };
    }

    private void descend() {
        if (++depth > Math.min(settings.decodeDepth, JsonSettings.DEPTH_MAX)) {
            throw x.error("Found too many nested data structures (" + depth + ") at character " + at);
        }
    }

    private Object object() {
        descend();
        LuaTable table = new LuaTable(x.budget());
        next();
        while (kind != Kind.T_OBJ_END) {
            if (kind != Kind.T_STRING) {
                throw unexpected("object key string");
            }
            LuaString key = (LuaString) value;
            next();
            if (kind != Kind.T_COLON) {
                throw unexpected("colon");
            }
            next();
            table.set(x.budget(), key, value());
            next();
            if (kind == Kind.T_OBJ_END) {
                break;
            }
            if (kind != Kind.T_COMMA) {
                throw unexpected("comma or object end");
            }
            next();
            if (kind == Kind.T_OBJ_END) {
                throw unexpected("object key string");
            }
        }
        depth--;
        return table;
    }

    private Object array() {
        descend();
        LuaTable table = new LuaTable(x.budget());
        next();
        if (kind != Kind.T_ARR_END) {
            for (int i = 1;; i++) {
                table.set(x.budget(), i, value());
                next();
                if (kind == Kind.T_ARR_END) {
                    break;
                }
                if (kind != Kind.T_COMMA) {
                    throw unexpected("comma or array end");
                }
                next();
            }
        }
        depth--;
        return table;
    }

    private int byteAt(int i) {
        return i < s.length ? s[i] & 0xFF : 0;
    }

    private void single(Kind found) {
        kind = found;
        at++;
    }

    private void failed(String why) {
        kind = Kind.T_ERROR;
        error = why;
        tokenAt = at;
    }

    private void next() {
        int c = byteAt(at);
        while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            c = byteAt(++at);
        }
        tokenAt = at;
        switch (c) {
            case '{' -> single(Kind.T_OBJ_BEGIN);
            case '}' -> single(Kind.T_OBJ_END);
            case '[' -> single(Kind.T_ARR_BEGIN);
            case ']' -> single(Kind.T_ARR_END);
            case ',' -> single(Kind.T_COMMA);
            case ':' -> single(Kind.T_COLON);
            case 0 -> kind = Kind.T_END;
            case '"' -> string();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                if (!settings.decodeInvalid && isInvalidNumber()) {
                    failed("invalid number");
                } else {
                    number();
                }
            }
            default -> word();
        }
    }

    private void word() {
        if (isHere("true")) {
            constant(Kind.T_BOOLEAN, true, 4);
        } else if (isHere("false")) {
            constant(Kind.T_BOOLEAN, false, 5);
        } else if (isHere("null")) {
            constant(Kind.T_NULL, Nil.NIL, 4);
        } else if (settings.decodeInvalid && isInvalidNumber()) {
            number();
        } else {
            failed("invalid token");
        }
    }

    private void constant(Kind found, Object constant, int length) {
        kind = found;
        value = constant;
        at += length;
    }

    private boolean isHere(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (byteAt(at + i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether what stands here is a number for C but not for JSON: inf, nan, hexadecimal, zeros before, a plus. */
    private boolean isInvalidNumber() {
        int i = at;
        if (byteAt(i) == '+') {
            return true;
        }
        if (byteAt(i) == '-') {
            i++;
        }
        int c = byteAt(i);
        if (c == '0') {
            int second = byteAt(i + 1);
            return (second | 32) == 'x' || second >= '0' && second <= '9';
        }
        if (c <= '9') {
            return false;
        }
        return isWord(i, "inf") || isWord(i, "nan");
    }

    private boolean isWord(int from, String word) {
        for (int i = 0; i < word.length(); i++) {
            if ((byteAt(from + i) | 32) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isDigit(int i) {
        return byteAt(i) >= '0' && byteAt(i) <= '9';
    }

    /** Where a number of digits, with a point or without, ends; {@code at} if it may be one of another form. */
    private int plainEnd() {
        int i = byteAt(at) == '-' ? at + 1 : at;
        int first = i;
        while (isDigit(i)) {
            i++;
        }
        if (i > first && byteAt(i) == '.' && isDigit(i + 1)) {
            i++;
            while (isDigit(i)) {
                i++;
            }
        }
        int after = byteAt(i);
        return i > first && (after == ',' || after == '}' || after == ']') ? i : at;
    }

    private void number() {
        int end = plainEnd();
        if (end == at) {
            end = NumberPrefix.end(s, at);
        }
        Double parsed = end == at ? null : parsed(end);
        if (parsed == null) {
            failed("invalid number");
            return;
        }
        kind = Kind.T_NUMBER;
        value = parsed;
        at = end;
    }

    private @Nullable Double parsed(int end) {
        boolean small = end - at <= 9 && isDigit(at);
        long n = 0;
        for (int i = at; small && i < end; i++) {
            small = isDigit(i);
            n = n * 10 + byteAt(i) - '0';
        }
        return small ? (Double) (double) n : Numbers.parse(s, at, end);
    }

    private void string() {
        at++;
        int from = at;
        int i = at;
        while (i < s.length && s[i] != '"' && s[i] != '\\' && s[i] != 0) {
            i++;
        }
        x.budget().step(i - from >> 4);
        if (i < s.length && s[i] == '"') {
            x.budget().string(i - from);
            kind = Kind.T_STRING;
            value = strings.of(s, from, i - from);
            at = i + 1;
            return;
        }
        text.clear();
        while (byteAt(at) != '"') {
            int c = byteAt(at);
            if (c == 0) {
                failed("unexpected end of string");
                return;
            }
            if (c != '\\') {
                text.add(c);
                at++;
            } else if (byteAt(at + 1) == 'u') {
                if (!unicode()) {
                    failed("invalid unicode escape code");
                    return;
                }
            } else {
                int unescaped = unescaped(byteAt(at + 1));
                if (unescaped == 0) {
                    failed("invalid escape code");
                    return;
                }
                text.add(unescaped);
                at += 2;
            }
        }
        at++;
        kind = Kind.T_STRING;
        value = text.toLuaString();
    }

    private static int unescaped(int c) {
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'f' -> '\f';
            case 'r' -> '\r';
            default -> 0;
        };
    }

    private int hexadecimal(int from) {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(byteAt(from + i), 16);
            if (digit < 0 || byteAt(from + i) > 127) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code;
    }

    private boolean unicode() {
        int code = hexadecimal(at + 2);
        int length = 6;
        if (code < 0) {
            return false;
        }
        if ((code & 0xF800) == 0xD800) {
            int low = byteAt(at + 6) == '\\' && byteAt(at + 7) == 'u' ? hexadecimal(at + 8) : -1;
            if ((code & 0x400) != 0 || low < 0 || (low & 0xFC00) != 0xDC00) {
                return false;
            }
            code = ((code & 0x3FF) << 10 | low & 0x3FF) + 0x10000;
            length = 12;
        }
        byte[] utf8 = Character.toString(code).getBytes(StandardCharsets.UTF_8);
        text.add(utf8, 0, utf8.length);
        at += length;
        return true;
    }
}
