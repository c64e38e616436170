"""What every interop case works with: servers under test, their captures, peers and clients."""

import pathlib
import subprocess
import threading

from capture import Capture
from server_under_test import (ROOT, Failure, Process, TurnServer, answers_udp, free_port,
                               server_binary, wait_until)

USER, PASSWORD, REALM, SECRET = "lqf", "123456", "nort.gov", "an interop secret"
LOOPBACK = ["-n", "-L", "127.0.0.1", "-L", "::1", "-r", REALM, "-v", "-f",
            "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "-l", "stdout"]


class Lab:
    """Owns all processes of the run. Cases run in several threads; starting is serialised."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.captures = {}
        self._processes = []
        self._lock = threading.Lock()
        self._named = {}
        self._wanted = {}  # the arguments of a server, by its name
        self._ports = {}  # of TLS, by server
        self.help = subprocess.run([server_binary(), "--help"], capture_output=True, text=True,
                                   timeout=20, check=False)
        self.help = self.help.stdout + self.help.stderr

    def knows(self, option):
        """Whether the server has the option: Debian's coturn, the stand-in, lacks new ones."""
        return option in self.help

    def server(self, name, *arguments, wide_channels=True, port=None):
        """The server of that name on loopback, started at the first call, with its capture. Any
        free port is taken where none is asked for."""
        with self._lock:
            if self._wanted.setdefault(name, arguments) != arguments:
                raise Failure(f"two servers are called {name}")
            if name not in self._named:
                if wide_channels and self.knows("rfc5766-channel-numbers"):
                    # uclient 4.6.1 draws channel numbers up to 0x7FFF.
                    arguments += ("--rfc5766-channel-numbers",)
                port = port or free_port()
                self.captures[name] = Capture(port, self.folder, name)
                self._processes.append(self.captures[name].process)
                server = TurnServer(
                    [*LOOPBACK, "-p", port, "--pidfile", self.folder / f"{name}.pid", *arguments],
                    self.folder / f"{name}.server.log", port=port)
                self._processes.append(server)
                self._named[name] = server
            return self._named[name]

    def standard(self):
        return self.server("standard", "-a", "-u", f"{USER}:{PASSWORD}")

    def sharing(self, name):
        """One whose allocations share relay sockets."""
        return self.server(name, "-a", "-u", f"{USER}:{PASSWORD}", "--relay-sockets=shared")

    def tls(self):
        """A server with a certificate of its own making; `tls_port` and `authority` are its own."""
        server = self.with_certificate("tls", "--no-tls=false")
        server.tls_port = server.second_port
        return server

    def dtls(self):
        """The same for DTLS, with `dtls_port`."""
        server = self.with_certificate("dtls", "--dtls")
        server.dtls_port = server.second_port
        return server

    def with_certificate(self, name, *options):
        """One with a certificate of its own making, that of `authority`, on `second_port`."""
        with self._lock:  # Whoever asks first, the port is one.
            if name not in self._ports:
                self._ports[name] = free_port()
            port = self._ports[name]
        folder = self.folder.resolve() / f"{name}-state"
        server = self.server(name, "-a", "-u", f"{USER}:{PASSWORD}", *options,
                             f"--tls-listening-port={port}", f"--state-dir={folder}")
        server.second_port, server.authority = port, folder / "ca.pem"
        return server

    def peer(self):
        """The port of an echoing peer on 127.0.0.1 and ::1 (turnutils_peer)."""
        with self._lock:
            if "peer" not in self._named:
                port = free_port()
                self._processes.append(Process(
                    ["turnutils_peer", "-L", "127.0.0.1", "-L", "::1", "-p", port],
                    self.folder / "peer.log"))
                wait_until(lambda: f":{port:04X} " in pathlib.Path("/proc/net/udp6").read_text(),
                           10, "turnutils_peer listens")
                self._named["peer"] = port
            return self._named["peer"]

    def start(self, process):
        """Takes a process of a case into the lab's care."""
        with self._lock:
            self._processes.append(process)
        return process

    def run(self, name, command, deadline, **options):
        """Runs a client to its end: its output, also in the log folder, and its exit status."""
        text, status = self._run_once(name, command, deadline, **options)
        # uclient draws the numbers of two channels of an allocation by lot, and gives up in the one
        # of 16,384 cases in which they are the same: that is 400 by RFC 8656 12.2.
        if command[0] == "turnutils_uclient" and "channel bind: error 400" in text:
            text, status = self._run_once(name, command, deadline, **options)
        return text, status

    def _run_once(self, name, command, deadline, **options):
        log = self.folder / f"{name}.log"
        with open(log, "w", encoding="utf-8") as output:
            output.write(" ".join(map(str, command)) + "\n")
            output.flush()
            try:
                status = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL,
                                        stdout=output, stderr=subprocess.STDOUT, timeout=deadline,
                                        check=False, **options).returncode
            except subprocess.TimeoutExpired:
                raise Failure(f"{command[0]} did not end within {deadline} s, see {log}") from None
        return log.read_text(errors="replace"), status

    def close(self):
        for process in reversed(self._processes):
            process.stop(5)


def expect_alive(server):
    wait_until(lambda: answers_udp(server.address, server.port), 5, "the server still answers")


__all__ = ["Lab", "ROOT", "USER", "PASSWORD", "REALM", "SECRET", "expect_alive"]
