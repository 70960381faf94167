package dev.balsa.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.balsa.proxy.ConfigFile.ConfigException;
import dev.balsa.proxy.ConfigFile.Directive;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigFileTest {
    @Test
    void a_line_is_a_directive_and_its_values() {
        List<Directive> read = ConfigFile.parse("# comment\n\n  PORT\t7000  \nbind 127.0.0.1 ::1\n", "a.conf");
        assertThat(read).containsExactly(
                new Directive("port", List.of("7000"), "a.conf", 3),
                new Directive("bind", List.of("127.0.0.1", "::1"), "a.conf", 4));
    }

    @Test
    void quotes_keep_blanks_and_escapes() {
        assertThat(ConfigFile.split("save \"\" 'a \\' b\\n' \"x\\ty\\x41\\q\""))
                .containsExactly("save", "", "a ' b\\n", "x\tyAq");
    }

    @Test
    void an_open_quote_is_reported_with_its_line() {
        assertThatThrownBy(() -> ConfigFile.parse("port 1\nrequirepass \"abc\n", "b.conf"))
                .isInstanceOf(ConfigException.class).hasMessage("b.conf:2: unbalanced quotes");
        assertThatThrownBy(() -> ConfigFile.parse("requirepass \"abc\"def\n", "b.conf"))
                .hasMessage("b.conf:1: a blank must follow the closing quote");
    }

    @Test
    void wrong_values_and_unknown_names_say_where() {
        Directive directive = ConfigFile.parse("port 70000", "c.conf").getFirst();
        assertThatThrownBy(() -> directive.number(0, 65535))
                .hasMessage("c.conf:1: 'port' must be between 0 and 65535, not 70000");
        assertThat(directive.unknown()).hasMessage("c.conf:1: unknown directive 'port'");
        assertThatThrownBy(directive::yes).hasMessage("c.conf:1: 'port' must be 'yes' or 'no', not '70000'");
    }

    @Test
    void a_command_line_reads_as_directives() {
        assertThat(ConfigFile.arguments(List.of("--port", "7000", "--bind", "a", "b", "--save", "")))
                .extracting(Directive::name, Directive::values)
                .containsExactly(
                        tuple("port", List.of("7000")),
                        tuple("bind", List.of("a", "b")),
                        tuple("save", List.of("")));
        assertThatThrownBy(() -> ConfigFile.arguments(List.of("port"))).hasMessageContaining("command line:1");
    }

    @Test
    void bytes_have_units() {
        assertThat(ConfigFile.parseBytes("1k")).isEqualTo(1000);
        assertThat(ConfigFile.parseBytes("2GB")).isEqualTo(2L << 30);
        assertThatThrownBy(() -> ConfigFile.parseBytes("9999999999gb")).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> ConfigFile.parseBytes("mb")).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void what_is_quoted_reads_back() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder value = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                value.append((char) random.nextInt(256));
            }
            assertThat(ConfigFile.split("x " + ConfigFile.quote(value.toString()))).containsExactly("x",
                    value.toString());
        }
    }
}
