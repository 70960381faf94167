package dev.balsa.node.lua.library;

import dev.balsa.node.lua.LuaState;
import dev.balsa.node.lua.LuaString;
import dev.balsa.node.lua.Nil;
import dev.balsa.node.lua.Numbers;
import dev.balsa.node.lua.TypeNames;

/** What several libraries ask of values. */
@SuppressWarnings("ReferenceEquality") // false is one object
final class Values {
    private static final long FIRST_ADDRESS = 0x5500_0000_0000L;
    private static final int ADDRESS_STEP = 32;

    private Values() {}

    static boolean rawEquals(Object a, Object b) {
        if (a instanceof Double l) {
            return b instanceof Double r && (double) l == (double) r;
        }
        return a.equals(b);
    }

    static boolean isText(Object value) {
        return value instanceof LuaString || value instanceof Double;
    }

    /** The text of a string or a number. */
    static LuaString text(Object value) {
        return value instanceof LuaString s ? s : Numbers.format((Double) value);
    }

    /** What tostring gives without metatables. Addresses are numbers in the order in which they were asked for. */
    static LuaString plainText(LuaState x, Object value) {
        return switch (value) {
            case LuaString s -> s;
            case Double d -> Numbers.format(d);
            case Boolean b -> LuaString.of(b.toString());
            case Nil _ -> LuaString.of("nil");
            default -> {
                long id = x.idOf(value);
                yield LuaString.of(TypeNames.of(value) + ": "
                        + (id == 0 ? "(nil)" : "0x" + Long.toHexString(FIRST_ADDRESS + id * ADDRESS_STEP)));
            }
        };
    }

    static boolean isTrue(Object value) {
        return value != Nil.NIL && value != Boolean.FALSE;
    }
}
