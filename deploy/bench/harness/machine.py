"""What this machine is, where its disk is, and whether it is quiet."""

import os
import platform
import subprocess
import time
from pathlib import Path

QUIET_LOAD = 3.0
RAM_DISKS = {"tmpfs", "ramfs", "devtmpfs"}


class MachineError(Exception):
    """Something about this machine that makes measuring pointless; the text says what to do."""


def disk_directory(wanted, root):
    """A directory on a disk: fsync on a RAM disk costs nothing, so nothing would be compared."""
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
        if filesystem(wanted) in RAM_DISKS:
            raise MachineError(f"{wanted} is on a RAM disk; give --dir a directory on a disk")
        return wanted
    for candidate in (Path("/var/tmp"), Path(os.environ.get("TMPDIR", "/tmp")), Path.home(), root):
        if candidate.is_dir() and os.access(candidate, os.W_OK) and filesystem(candidate) not in RAM_DISKS:
            return candidate
    raise MachineError("found no directory on a disk; give one with --dir")


def filesystem(path):
    """The type of the file system that holds path, such as ext4."""
    best, kind = "", "unknown"
    real = str(Path(path).resolve())
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, name = line.split()[:3]
        mount = mount.replace("\\040", " ")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, name
    return kind


def facts(where, given):
    """Everything a reader needs to judge the numbers."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "filesystem": f"{filesystem(where)} ({where})",
        "redis": _first_line(["redis-server", "--version"]),
        "balsa": "a second redis-server (self test)" if given.self_test
                 else _first_line([str(given.balsa), "--version"]),
        "clients": given.clients,
        "keys": given.keys,
        "value_bytes": given.value_bytes,
        "rounds": given.rounds,
    }


def wait_for_quiet(seconds, out):
    """Waits until the machine is idle enough to measure, but not for ever. Returns the load average then."""
    deadline = time.monotonic() + seconds
    told = False
    while os.getloadavg()[0] >= QUIET_LOAD and time.monotonic() < deadline:
        if not told:
            print(f"Waiting for a load average below {QUIET_LOAD:.0f} (now {os.getloadavg()[0]:.1f}, "
                  f"at most {seconds} s) ...", file=out, flush=True)
            told = True
        time.sleep(2)
    load = os.getloadavg()[0]
    if load >= QUIET_LOAD:
        print(f"WARNING: the load average is {load:.1f}. Other work takes CPU and disk from both servers: "
              "trust ratios a little and absolute numbers not at all.", file=out, flush=True)
    return load


def _cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model", "Hardware")):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{' '.join(command)}: {error}") from error
    lines = (done.stdout or done.stderr).strip().splitlines()
    if done.returncode != 0 or not lines:
        raise MachineError(f"{' '.join(command)} failed: {done.stderr.strip() or done.returncode}")
    return lines[0]
