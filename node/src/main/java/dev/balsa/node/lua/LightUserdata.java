package dev.balsa.node.lua;

/** A value that a script can only hold and compare, as cjson.null. */
public final class LightUserdata {
    /** The null pointer. */
    public static final LightUserdata NULL = new LightUserdata();

    private LightUserdata() {}
}
