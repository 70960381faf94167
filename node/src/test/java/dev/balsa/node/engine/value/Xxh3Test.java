package dev.balsa.node.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against what the published library, version 0.8.1, says. */
class Xxh3Test {
    /** Length of the pseudorandom bytes of the library's own sanity check, and their hash. */
    private static final Map<Integer, String> VECTORS = Map.ofEntries(
            Map.entry(0, "2d06800538d394c2"),
            Map.entry(1, "c44bdff4074eecdb"),
            Map.entry(2, "7a9978044cb8a8bb"),
            Map.entry(3, "54247382a8d6b94d"),
            Map.entry(4, "e5dc74bc51848a51"),
            Map.entry(6, "27b56a84cd2d7325"),
            Map.entry(8, "24ccc9acaa9f65e4"),
            Map.entry(9, "14d5001c15dd3f2b"),
            Map.entry(12, "a713daf0dfbb77e7"),
            Map.entry(16, "981b17d36c7498c9"),
            Map.entry(17, "796f5acd3a60f862"),
            Map.entry(32, "9feaddbdbf57eed3"),
            Map.entry(33, "abfb2d081b400a10"),
            Map.entry(64, "9cb48487720ec49d"),
            Map.entry(65, "fd81aac4bebc3883"),
            Map.entry(96, "935a769a7f94776f"),
            Map.entry(97, "ca4ca268fd3c3a6c"),
            Map.entry(128, "fcff24126754d861"),
            Map.entry(129, "98f1b0a679a2ca29"),
            Map.entry(144, "c440d47e5f03fe58"),
            Map.entry(195, "cd94217ee362ec3a"),
            Map.entry(239, "16ce2b9d3b28805d"),
            Map.entry(240, "81c3c2b67f568ccf"),
            Map.entry(241, "c5a639ecd2030e5e"),
            Map.entry(256, "55de574ad89d0ac5"),
            Map.entry(403, "cdeb804d65c6dea4"),
            Map.entry(512, "617e49599013cb6b"),
            Map.entry(1023, "87a8f7b2f2e22496"),
            Map.entry(1024, "dd85c9b5c1109c5c"),
            Map.entry(1025, "d870c0fa13211c6a"),
            Map.entry(1088, "cc1450ea6b52a8f4"),
            Map.entry(1100, "a2e4365683a60391"),
            Map.entry(2048, "dd59e2c3a5f038e0"),
            Map.entry(2049, "d3afa4329779b921"),
            Map.entry(2240, "6e73a90539cf2948"),
            Map.entry(3072, "696bf231f32ab848"),
            Map.entry(4160, "4f323b15321e94e1"));

    @Test
    void every_way_of_hashing_agrees_with_the_published_vectors() {
        byte[] bytes = new byte[5000];
        long generator = 2654435761L;
        for (int i = 7; i < bytes.length; i++) {
            bytes[i] = (byte) (generator >>> 56);
            generator *= 0x9E3779B185EBCA8DL;
        }
        VECTORS.forEach((length, hash) -> assertThat("%016x".formatted(Xxh3.hash(MemorySegment.ofArray(bytes), 7, length)))
                .as("length " + length).isEqualTo(hash));
    }

    @Test
    void the_examples_of_redis_come_out() {
        assertThat(hex("Hello world")).isEqualTo("b6acb9d84a38ff74");
        assertThat(hex("v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd"))
                .isEqualTo("00006c38adf31777");
    }

    private static String hex(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return "%016x".formatted(Xxh3.hash(MemorySegment.ofArray(bytes), 0, bytes.length));
    }
}
