"""A TURN server under test as a child process, and the probes that tell when it answers."""

import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import time

from isolation import inside

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAGIC_COOKIE = 0x2112A442
BINDING_SUCCESS = 0x0101


class Failure(Exception):
    """What a test expected and did not find, as a sentence."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def wait_until(condition, deadline, what):
    """Polls until `condition()` is true, at most `deadline` seconds. Its value."""
    end = time.monotonic() + deadline
    while not (value := condition()):
        expect(time.monotonic() < end, f"{what}: not within {deadline} s")
        time.sleep(0.02)
    return value


def server_binary():
    return os.environ.get("TURNSERVER", str(ROOT / "build/release/turnserver"))


_given_ports = set()


def free_port():
    """An even port that is free for UDP and TCP with the one above it, below the ports that the
    kernel gives to clients."""
    while True:
        port = random.randrange(10000, 32000, 2)
        if port not in _given_ports and all(_is_free(port + i) for i in (0, 1)):
            _given_ports.add(port)
            return port


def _is_free(port):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET6, kind) as probe:
            try:
                probe.bind(("::", port))
            except OSError:
                return False
    return True


def binding_request(transaction=None):
    return struct.pack("!HHI", 0x0001, 0, MAGIC_COOKIE) + (transaction or os.urandom(12))


def answers_udp(address, port, timeout=0.3):
    """The answer to a Binding request that came back from the address asked, or nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    request = binding_request()
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        try:
            client.connect((address, port))
            client.send(request)
            answer = client.recv(2048)
        except OSError:
            return None
    matches = answer[:2] == struct.pack("!H", BINDING_SUCCESS) and answer[8:20] == request[8:20]
    return answer if matches else None


def answers_tcp(address, port, timeout=0.5):
    request = binding_request()
    try:
        with socket.create_connection((address, port), timeout=timeout) as client:
            client.sendall(request)
            answer = client.recv(2048)
    except OSError:
        return None
    return answer if answer[8:20] == request[8:20] else None


class Process:
    """A child with its output in a file. Stopped at the latest when the test ends."""

    def __init__(self, command, log, namespace=None, **options):
        self.log = pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.command = inside(namespace, *map(str, command))
        with open(self.log, "wb") as output:
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, **options)

    @property
    def pid(self):
        return self.child.pid

    def output(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, deadline):
        """The exit status; a process that does not end in time is a failure."""
        try:
            return self.child.wait(deadline)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.command[0]} did not end within {deadline} s") from None

    def stop(self, deadline=10):
        if self.running():
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(deadline)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode


class TurnServer(Process):
    """The server with the arguments given; ready when it answers on `address`."""

    def __init__(self, arguments, log, address="127.0.0.1", port=3478, namespace=None,
                 binary=None, probe=True):
        self.address, self.port = address, port
        super().__init__([binary or server_binary(), *arguments], log, namespace)
        if probe:
            self.wait_ready()

    def wait_ready(self, deadline=15):
        def answered():
            expect(self.running(), f"the server ended at start:\n{self.output()[-2000:]}")
            return answers_udp(self.address, self.port) and answers_tcp(self.address, self.port)

        wait_until(answered, deadline, f"the server answers on {self.address}:{self.port}")
