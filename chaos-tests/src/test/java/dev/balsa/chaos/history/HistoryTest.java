package dev.balsa.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories are written as Jepsen writes them, and read again as they were. */
class HistoryTest {
    @TempDir
    Path directory;

    private long nanos;

    @Test
    void a_line_is_what_knossos_reads() {
        Op op = new Op(3, 1, Op.Type.OK, "read", Value.vector(Value.of(7), Value.nil()), 99, "");
        assertThat(Edn.write(op))
                .isEqualTo("{:type :ok, :process 1, :f :read, :value [7 nil], :time 99, :index 3}");
    }

    @Test
    void everything_written_is_read_again() throws Exception {
        Recorder recorder = new Recorder(() -> nanos += 5);
        recorder.invoke(0, "txn", Value.vector(Value.vector(Value.word("append"), Value.of(1), Value.of(-2))));
        recorder.invoke(Op.NEMESIS, "kill", Value.text("node \"2\"\n\\"));
        recorder.ok(0, "txn", Value.numbers(List.of(1L, 2L)));
        recorder.invoke(1, "transfer", Value.table(Map.of("from", Value.of(3))));
        recorder.info(1, "transfer", Value.nil(), "connection closed");
        recorder.invoke(2, "read", Value.nil());
        recorder.fail(2, "read", Value.nil(), "-CLUSTERDOWN no leader");
        History history = recorder.history();
        history.write(directory.resolve("h.edn"));
        assertThat(History.read(directory.resolve("h.edn"))).isEqualTo(history);
        assertThat(history.faults()).hasSize(1);
    }

    @Test
    void elle_s_and_knossos_own_forms_are_read() {
        assertThat(Edn.read("#{1 2}")).isEqualTo(Value.numbers(List.of(1L, 2L)));
        assertThat(Edn.readOp("{:index 0 :time 5 :process :nemesis :type :info :f :start :value nil}").process())
                .isEqualTo(Op.NEMESIS);
    }

    @Test
    void what_is_no_edn_is_refused_with_its_place() {
        assertThatThrownBy(() -> Edn.read("[1 2")).hasMessageContaining("expected ']' at column 5");
        assertThatThrownBy(() -> Edn.read("[1 x2]")).hasMessageContaining("expected a value at column 4");
        assertThatThrownBy(() -> Edn.read("1 2")).hasMessageContaining("nothing more at column 3");
    }

    @Test
    void an_operation_without_a_known_end_may_end_at_any_time() {
        Recorder recorder = new Recorder(() -> nanos += 5);
        recorder.invoke(0, "write", Value.of(1));
        recorder.info(0, "write", Value.of(1), "timeout");
        recorder.invoke(5, "write", Value.of(2));
        recorder.invoke(1, "read", Value.nil());
        recorder.ok(1, "read", Value.of(2));
        List<History.Pair> pairs = recorder.history().pairs();
        assertThat(pairs).extracting(History.Pair::unknown).containsExactly(true, true, false);
        assertThat(pairs.getFirst().endIndex()).isEqualTo(Long.MAX_VALUE);
        assertThat(pairs.getLast().value()).isEqualTo(Value.of(2));
    }
}
