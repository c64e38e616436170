"""The server as a program: the command line that people know, signals, the background, and what it
says when it cannot start."""

import asyncio
import contextlib
import os
import pathlib
import re
import shlex
import signal
import socket
import threading

import aioice.turn

from lab import LOOPBACK, PASSWORD, USER
from server_under_test import (Process, TurnServer, answers_udp, expect, free_port, server_binary,
                               wait_until)
from uclient_cases import expect_no_loss

KNOWN_LINE = "-L 0.0.0.0 -a -u lqf:123456 -v -f -r nort.gov"
DRAIN_SECONDS = 20  # At most, for allocations that nobody ends.
LAN_ADDRESS = "10.77.0.1"  # Of an interface that run.py makes.
ONE_USER = ["-a", "-u", f"{USER}:{PASSWORD}"]


def known_line_case(lab):
    """The default port, as `ss` and `lsof` show it; the log on standard output; a relay that works
    for two clients of the LAN."""
    server = lab.start(TurnServer(KNOWN_LINE.split(), lab.folder / "known-line.server.log",
                                  address=LAN_ADDRESS))
    sockets, _ = lab.run("ss", ["ss", "-lntup"], 10)
    for protocol in ("udp", "tcp"):
        expect(re.search(rf'^{protocol}\s.*\s0\.0\.0\.0:3478\s.*"turnserver"', sockets, re.M),
               f"ss does not show 3478/{protocol} of turnserver:\n{sockets}")
    files, _ = lab.run("lsof", ["lsof", "-nP", "-i", ":3478"], 20)
    for protocol in ("UDP", "TCP"):
        expect(re.search(rf"^turnserve\S*\s+{server.pid}\s.*{protocol} \*:3478", files, re.M),
               f"lsof does not show {protocol} of turnserver:\n{files}")
    text, _ = lab.run("known-line-uclient", ["turnutils_uclient", "-u", USER, "-w", PASSWORD, "-y",
                                          "-s", "-c", "-X", "-n", "5", LAN_ADDRESS], 60)
    expect_no_loss(text)
    expect(server.output().strip(), "nothing on standard output")
    expect(server.stop(DRAIN_SECONDS) == 0, f"exit status {server.child.returncode} after SIGTERM")


def single_server(lab, name, *arguments):
    port = free_port()
    return lab.start(TurnServer([*LOOPBACK, "-p", port, "--pidfile", lab.folder / f"{name}.pid",
                                 *ONE_USER, *arguments],
                                lab.folder / f"{name}.server.log", port=port))


@contextlib.contextmanager
def live_allocation(server):
    """An allocation that stays until the block ends."""
    allocated, finish, failures = threading.Event(), threading.Event(), []

    async def hold():
        relay, _ = await aioice.turn.create_turn_endpoint(
            asyncio.DatagramProtocol, server_addr=(server.address, server.port), username=USER,
            password=PASSWORD)
        allocated.set()
        while not finish.is_set():
            await asyncio.sleep(0.02)
        relay.close()

    def run():
        try:
            asyncio.run(hold())
        except Exception as failure:  # pylint: disable=broad-except # Shown by the case below.
            failures.append(failure)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        expect(allocated.wait(10), f"no allocation: {failures}")
        yield
    finally:
        finish.set()
        thread.join(10)


def signal_case(number, with_allocation, bound):
    def case(lab):
        server = single_server(lab, f"signal-{number}-{with_allocation}")
        with live_allocation(server) if with_allocation else contextlib.nullcontext():
            server.signal(number)
            status = server.wait(bound)
        expect(status == 0, f"exit status {status}")

    return case


def second_signal_case(lab):
    server = single_server(lab, "second-signal")
    with live_allocation(server):
        server.signal(signal.SIGTERM)
        server.signal(signal.SIGINT)
        server.wait(2)


def running(pid):
    """Whether the process exists and is no zombie."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def nohup_case(lab):
    """`nohup turnserver ... &`: it outlives the shell and a hangup."""
    port, log = free_port(), lab.folder / "nohup.server.log"
    line = shlex.join(map(str, [server_binary(), *LOOPBACK, "-p", port, *ONE_USER,
                                "--pidfile", lab.folder / "nohup.pid"]))
    text, _ = lab.run("nohup", [
        "bash", "-c", f"nohup {line} >{shlex.quote(str(log))} 2>&1 & echo started $!"], 10)
    pid = int(re.search(r"started (\d+)", text).group(1))
    try:
        wait_until(lambda: answers_udp("127.0.0.1", port), 15, "the server answers")
        os.kill(pid, signal.SIGHUP)
        for _ in range(5):
            expect(answers_udp("127.0.0.1", port, 2), "no answer after SIGHUP")
        expect(running(pid), "it ended at SIGHUP")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not running(pid), 10, "it ends at SIGTERM")
    finally:
        if running(pid):
            os.kill(pid, signal.SIGKILL)


def expect_refusal(lab, name, arguments, *sentence_parts):
    """It does not start, and says why in one line that has all the parts."""
    process = Process([server_binary(), *map(str, arguments)], lab.folder / f"{name}.server.log")
    lab.start(process)
    status = process.wait(10)
    lines = process.output().splitlines()
    expect(status != 0, f"it started or ended with 0:\n{process.output()[-600:]}")
    fits = [line for line in lines
            if all(part.lower() in line.lower() for part in sentence_parts)]
    expect(fits, f"no line with {sentence_parts}:\n{process.output()[-800:]}")
    expect(len(lines) <= 10, f"{len(lines)} lines for one mistake")


def port_in_use_case(kind):
    def case(lab):
        port = free_port()
        with socket.socket(socket.AF_INET, kind) as other:
            other.bind(("127.0.0.1", port))
            if kind == socket.SOCK_STREAM:
                other.listen()
            expect_refusal(lab, f"port-in-use-{kind.name}", ["-n", "-L", "127.0.0.1", "-p", port,
                           *ONE_USER], str(port), "in use")

    return case


def second_server_case(lab):
    """Workers share a port by SO_REUSEPORT; a second server must not join them."""
    server = lab.standard()
    expect_refusal(lab, "second-server", [*LOOPBACK, "-p", server.port, *ONE_USER],
                   str(server.port), "in use")


def foreign_address_case(lab):
    expect_refusal(lab, "foreign-address", ["-n", "-L", "192.0.2.99", *ONE_USER],
                   "192.0.2.99")


def unknown_option_case(lab):
    expect_refusal(lab, "unknown-option", ["--listening-prot", "3478"], "listening-prot")


def no_user_case(lab):
    """Without any user it makes one up, shows it, and is no open relay."""
    port = free_port()
    server = lab.start(TurnServer(["-L", "127.0.0.1", "-p", port,
                                   f"--tls-listening-port={free_port()}"],
                                  lab.folder / "no-user.log", port=port))
    wait_until(lambda: "CHECK" in server.output(), 15, "the start screen is complete")
    screen = server.output()
    for word in ("READY", "PASTE", "CHECK"):
        expect(re.search(rf"^\s*{word}\b", screen, re.M), f"no {word} line:\n{screen}")
    expect(re.search(r'"username":\s*"[^"]+".*"credential":\s*"[^"]{8,}"', screen),
           f"no user and password to paste:\n{screen}")


def cases(lab):
    found = [
        ("process known-line", known_line_case),
        ("process SIGTERM", signal_case(signal.SIGTERM, False, 5)),
        ("process SIGTERM drains", signal_case(signal.SIGTERM, True, DRAIN_SECONDS)),
        ("process SIGINT", signal_case(signal.SIGINT, False, 5)),
        ("process second-signal", second_signal_case),
        ("process nohup", nohup_case),
    ]
    if lab.knows("rfc5766-channel-numbers"):  # What coturn itself, the stand-in, does not do.
        found += [
            ("process udp-port-in-use", port_in_use_case(socket.SOCK_DGRAM)),
            ("process tcp-port-in-use", port_in_use_case(socket.SOCK_STREAM)),
            ("process second-server", second_server_case),
            ("process foreign-address", foreign_address_case),
            ("process unknown-option", unknown_option_case),
            ("process no-user", no_user_case),
        ]
    return found
