package dev.balsa.node.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Scripts and libraries of functions as text: part of the replicated state of every group. What the text means is the
 * business of who runs it. Owned by the engine thread.
 *
 * <p>A script that was loaded stays; of those that were only evaluated the ones that were used last, as many as the
 * limits say. A use counts only if it came through the log.
 */
public final class Scripts {
    private static final int OVERHEAD_BYTES = 160;

    private final LinkedHashMap<String, Script> loaded = new LinkedHashMap<>();
    /** The one that was used last comes last. */
    private final LinkedHashMap<String, Script> evaluated = new LinkedHashMap<>();
    private SortedMap<String, byte[]> libraries = Collections.emptySortedMap();
    private ScriptLimits limits = ScriptLimits.DEFAULT;
    private long bytes;

    /** A script. Immutable if its text is left alone. */
    public static final class Script {
        private final String sha;
        private final byte[] body;

        public Script(String sha, byte[] body) {
            this.sha = sha;
            this.body = body;
        }

        /** The SHA-1 of the text, 40 hexadecimal digits in lower case. */
        public String sha() {
            return sha;
        }

        /** The text: not to be written to. */
        public byte[] body() {
            return body;
        }

        private long bytes() {
            return body.length + (long) OVERHEAD_BYTES;
        }
    }

    /** The SHA-1 of a text, in lower case. */
    public static String shaOf(byte[] text, int offset, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(text, offset, length);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** What scripts may use. */
    public ScriptLimits limits() {
        return limits;
    }

    public void limits(ScriptLimits all) {
        limits = all;
        forgetOld();
    }

    /** The script of that SHA-1, in lower case. */
    public @Nullable Script find(String sha) {
        Script script = loaded.get(sha);
        return script == null ? evaluated.get(sha) : script;
    }

    /** Keeps a script for good. */
    public void load(Script script) {
        Script old = evaluated.remove(script.sha);
        if (old != null) {
            loaded.put(script.sha, old);
        } else if (!loaded.containsKey(script.sha)) {
            put(loaded, script);
        }
    }

    /** A script that was evaluated: kept as long as others are not used later. */
    public void evaluated(Script script) {
        if (loaded.containsKey(script.sha) || !evaluated.isEmpty() && evaluated.lastEntry().getValue() == script) {
            return;
        }
        Script known = evaluated.remove(script.sha);
        if (known != null) {
            evaluated.put(script.sha, known);
        } else {
            put(evaluated, script);
            forgetOld();
        }
    }

    private void put(Map<String, Script> into, Script script) {
        into.put(script.sha(), script);
        bytes += script.bytes();
    }

    private void forgetOld() {
        while (evaluated.size() > limits.evaluatedMax()) {
            Script oldest = evaluated.pollFirstEntry().getValue();
            bytes -= oldest.bytes();
        }
    }

    /** Forgets all scripts; libraries stay. */
    public void flush() {
        loaded.clear();
        evaluated.clear();
        bytes = 0;
        libraries.forEach((name, code) -> bytes += code.length + (long) OVERHEAD_BYTES);
    }

    /** How many scripts there are. */
    public int size() {
        return loaded.size() + evaluated.size();
    }

    /** Bytes of all texts, about. */
    public long bytes() {
        return bytes;
    }

    /** The code of each library, by name. Another object after each change. */
    public SortedMap<String, byte[]> libraries() {
        return libraries;
    }

    /** Replaces all libraries. */
    public void libraries(SortedMap<String, byte[]> all) {
        libraries.forEach((name, code) -> bytes -= code.length + (long) OVERHEAD_BYTES);
        libraries = Collections.unmodifiableSortedMap(new TreeMap<>(all));
        libraries.forEach((name, code) -> bytes += code.length + (long) OVERHEAD_BYTES);
    }

    /** Adds a library as a file has it: its name stands in its first line. */
    public void library(byte[] code) {
        String first = new String(code, StandardCharsets.ISO_8859_1).split("\n", 2)[0];
        int at = first.indexOf("name=");
        String name = at < 0 ? "" : first.substring(at + "name=".length()).split("\\s", 2)[0];
        TreeMap<String, byte[]> all = new TreeMap<>(libraries);
        all.put(name, code);
        libraries(all);
    }

    /** All scripts for {@link #restore}; empty if there are none. */
    public byte[] toBytes() {
        if (size() == 0) {
            return new byte[0];
        }
        ByteArrayOutputStream bytesOut = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytesOut)) {
            for (LinkedHashMap<String, Script> kind : List.of(loaded, evaluated)) {
                out.writeInt(kind.size());
                for (Script script : kind.values()) {
                    out.writeInt(script.body.length);
                    out.write(script.body);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        return bytesOut.toByteArray();
    }

    /** @throws IllegalArgumentException if {@link #toBytes} has not made it */
    public void restore(byte[] all) {
        flush();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(all))) {
            for (LinkedHashMap<String, Script> kind : List.of(loaded, evaluated)) {
                for (int left = in.readInt(); left > 0; left--) {
                    byte[] body = in.readNBytes(in.readInt());
                    put(kind, new Script(shaOf(body, 0, body.length), body));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("no scripts", e);
        }
    }

    /** Scripts and libraries at one moment, for a snapshot that another thread writes. Immutable. */
    public static final class View {
        private final List<List<Script>> scripts;
        private final SortedMap<String, byte[]> libraries;
        private final ScriptLimits limits;

        View(Scripts of) {
            scripts = List.of(new ArrayList<>(of.loaded.values()), new ArrayList<>(of.evaluated.values()));
            libraries = of.libraries;
            limits = of.limits;
        }

        /** The code of each library, by name. */
        public SortedMap<String, byte[]> libraries() {
            return libraries;
        }

        public ScriptLimits limits() {
            return limits;
        }

        /** The scripts as {@link Scripts#restore} takes them; empty if there are none. */
        public byte[] toBytes() {
            Scripts copy = new Scripts();
            scripts.get(0).forEach(script -> copy.put(copy.loaded, script));
            scripts.get(1).forEach(script -> copy.put(copy.evaluated, script));
            return copy.toBytes();
        }
    }

    /** What there is now. */
    View view() {
        return new View(this);
    }
}
