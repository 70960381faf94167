"""What a cluster costs that nobody talks to: shares of a core by process and by thread."""

import os
import re
import time

from harness import procfs
from harness.targets import BalsaCluster

# Thread groups, as comm shows them (15 characters, numbers taken out), and what they are.
KINDS = [
    (r"C\d? ?CompilerThre", "JIT compiler"),
    (r"raft-rpc", "Raft transport"),
    (r"balsa-io|up-io|front", "client loops"),
    (r"JRaft-Rpc-Closu|JRaft-Node-Sche|JRaft-Global", "JRaft's timers and heartbeats"),
    (r"ReadOnlyService", "JRaft's read scanner"),
    (r"JRaft|raft-", "Raft, other"),
    (r"ForkJoinPool|MasterPoller|VirtualThread", "virtual threads"),
    (r"VM |GC |Monitor Deflati|Signal|Reference|Service Thr|G1|Common-Cleaner", "JVM"),
]


def run(given, directory, out):
    """Starts a cluster, leaves it alone, and measures; one result for each window."""
    target = BalsaCluster(directory, given.balsa, nodes=given.nodes, groups=given.groups)
    with target:
        started = time.monotonic()
        results = []
        for settle in given.settle:
            wait = started + settle - time.monotonic()
            if wait > 0:
                print(f"... idle for {settle} s, then {given.idle_seconds} s are measured", file=out, flush=True)
                time.sleep(wait)
            results.append(_window(target, settle, given.idle_seconds))
            print(f"... {results[-1]['percent']:.2f} % of a core, load average {os.getloadavg()[0]:.1f}", file=out, flush=True)
        return results


def _window(target, settle, seconds):
    names = target.names()
    before = {pid: procfs.usage({pid: "t"}, precise=True) for pid in names}
    begun = time.monotonic()
    time.sleep(seconds)
    after = {pid: procfs.usage({pid: "t"}, precise=True) for pid in names}
    micros = (time.monotonic() - begun) * 1e6
    result = {"settle_seconds": settle, "seconds": seconds, "error": None,
              "processes": {}, "kinds": {}, "percent": 0.0, "wakeups_per_second": 0.0}
    for pid, name in names.items():
        for thread, (used, switches) in after[pid].since(before[pid]).threads.items():
            percent, wakeups = used / micros * 100, switches / micros * 1e6
            result["percent"] += percent
            result["wakeups_per_second"] += wakeups
            for table, key in (("processes", name), ("kinds", _kind(thread.split("/", 1)[1]))):
                entry = result[table].setdefault(key, [0.0, 0.0])
                entry[0] += percent
                entry[1] += wakeups
    return result


def _kind(thread):
    for pattern, kind in KINDS:
        if re.match(pattern, thread):
            return kind
    return "other"


def table(results, given, out):
    title = f"{given.nodes} nodes, groups: {given.groups}, idle; % of one core, and times a second that a thread was woken or put off"
    print(f"\n{title}", file=out)
    heads = [f"{row['settle_seconds']}..{row['settle_seconds'] + row['seconds']} s" for row in results]
    for part in ("processes", "kinds"):
        print(f"\n{'':32}" + "".join(f"{head:>20}" for head in heads), file=out)
        keys = sorted({key for row in results for key in row[part]}, key=lambda key: -results[0][part].get(key, [0])[0])
        for key in keys if part == "kinds" else sorted(keys):
            cells = [row[part].get(key, [0.0, 0.0]) for row in results]
            print(f"{key:32}" + "".join(f"{cell[0]:>10.2f} %{cell[1]:>6.0f}/s" for cell in cells), file=out)
    print(f"{'total':32}" + "".join(f"{row['percent']:>10.2f} %{row['wakeups_per_second']:>6.0f}/s" for row in results),
          file=out)
