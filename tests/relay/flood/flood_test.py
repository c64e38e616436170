#!/usr/bin/env python3
"""Calls that are established lose nothing while strangers flood the server.

flood_test.py TURNSERVER TURN_LOAD FLOOD [KIND]...

The server has a CPU of its own, as if the strangers came over a network. Where other programs
keep it from that CPU, a loss says nothing about the server: that kind of flood is tried again,
and in the end skipped.
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from priorities import at_once, cpu_times, on  # noqa: E402
from server_under_test import Failure, TurnServer, expect, free_port  # noqa: E402

SERVER, TURN_LOAD, FLOOD, *KINDS = sys.argv[1:]
CALLS = 50
FLOOD_SECONDS = 3
CALL_SECONDS = FLOOD_SECONDS + 2
TRIES = 3
SKIPPED = 77  # the exit status
DEADLINE = 150  # seconds for a program that needs five
SERVER_CPU, OTHER_CPU = 1, 0


def listener_drops(port):
    """Datagrams that found the buffer of a listener full, of all the sockets at that port."""
    lines = pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if line.split()[1].endswith(f":{port:04X}"))


class Inconclusive(Exception):
    """The server was kept from its CPU."""


def start_calls(port):
    command = [*at_once(2), *on(OTHER_CPU), TURN_LOAD, "--server", "127.0.0.1", "--port", str(port),
               "--user", "u", "--password", "p", "--calls", str(CALLS), "--threads", "1",
               "--profile", "audio", "--seconds", str(CALL_SECONDS), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_flood(port, kind):
    command = [*at_once(1), *on(OTHER_CPU), FLOOD, f"127.0.0.1:{port}", "127.9.9.9", kind,
               str(FLOOD_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    expect(done.returncode == 0, f"the flood failed: {done.stderr}")
    return int(done.stdout)


def run_calls(kind, port):
    """The flood begins after the calls and ends before them: what it sent and what they saw."""
    with start_calls(port) as calls:
        try:
            begun = calls.stderr.readline()
            expect(f"{CALLS} calls for" in begun, f"not the start of the calls: {begun}")
            flooded = run_flood(port, kind)
            output, complaint = calls.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired as late:
            raise Inconclusive(f"{late.cmd[-1]} was not done in time") from None
        finally:
            calls.kill()
    expect(calls.returncode == 0, f"the calls failed: {complaint}")
    return flooded, json.loads(output)["steps"][-1]


def check(kind, server):
    drops, before = listener_drops(server.port), cpu_times(server.pid)
    flooded, step = run_calls(kind, server.port)
    drops = listener_drops(server.port) - drops
    ran, waited = (after - past for after, past in zip(cpu_times(server.pid), before))
    sent, received = (sum(step[way][what] for way in ("up", "down"))
                      for what in ("sent", "received"))
    latency = max(step[way]["p99_us"] for way in ("up", "down")) / 1000
    print(f"{kind}: {flooded:,} datagrams in {FLOOD_SECONDS} s, {drops:,} of them and of the "
          f"calls' dropped by the kernel; the calls lost {sent - received:,} of {sent:,}, p99 "
          f"{latency:.1f} ms; its worker ran {ran:.2f} s and waited {waited:.2f} s", flush=True)
    expect(flooded > 10_000, "that was no flood")
    if sent != received and (waited > 0.1 * FLOOD_SECONDS or step["dropped_here"] > 0):
        raise Inconclusive("this machine is too busy")
    expect(sent == received, f"the calls lost {sent - received:,} packets to the flood of {kind}")


def verdict_on(kind, server):
    """Passed, failed with that sentence, or none."""
    for _ in range(TRIES):
        try:
            check(kind, server)
            return None
        except Inconclusive as reason:
            print(f"{kind}: no verdict, {reason}")
        except Failure as failure:
            return str(failure)
    return SKIPPED


def main():
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [*at_once(1), *on(SERVER_CPU), SERVER, "-n", "--no-tls", "-L", "127.0.0.1",
                   "-p", port, "-a", "-u", "u:p", "-r", "x", "-m", "1", "--allow-loopback-peers"]
        server = TurnServer(command[1:], f"{folder}/server.log", port=port, binary=command[0])
        try:
            verdicts = [verdict_on(kind, server)
                        for kind in KINDS or ("junk", "binding", "allocate", "forged")]
        finally:
            server.signal(signal.SIGINT)
            server.stop()
    failures = [verdict for verdict in verdicts if isinstance(verdict, str)]
    if failures:
        sys.exit("\n".join(failures))
    sys.exit(SKIPPED if SKIPPED in verdicts else 0)


if __name__ == "__main__":
    main()
