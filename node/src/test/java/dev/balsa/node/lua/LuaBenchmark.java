package dev.balsa.node.lua;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Times pieces of Lua, compiled, in the interpreter, and in Debian's lua5.1, to be run by hand. Arguments: which (none:
 * all). Each line: milliseconds of the first run and the median of the later ones.
 */
public final class LuaBenchmark {
    private static final long SECONDS = Long.getLong("balsa.seconds", 6);

    private LuaBenchmark() {}

    private static Map<String, String> pieces() {
        Map<String, String> pieces = new LinkedHashMap<>();
        pieces.put("loop", "local x = 0 for i = 1, 1000000 do x = x + i % 7 end return x");
        pieces.put("fib", """
                local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
                return fib(23)""");
        pieces.put("sieve", """
                local s, n = {}, 0
                for i = 2, 50000 do s[i] = true end
                for i = 2, 50000 do
                  if s[i] then n = n + 1 for k = i * i, 50000, i do s[k] = false end end
                end
                return n""");
        pieces.put("calls", """
                local account = {} account.__index = account
                function account:add(n) self.sum = self.sum + n return self end
                local a = setmetatable({sum = 0}, account)
                for i = 1, 100000 do a:add(i) end
                return a.sum""");
        pieces.put("strings", """
                local t = {}
                for i = 1, 20000 do t[#t + 1] = string.sub('key:' .. i, 2, 5) end
                return #table.concat(t, ',')""");
        pieces.put("walk", """
                local t, s = {}, 0
                for i = 1, 1000 do t['k' .. i] = i end
                for r = 1, 50 do
                  for k, v in pairs(t) do s = s + v end
                  for i, v in ipairs({1, 2, 3}) do s = s + v end
                end
                return s""");
        pieces.put("json", """
                local doc = {}
                for i = 1, 140 do
                  doc[i] = {id = i, name = 'name ' .. i, tags = {'a', 'b'}, score = i * 1.5, on = true}
                end
                local text = cjson.encode(doc)
                local n = 0
                for i = 1, 10 do n = n + #cjson.encode(cjson.decode(text)) end
                return n""");
        return pieces;
    }

    public static void main(String[] which) throws IOException, InterruptedException {
        for (Map.Entry<String, String> entry : pieces().entrySet()) {
            String name = entry.getKey();
            String piece = entry.getValue();
            if (which.length > 0 && !List.of(which).contains(name)) {
                continue;
            }
            double[] c = name.equals("json") ? new double[] {Double.NaN} : real(piece);
            double[][] both = here(piece);
            double[] compiled = both[0];
            double[] interpreted = both[1];
            System.out.printf("%-8s lua5.1 %8.2f   compiled first %8.2f then %8.2f   interpreted first %8.2f then %8.2f"
                    + "   compiled/C %.2f%n", name, median(c), compiled[0], median(compiled), interpreted[0],
                    median(interpreted), median(compiled) / median(c));
        }
        if (which.length == 0 || List.of(which).contains("compiling")) {
            compiling();
        }
    }

    /** What it takes to compile functions: of generated programs, each with dozens. */
    private static void compiling() {
        List<Double> micros = new ArrayList<>();
        int tooLong = 0;
        for (int i = 0; i < 300; i++) {
            String source = LuaPrograms.next(new Random(i));
            ArrayDeque<Proto> protos = new ArrayDeque<>();
            protos.add(Chunk.compile(LuaString.of(source), "=main", new Budget(Limits.DEFAULT)).main());
            while (!protos.isEmpty()) {
                Proto p = protos.remove();
                long from = System.nanoTime();
                Code code = Compiler.compile(p, p.heat());
                micros.add((System.nanoTime() - from) / 1e3);
                tooLong += code == null ? 1 : 0;
                protos.addAll(List.of(p.children()));
            }
        }
        List<Double> later = new ArrayList<>(micros.subList(micros.size() / 2, micros.size()));
        later.sort(null);
        System.out.printf("compiling: %d functions, %d too long; first %.0f us, then median %.0f, 99 %% %.0f, most %.0f us%n",
                micros.size(), tooLong, micros.getFirst(), later.get(later.size() / 2), later.get(later.size() * 99 / 100),
                later.getLast());
    }

    private static double median(double[] of) {
        double[] later = Arrays.copyOfRange(of, of.length / 2, of.length);
        Arrays.sort(later);
        return later[later.length / 2];
    }

    /** Both ways in turn, so that what they share is as warm for the one as for the other. */
    private static double[][] here(String piece) {
        Chunk compiled = Chunk.compile(LuaString.of(piece), "=main", new Budget(Limits.DEFAULT));
        Chunk interpreted = Chunk.compile(LuaString.of(piece), "=main", new Budget(Limits.DEFAULT));
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        long until = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (System.nanoTime() < until) {
            first.add(millis(compiled, Heat.COMPILE_AFTER));
            second.add(millis(interpreted, Integer.MAX_VALUE));
        }
        return new double[][] {toArray(first), toArray(second)};
    }

    private static double[] toArray(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double millis(Chunk chunk, int compileAfter) {
        LuaState x = LuaHost.state(Limits.DEFAULT, new StringBuilder());
        x.compileAfter(compileAfter);
        long from = System.nanoTime();
        x.run(chunk);
        return (System.nanoTime() - from) / 1e6;
    }

    private static double[] real(String piece) throws IOException, InterruptedException {
        Path script = Files.createTempFile("balsa", ".lua");
        Files.writeString(script, "local function work() " + piece + "\nend for i = 1, 20 do local t = os.clock() work() "
                + "print((os.clock() - t) * 1000) end");
        Process process = new ProcessBuilder("lua5.1", script.toString()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.waitFor();
        Files.delete(script);
        return out.lines().mapToDouble(Double::parseDouble).toArray();
    }
}
