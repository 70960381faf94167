"""The command line: what to run, then run it, then print it."""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from harness import compare, datatypes, idle, machine, memory, report, soak
from harness.targets import TargetError

ROOT = Path(__file__).resolve().parents[3]

DESCRIPTION = """\
Compares Balsa with redis-server on this machine. Both run at the same time; redis-benchmark loads them in turn
(Redis, Balsa, Redis, Balsa, ...), and the medians of all rounds are printed.

  scenario a   one Balsa process          against one redis-server
  scenario b   three Balsa nodes          against a redis-server with two replicas
               (once through the leader's own port, once through the front)

Every server writes each command to disk before it answers (appendfsync always)."""

EXAMPLES = """\
examples:
  bench --quick                          two minutes, to see that it works
  bench --scenario a                     one process against one process
  bench --pipelines 16 --rounds 9        fewer points, more rounds
  bench --types                          lists, hashes, sets, sorted sets, streams, ...
  bench --types --commands zadd,zrank    some of them, by how their names begin
  bench --idle --groups 3                what a cluster costs that nobody talks to
  bench --soak 30 --groups 1             half an hour of mixed load: memory, stalls, snapshots
  bench --commands transaction --pipelines 1   WATCH, then MULTI, five SET, EXEC
  bench --memory --keys 1000000          bytes per key instead of speed
  bench --json result.json               the table, and every single run in a file
"""


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=["a", "b", "all"], default="all", help="what to compare (default: all)")
    parser.add_argument("--commands", help="redis-benchmark's tests, and 'transaction' (default: set,get); with --types, "
                        "beginnings of its commands (default: all)")
    parser.add_argument("--pipelines", default="1,16,64", help="commands sent at once (default: 1,16,64)")
    parser.add_argument("--clients", type=int, default=50, help="connections (default: 50)")
    parser.add_argument("--requests", type=int, default=100_000,
                        help="commands per run at pipeline 1; five times as many otherwise; a quarter as many transactions "
                        "(default: 100000)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each server and point (default: 5)")
    parser.add_argument("--keys", type=int, help="distinct keys (default: 1000000; with --memory 5000000)")
    parser.add_argument("--value-bytes", type=int, default=64, help="length of a value (default: 64)")
    parser.add_argument("--quick", action="store_true",
                        help="2 rounds, pipelines 1 and 16, a fifth of the requests, a tenth of the keys")
    parser.add_argument("--memory", nargs="?", const="all", choices=["all", "types"],
                        help="measure memory per key, and per element of other data types, instead of speed; "
                        "'types': the latter only")
    parser.add_argument("--types", action="store_true",
                        help="measure commands of the other data types, one process against one redis-server, "
                        "pipelines 1 and 16")
    parser.add_argument("--type-seconds", type=float, default=1.0,
                        help="length of a run of --types, as long as Redis takes (default: 1)")
    parser.add_argument("--idle", action="store_true",
                        help="measure what an idle cluster costs, by process and kind of thread, instead of speed")
    parser.add_argument("--idle-seconds", type=int, default=60, help="length of a window of --idle (default: 60)")
    parser.add_argument("--settle", default="30,180",
                        help="seconds after the start at which windows of --idle begin (default: 30,180)")
    parser.add_argument("--soak", type=int, metavar="MINUTES",
                        help="mixed load on a cluster at full speed for so long, with snapshots, and what each minute brought")
    parser.add_argument("--nodes", type=int, default=3, help="nodes of --idle and --soak (default: 3)")
    parser.add_argument("--groups", type=int, default=3, help="groups of --idle and --soak (default: 3)")
    parser.add_argument("--details", action="store_true", help="also print CPU and switches by process and thread")
    parser.add_argument("--json", metavar="FILE",
                        help="write everything that was measured to FILE (- = standard output)")
    parser.add_argument("--dir", type=Path, help="where servers keep their files (default: a disk; never a RAM disk)")
    parser.add_argument("--wait-seconds", type=int, default=120,
                        help="how long to wait for a load average below 3 (default: 120)")
    parser.add_argument("--balsa", type=Path, default=ROOT / "balsa", help="the launcher (default: %(default)s)")
    parser.add_argument("--self-test", action="store_true",
                        help="put a second redis-server in Balsa's place: ratios should be near 1.00")
    given = parser.parse_args()
    if given.quick:
        given.rounds = min(given.rounds, 2)
        given.requests //= 5
    if given.pipelines == "1,16,64" and (given.quick or given.types):
        given.pipelines = "1,16"
    if given.keys is None:
        given.keys = (5_000_000 if given.memory else 1_000_000) // (10 if given.quick else 1)
    given.pipelines = [int(text) for text in given.pipelines.split(",")]
    given.settle = [int(text) for text in given.settle.split(",")]
    given.commands = (given.commands or ("" if given.types else "set,get")).lower().split(",")
    if min(given.pipelines + [given.rounds, given.clients, given.requests, given.keys, given.value_bytes]) < 1:
        parser.error("numbers must be at least 1")
    return given


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    given = arguments()
    # With --json - the table goes where it does not stand in the way.
    out = sys.stderr if given.json == "-" else sys.stdout
    where = machine.disk_directory(given.dir, ROOT)
    facts = machine.facts(where, given)
    report.heading(facts, not given.idle, out)
    facts["load_average_at_start"] = machine.wait_for_quiet(given.wait_seconds, out)
    with tempfile.TemporaryDirectory(prefix="balsa-bench-", dir=where, ignore_cleanup_errors=True) as directory:
        if given.idle:
            results = idle.run(given, Path(directory), out)
            idle.table(results, given, out)
        elif given.soak:
            results = soak.run(given, Path(directory), out)
        elif given.types:
            results = datatypes.run(given, Path(directory), out)
        elif given.memory:
            results = memory.run(given, Path(directory), out) if given.memory == "all" else []
            if results:
                report.memory_table(results, out)
            of_types = memory.run_elements(given, Path(directory), out)
            memory.elements_table(of_types, out)
            results += of_types
        else:
            results = compare.run(given, Path(directory), out)
            report.table(results, given, out)
    facts["load_average_at_end"] = os.getloadavg()[0]
    if given.json:
        text = json.dumps({"machine": facts, "results": results}, indent=2)
        if given.json == "-":
            print(text)
        else:
            Path(given.json).write_text(text + "\n")
            print(f"\nEvery single run: {given.json}", file=out)
    return 0 if all(row.get("error") is None for row in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped; all servers are down", file=sys.stderr)
        sys.exit(130)
    except (TargetError, machine.MachineError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
