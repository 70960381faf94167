package dev.balsa.node.lua;

/** A compiled script: holds no state, may be kept and run any number of times. */
public final class Chunk {
    private final Proto main;

    private Chunk(Proto main) {
        this.main = main;
    }

    /**
     * Compiles a script.
     *
     * @param name as Lua takes it: {@code @file}, {@code =name}, or the text itself
     * @throws LuaError with Lua's message if it is not correct
     */
    public static Chunk compile(LuaString source, String name, Budget budget) {
        budget.step(source.length());
        budget.allocate(source.length() * 16L);
        Parser parser = new Parser(source.bytes(), ChunkName.shown(name));
        return new Chunk(new Generator(new Generator.Parsed(parser.parse(), parser.chunk())).generate());
    }

    Proto main() {
        return main;
    }
}
