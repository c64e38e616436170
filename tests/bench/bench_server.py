"""The server as scale.py looks at it: pinned to a CPU; memory, descriptors and CPU time of it."""

import os
import pathlib
import re
import resource
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from server_under_test import TurnServer, free_port, server_binary, wait_until  # noqa: E402

USER, PASSWORD = "scale", "a password"
RELAYS = [f"127.0.0.{number}" for number in range(2, 10)]  # 16,384 ports each
SERVER_CPU, CLIENT_CPU = 1, 0
USUAL_SOFT_LIMIT = 1024  # What a shell gives; the server is to raise it.


def pinned_to(cpu):
    """The start of a command line that holds what follows to one CPU, where there are two."""
    return ["taskset", "-c", str(cpu)] if os.cpu_count() > 1 else []


def allow_many_descriptors():
    """As many as this machine lets a process have, for this one and its children; their number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open("/proc/sys/fs/nr_open", encoding="ascii") as file:
        ceiling = int(file.read())
    for limit in (ceiling, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            return limit
        except (ValueError, PermissionError):
            continue
    return hard


class BenchServer:
    """A turnserver on loopback for as long as the `with` block lasts."""

    def __init__(self, folder, workers=1, options=()):
        self.port = free_port()
        arguments = ["-n", "--no-tls", "-L", "127.0.0.1", "-p", self.port, "-a",
                     "-u", f"{USER}:{PASSWORD}", "-r", "scale.example", "-m", workers,
                     "--allow-loopback-peers"]
        for relay in RELAYS:
            arguments += ["-E", relay]
        # Both programs in front become the server: the process keeps its number.
        command = ["prlimit", f"--nofile={USUAL_SOFT_LIMIT}:", *pinned_to(SERVER_CPU),
                   server_binary(), *map(str, arguments), *options]
        self.process = TurnServer(command[1:], pathlib.Path(folder) / f"server-{self.port}.log",
                                  port=self.port, binary=command[0])
        self.pid = self.process.pid
        # Its self-test has connections of its own, which end a moment after it.
        wait_until(lambda: "CHECK" in self.process.output(), 30, "the server has tested itself")
        recent = [self.descriptors()]
        wait_until(lambda: recent.append(self.descriptors()) or len(set(recent[-5:])) == 1
                   and len(recent) > 5, 10, "the server is at rest")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.running():
            self.process.signal(signal.SIGINT)  # Without a drain.
        self.process.stop()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def descriptor_limit(self):
        """The limit of the server itself, which it raises as far as it may: soft and hard."""
        limits = _read(f"/proc/{self.pid}/limits")
        return tuple(map(int, re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()))

    def memory(self):
        return Memory(self.pid)


class Memory:
    """Kilobytes at one moment: of the process, and of the whole kernel."""

    def __init__(self, pid):
        status = _read(f"/proc/{pid}/status")
        self.resident = _number(status, "VmRSS")
        self.heap = _number(status, "RssAnon")
        self.kernel = _number(_read("/proc/meminfo"), "Slab")
        sockets = re.search(r"UDP: inuse (\d+) mem (\d+)", _read("/proc/net/sockstat"))
        self.socket_buffers = int(sockets.group(2)) * os.sysconf("SC_PAGE_SIZE") // 1024


def _read(path):
    return pathlib.Path(path).read_text(encoding="ascii", errors="replace")


def _number(text, name):
    return int(re.search(rf"^{name}:\s*(\d+) kB", text, re.MULTILINE).group(1))
