"""CPU time, context switches and memory of processes, as /proc tells them."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

TICK_MICROS = 1_000_000 / os.sysconf("SC_CLK_TCK")


@dataclass
class Usage:
    """What processes have used so far, or between two moments."""

    user_micros: float = 0
    system_micros: float = 0
    switches: int = 0
    # "process/thread name without numbers" -> [CPU microseconds, context switches]
    threads: dict = field(default_factory=dict)

    @property
    def cpu_micros(self):
        return self.user_micros + self.system_micros

    def since(self, before):
        """What was used after `before`. Threads that ended in between are missing in switches, not in CPU time."""
        threads = {}
        for name, (micros, switches) in self.threads.items():
            old = before.threads.get(name, [0, 0])
            threads[name] = [max(0, micros - old[0]), max(0, switches - old[1])]
        return Usage(
            self.user_micros - before.user_micros,
            self.system_micros - before.system_micros,
            max(0, self.switches - before.switches),
            threads)


def family(roots):
    """The processes with these ids and all their descendants."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(entry / "stat")
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_ids = [], list(roots)
    while open_ids:
        pid = open_ids.pop()
        found.append(pid)
        open_ids.extend(children.get(pid, []))
    return found


def usage(names, precise=False):
    """
    Usage of the processes in `names`, a map from process id to a name for people. `precise` counts threads in nanoseconds instead
    of the kernel's ticks: much more work for the reader, but right for threads that run for microseconds.
    """
    total = Usage()
    for pid, name in names.items():
        fields = _stat(Path(f"/proc/{pid}/stat"))
        if not fields:
            continue
        # With the children that have ended by now, such as Redis' AOF rewrite.
        total.user_micros += (int(fields[11]) + int(fields[13])) * TICK_MICROS
        total.system_micros += (int(fields[12]) + int(fields[14])) * TICK_MICROS
        _add_threads(pid, name, total, precise)
    return total


def rss_bytes(pids):
    """Resident memory of the processes together."""
    total = 0
    for pid in pids:
        match = re.search(r"^VmRSS:\s+(\d+) kB", _read(Path(f"/proc/{pid}/status")), re.MULTILINE)
        total += int(match.group(1)) * 1024 if match else 0
    return total


def working_directory(pid):
    """Where a process runs; an empty path if it has ended."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path()


def _add_threads(pid, name, total, precise):
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        fields = _stat(task / "stat")
        status = _read(task / "status")
        switches = sum(int(n) for n in re.findall(r"ctxt_switches:\s+(\d+)", status))
        total.switches += switches
        if fields:
            group = f"{name}/{_group(_read(task / 'comm').strip())}"
            entry = total.threads.setdefault(group, [0, 0])
            entry[0] += _nanos(task) / 1000 if precise else (int(fields[11]) + int(fields[12])) * TICK_MICROS
            entry[1] += switches


def _nanos(task):
    """Time on a core, as the scheduler counts it."""
    text = _read(task / "schedstat").split()
    return int(text[0]) if text else 0


def _group(thread_name):
    """`epoll-loop-3` and `epoll-loop-4` are one group."""
    return re.sub(r"[-_ #]*\d+", "", thread_name) or thread_name


def _stat(path):
    """The fields of a stat file after the name, which may hold blanks and parentheses."""
    text = _read(path)
    return text[text.rindex(")") + 2:].split() if ")" in text else None


def _read(path):
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
