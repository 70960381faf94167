package dev.balsa.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.node.command.Command;
import dev.balsa.node.command.CommandTable;
import dev.balsa.proto.command.CommandSpec;
import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Request;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdminBackendTest {
    private final AdminBackend admin =
            new AdminBackend(List.of(), new CommandStats(new SlowLog(() -> 0, id -> null), new LatencyEvents(() -> 0)));

    @Test
    void what_has_a_body_but_no_key_is_help_and_is_answered() {
        List<String> containers = new ArrayList<>();
        for (Command command : CommandTable.all()) {
            for (Command sub : command.subcommands()) {
                String container = command.word();
                // BALSA is what the front and the log say to each other; of scripts any group tells.
                boolean elsewhere = List.of("BALSA", "FUNCTION", "SCRIPT").contains(container);
                if (!elsewhere
                        && !sub.isElsewhere()
                        && sub.spec().keySpecs().isEmpty()
                        && !sub.spec().isWrite()) {
                    containers.add(container);
                    assertThat(sub.word()).as(container).isEqualTo("HELP");
                    assertThat(answer(sub.spec(), container, "help"))
                            .startsWith("*")
                            .contains("+" + container + " <subcommand>");
                }
            }
        }
        assertThat(containers).contains("OBJECT", "XINFO", "XGROUP");
    }

    @Test
    void a_subcommand_that_nobody_has_is_refused() {
        CommandSpec spec = CommandTable.all().getFirst().spec();
        assertThat(answer(spec, "object", "foo")).isEqualTo("-ERR unknown command 'object'\r\n");
    }

    private String answer(CommandSpec spec, String... words) {
        Asked asked = new Asked(spec);
        admin.submit(asked, Args.of(words));
        return asked.reply;
    }

    private static final class Asked implements Request {
        private final CommandSpec spec;
        private String reply = "";

        Asked(CommandSpec spec) {
            this.spec = spec;
        }

        @Override
        public CommandSpec spec() {
            return spec;
        }

        @Override
        public int database() {
            return 0;
        }

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public long clientId() {
            return 1;
        }

        @Override
        public EventLoop loop() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void reply(byte[] bytes, int offset, int length) {
            reply += new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        }

        @Override
        public void notExecuted(Refusal refusal, Args args) {
            throw new AssertionError(refusal);
        }

        @Override
        public void outcomeUnknown(String reason) {
            throw new AssertionError(reason);
        }
    }
}
