"""Mixed load at full speed for long, with snapshots: does memory grow, does anything ever wait?"""

import subprocess
import threading
import time

from harness import procfs
from harness.resp import Client, ReplyError
from harness.targets import BalsaCluster, TargetError

# Pushes and pops, adds and removals in turn, so that the data stays as large as it is after the first few minutes.
TESTS = "set,get,incr,lpush,rpop,sadd,spop,hset,zadd,zpopmin"
SNAPSHOT_SECONDS = 60
SAMPLE_SECONDS = 60
STALL_MILLIS = 100.0
PROBE_SECONDS = 0.01


class Probe(threading.Thread):
    """One connection that writes and reads again and again, and notes what takes long; also how late it is woken itself."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.millis = []
        self.stalls = []
        self.late = 0.0
        self.error = None
        self.stopped = threading.Event()
        self.begun = time.monotonic()

    def run(self):
        try:
            with Client(self.port, timeout=30) as client:
                while not self.stopped.is_set():
                    for words in (("SET", "soak:probe", "1"), ("GET", "soak:probe")):
                        self._timed(client, words)
                    before = time.monotonic()
                    time.sleep(PROBE_SECONDS)
                    self.late = max(self.late, (time.monotonic() - before - PROBE_SECONDS) * 1000)
        except (OSError, ReplyError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _timed(self, client, words):
        before = time.monotonic()
        client.call(*words)
        millis = (time.monotonic() - before) * 1000
        self.millis.append(millis)
        if millis > STALL_MILLIS:
            self.stalls.append((round(before - self.begun, 1), words[0], round(millis, 1)))

    def take(self):
        """What was measured since the last call: sorted milliseconds, and the worst delay of the probe's own wake-up."""
        millis, self.millis = self.millis, []
        late, self.late = self.late, 0.0
        return sorted(millis) or [0.0], late


def run(given, directory, out):
    """One result for each minute."""
    target = BalsaCluster(directory, given.balsa, nodes=given.nodes, groups=given.groups)
    with target:
        probe = Probe(target.front_port())
        loads = [_load(given, target.front_port(), 1, directory), _load(given, target.front_port(), 16, directory)]
        try:
            probe.start()
            return _watch(given, target, probe, loads, out)
        finally:
            probe.stopped.set()
            for load in loads:
                load.kill()
                load.wait()


def _load(given, port, pipeline, directory):
    command = ["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-c", str(given.clients), "-P", str(pipeline), "-t", TESTS,
               "-n", str(given.requests * (5 if pipeline > 1 else 1)), "-r", str(given.keys), "-d", str(given.value_bytes), "-l", "-q"]
    with open(directory / f"load{pipeline}.log", "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def _watch(given, target, probe, loads, out):
    head = f"{'minute':>6}{'commands/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'worst ms':>10}{'woken late':>12}{'snapshots':>11}{'used MB':>9}"
    names = {}
    results = []
    begun = time.monotonic()
    done, _ = _counters(target)
    for minute in range(1, given.soak + 1):
        _wait(begun + minute * SAMPLE_SECONDS, target)
        if not names:
            names = target.names()
            print("\n" + head + "".join(f"{name + ' MB':>12}" for name in names.values()) + f"{'disk MB':>9}", file=out)
        millis, late = probe.take()
        total, used = _counters(target)
        snapshots = _snapshots(target)
        resident = {name: procfs.rss_bytes([pid]) / 1e6 for pid, name in names.items()}
        disk = _disk_bytes(target.directory) / 1e6
        row = {"minute": minute, "commands_per_second": (total - done) / SAMPLE_SECONDS, "p50": millis[len(millis) // 2],
               "p99": millis[len(millis) * 99 // 100], "worst": millis[-1], "woken_late": late, "snapshots": snapshots,
               "used_mb": used / 1e6, "resident_mb": resident, "disk_mb": disk, "error": probe.error}
        done = total
        results.append(row)
        print(f"{minute:>6}{row['commands_per_second']:>12,.0f}{row['p50']:>9.1f}{row['p99']:>9.1f}{row['worst']:>10.1f}{late:>12.1f}"
              f"{snapshots:>11}{row['used_mb']:>9.0f}" + "".join(f"{mb:>12.0f}" for mb in resident.values()) + f"{disk:>9.0f}",
              file=out, flush=True)
        if probe.error or any(load.poll() is not None for load in loads):
            row["error"] = row["error"] or "redis-benchmark ended: " + _last_lines(target.directory.parent)
            raise TargetError(row["error"] + target.last_complaints())
    print(f"\nLonger than {STALL_MILLIS:.0f} ms: {len(probe.stalls)}" + "".join(
        f"\n  after {at} s: {name} {millis} ms" for at, name, millis in probe.stalls[:20]), file=out)
    return results


def _wait(until, target):
    """Snapshots meanwhile, on all nodes at once, which is worse than what they do by themselves."""
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SNAPSHOT_SECONDS))
    for node in range(1, target.nodes + 1):
        try:
            with Client(target.port + node) as client:
                client.call("BGSAVE")
        except ReplyError:
            pass  # one runs already


def _counters(target):
    """Commands that all nodes have executed for clients, and the largest data set."""
    total, used = 0, 0
    for node in range(1, target.nodes + 1):
        with Client(target.port + node) as client:
            total += int(client.info("stats")["total_commands_processed"])
            used = max(used, int(client.info("memory")["used_memory"]))
    return total, used


def _snapshots(target):
    total = 0
    for node in range(1, target.nodes + 1):
        with Client(target.port + node) as client:
            total += int(client.info("persistence")["rdb_saves"])
    return total


def _disk_bytes(directory):
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() else 0
        except OSError:
            pass
    return total


def _last_lines(directory):
    return " ".join(log.read_text(errors="replace").replace("\r", "\n").splitlines()[-1] for log in directory.glob("load*.log")
                    if log.stat().st_size)
