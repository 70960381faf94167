"""What is measured: servers that are started, asked for their ports and processes, and stopped again."""

import os
import random
import signal
import socket
import subprocess
import time

from harness import procfs
from harness.resp import Client, ReplyError

START_SECONDS = 90
STOP_SECONDS = 15


class TargetError(Exception):
    """A server that does not start or does not answer; the text says where its log is."""


class Target:
    """One side of a comparison. Use as a context manager: whatever happens, everything is stopped at its end."""

    name = ""

    def __init__(self, directory):
        self.directory = directory / self.name
        self.directory.mkdir(parents=True)
        self.processes = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        raise NotImplementedError

    def load_port(self):
        """Where redis-benchmark connects."""
        raise NotImplementedError

    def launch(self, title, command, ready_port):
        """Starts a process in a process group of its own and waits until it answers PING."""
        log = self.directory / f"{title}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=self.directory,
                start_new_session=True)
        self.processes.append((title, process))
        deadline = time.monotonic() + START_SECONDS
        while not answers(ready_port):
            if process.poll() is not None:
                raise TargetError(f"{title} ended with {process.returncode} at its start:\n{tail(log)}")
            if time.monotonic() > deadline:
                raise TargetError(f"{title} does not answer on port {ready_port} after {START_SECONDS} s:\n{tail(log)}")
            time.sleep(0.1)

    def names(self):
        """The processes that exist by now, and what to call each."""
        names = {}
        for title, process in self.processes:
            family = procfs.family([process.pid])
            names[process.pid] = title
            for pid in family[1:]:
                names[pid] = self.title_of(pid) or f"{title}, child"
        return names

    def title_of(self, pid):
        """What a child process is called, or an empty text."""
        del pid
        return ""

    def usage(self):
        return procfs.usage(self.names())

    def rss_bytes(self):
        return procfs.rss_bytes(self.names())

    def last_complaints(self, most=4):
        """The newest warnings and errors in the log of each process, for a run that failed."""
        text = ""
        for log in sorted(path for path in self.directory.rglob("*log") if path.is_file()):
            complaints = [line for line in tail(log, 200).splitlines() if " WARN " in line or " ERROR " in line]
            text += "".join(f"\n    {log.relative_to(self.directory)}: {line}" for line in complaints[-most:])
        return text

    def stop(self):
        for _, process in reversed(self.processes):
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _, process in reversed(self.processes):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            # Also what a parent may have left behind in its group.
            signal_group(process, signal.SIGKILL)
            process.wait()
        self.processes = []


class RedisTarget(Target):
    """redis-server, with replicas or without."""

    def __init__(self, directory, replicas, persistent=True, name="redis"):
        self.name = name
        super().__init__(directory)
        self.replicas = replicas
        self.persistent = persistent
        self.ports = free_ports(range(replicas + 1))

    def start(self):
        for i, port in enumerate(self.ports):
            title = f"{self.name}" if i == 0 else f"{self.name} replica {i}"
            data = self.directory / f"data{i}"
            data.mkdir()
            command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(data), "--save", ""]
            if self.persistent:
                command += ["--appendonly", "yes", "--appendfsync", "always"]
            if i > 0:
                command += ["--replicaof", "127.0.0.1", str(self.ports[0])]
            self.launch(title, command, port)
        deadline = time.monotonic() + START_SECONDS
        for port in self.ports[1:]:
            with Client(port) as client:
                while client.info("replication").get("master_link_status") != "up":
                    if time.monotonic() > deadline:
                        raise TargetError(f"the replica on port {port} does not reach its master")
                    time.sleep(0.1)

    def load_port(self):
        return self.ports[0]


class BalsaServer(Target):
    """`balsa server`: one process, one replica."""

    name = "balsa"

    def __init__(self, directory, launcher):
        super().__init__(directory)
        self.launcher = launcher
        self.port = free_ports([0, 100, 10_000])[0]

    def start(self):
        data = self.directory / "data"
        data.mkdir()
        command = [str(self.launcher), "server", "--port", str(self.port), "--dir", str(data),
                   "--appendfsync", "always"]
        self.launch("balsa", command, self.port)
        wait_for_write(self.port)

    def load_port(self):
        return self.port


class BalsaCluster(Target):
    """`balsa up`: nodes that hold one group of replicas, and a front, which is in the first process."""

    name = "balsa"

    def __init__(self, directory, launcher, nodes=3, groups=1):
        super().__init__(directory)
        self.launcher = launcher
        self.nodes = nodes
        self.groups = groups
        offsets = [0] + [i + d for i in range(1, nodes + 1) for d in (0, 100, 10_000)]
        self.port = free_ports(offsets)[0]

    def start(self):
        command = [str(self.launcher), "up", "--nodes", str(self.nodes), "--groups", str(self.groups), "--port", str(self.port),
                   "--dir", str(self.directory / "data")]
        self.launch("front", command, self.port)
        wait_for_write(self.port)
        for i in range(1, self.nodes + 1):
            wait_for_write(self.port + i)

    def title_of(self, pid):
        directory = procfs.working_directory(pid).name
        return f"node {directory[4:]}" if directory.startswith("node") else ""

    def load_port(self):
        """The plain port of the node that leads the only group."""
        with Client(self.port + 101) as client:
            leader = client.call("CLUSTER", "SLOTS")[0][2][1]
        return leader - 100 if leader > self.port + 100 else leader

    def front_port(self):
        return self.port


def free_ports(offsets):
    """A base port such that base + offset is free for each offset; returns those ports."""
    for _ in range(200):
        base = random.randrange(20_000, 30_000)
        ports = [base + offset for offset in offsets]
        if all(is_free(port) for port in ports):
            return ports
    raise TargetError("found no free ports between 20000 and 40000")


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port):
    try:
        with Client(port, timeout=1.0) as client:
            return client.call("PING") == b"PONG"
    except (OSError, ReplyError):
        return False


def wait_for_write(port):
    """Until a write is answered with OK: then there is a leader, and this port reaches it."""
    deadline = time.monotonic() + START_SECONDS
    last = ""
    while time.monotonic() < deadline:
        try:
            with Client(port, timeout=5.0) as client:
                if client.call("SET", "bench:ready", "1") == b"OK":
                    return
        except (OSError, ReplyError) as error:
            last = str(error)
        time.sleep(0.2)
    raise TargetError(f"no write is answered on port {port} after {START_SECONDS} s: {last}")


def signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def tail(log, lines=15):
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
