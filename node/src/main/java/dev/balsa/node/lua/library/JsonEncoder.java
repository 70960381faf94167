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

    private void value(Object value, int depth) {
        x.budget().step(1);
        switch (value) {
            case LuaString s -> string(s);
            case Double d -> number(d);
            case Boolean b -> out.add(b ? "true" : "false");
            case Nil _ -> out.add("null");
            case LightUserdata _ -> out.add("null");
            case LuaTable table -> table(table, depth + 1);
            default -> throw refused(value, "type not supported");
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
            switch (table.keyAt(at)) {
                case LuaString key -> string(key);
                case Double key -> {
                    out.add('"');
                    number(key);
                    out.add('"');
                }
                default -> throw refused(table.keyAt(at), "table key must be a number or string");
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
            if (b >= 32 && b != '"' && b != '\\' && b != '/' && b != 127 || b < 0) {
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
