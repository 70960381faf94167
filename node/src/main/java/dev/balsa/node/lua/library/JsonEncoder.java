package dev.balsa.node.lua.library;

import dev.balsa.node.lua.ByteBuilder;
import dev.balsa.node.lua.LightUserdata;
import dev.balsa.node.lua.LuaError;
import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.LuaTable;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.node.lua.TypeNames;

/** Writes a value as JSON. */
final class JsonEncoder {
    private static final int NO_ARRAY = -1;
    private static final String HEX = "0123456789abcdef";
    private static final LuaString TRUE = LuaString.of("true");
    private static final LuaString FALSE = LuaString.of("false");
    private static final LuaString NULL = LuaString.of("null");
    private static final boolean[] ESCAPED = escaped();

    private final LuaState x;
    private final JsonSettings settings;
    private final ByteBuilder out;
    private final byte[] digits = new byte[Numbers.SHORT_BYTES];

    JsonEncoder(LuaState x, JsonSettings settings) {
        this.x = x;
        this.settings = settings;
        this.out = new ByteBuilder(x.budget());
    }

    Object encode(Object value) {
        value(value, 0);
        return out.toLuaString();
    }

    private LuaError refused(Object value, String why) {
        return x.error("Cannot serialise " + TypeNames.of(value) + ": " + why);
    }

    @SuppressWarnings("IfChainToSwitch") // a switch over types is a call through a method handle
    private void value(Object value, int depth) {
        x.budget().step(1);
        if (value instanceof LuaString s) {
            string(s);
        } else if (value instanceof Double d) {
            number(d);
        } else if (value instanceof LuaTable table) {
            table(table, depth + 1);
        } else if (value instanceof Boolean b) {
            out.add(b ? TRUE : FALSE);
        } else if (value instanceof Nil || value instanceof LightUserdata) {
            out.add(NULL);
        } else {
            throw refused(value, "type not supported");
        }
    }

    private void table(LuaTable table, int depth) {
        if (depth > Math.min(settings.encodeDepth, JsonSettings.DEPTH_MAX)) {
            throw x.error("Cannot serialise, excessive nesting (" + depth + ")");
        }
        int length = length(table);
        if (length > 0) {
            out.add('[');
            for (int i = 1; i <= length; i++) {
                if (i > 1) {
                    out.add(',');
                }
                value(table.get(i), depth);
            }
            out.add(']');
        } else {
            object(table, depth);
        }
    }

    private void object(LuaTable table, int depth) {
        out.add('{');
        boolean first = true;
        for (int at = table.next(0); at != 0; at = table.next(at)) {
            if (!first) {
                out.add(',');
            }
            first = false;
            Object key = table.keyAt(at);
            if (key instanceof LuaString s) {
                string(s);
            } else if (key instanceof Double d) {
                out.add('"');
                number(d);
                out.add('"');
            } else {
                throw refused(key, "table key must be a number or string");
            }
            out.add(':');
            value(table.valueAt(at), depth);
        }
        out.add('}');
    }

    /** The largest index if all keys are indexes. */
    private int length(LuaTable table) {
        double most = table.largestIndex();
        if (most < 0) {
            return NO_ARRAY;
        }
        long items = table.count();
        x.budget().step(items >> 2);
        if (settings.sparseRatio > 0 && most > items * settings.sparseRatio && most > settings.sparseSafe) {
            if (!settings.sparseConvert) {
                throw refused(table, "excessively sparse array");
            }
            return NO_ARRAY;
        }
        return (int) most;
    }

    private void number(double d) {
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            if (settings.encodeInvalid == JsonSettings.NUMBERS_REFUSED) {
                throw refused(d, "must not be NaN or Inf");
            }
            boolean asNull = settings.encodeInvalid == JsonSettings.NUMBERS_NULL;
            out.add(asNull ? "null" : Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf");
            return;
        }
        int from = settings.precision == 14 ? Numbers.shortText(d, digits) : 0;
        if (from > 0) {
            out.add(digits, from, Numbers.SHORT_BYTES - from);
        } else {
            out.add(Numbers.general(d, (int) settings.precision, false));
        }
    }

    private void string(LuaString s) {
        out.add('"');
        byte[] bytes = s.bytes();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i];
            if (b < 0 || !ESCAPED[b]) {
                continue;
            }
            out.add(bytes, from, i - from);
            from = i + 1;
            escape(b);
        }
        out.add(bytes, from, bytes.length - from);
        out.add('"');
        x.budget().step(bytes.length >> 4);
    }

    private static boolean[] escaped() {
        boolean[] all = new boolean[128];
        for (int b = 0; b < all.length; b++) {
            all[b] = b < 32 || b == '"' || b == '\\' || b == '/' || b == 127;
        }
        return all;
    }

    private void escape(int b) {
        switch (b) {
            case '\b' -> out.add("\\b");
            case '\t' -> out.add("\\t");
            case '\n' -> out.add("\\n");
            case '\f' -> out.add("\\f");
            case '\r' -> out.add("\\r");
            case '"', '\\', '/' -> out.add('\\').add(b);
            default -> out.add("\\u00").add(HEX.charAt(b >> 4)).add(HEX.charAt(b & 15));
        }
    }
}
