#!/usr/bin/env python3
"""Calls over UDP, TCP and TLS lose nothing while strangers hold connections open, send a byte now
and then, never finish what they begin, or begin over and over, and while clients with an allocation
fall silent within a message or stop reading; afterwards the server has the descriptors and the
memory that it had before.

bad_input_test.py TURNSERVER TURN_LOAD
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from guests import DEAF, Guests  # noqa: E402
from priorities import at_once, cpu_times, on  # noqa: E402
from server_under_test import Failure, TurnServer, expect, free_port, wait_until  # noqa: E402
from strangers import Strangers  # noqa: E402

SERVER, TURN_LOAD = sys.argv[1:]
CALLS = 20
PATIENCE = 3  # seconds that the server gives a connection, a minute in earnest
WARM_UP_SECONDS = 1
ATTACK_SECONDS = 3
CALL_SECONDS = ATTACK_SECONDS + 3
TRIES = 3
SKIPPED = 77  # the exit status
DEADLINE = 40
MEMORY_SLACK = 3072  # kB, of which the calls take most
WAITING = 512  # kB, for a client that does not read
SERVER_CPU, OTHER_CPU = 1, 0


class Inconclusive(Exception):
    """The server was kept from its CPU."""


def descriptors(server):
    return len(list(pathlib.Path(f"/proc/{server.pid}/fd").iterdir()))


def memory(server):
    """What is its own, in kB."""
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return int(status.split("RssAnon:")[1].split()[0])


def start_calls(transport, port):
    command = [*at_once(2), *on(OTHER_CPU), TURN_LOAD, "--server", "127.0.0.1", "--port", port,
               "--user", "u", "--password", "p", "--calls", CALLS, "--threads", "1", "--transport",
               transport, "--profile", "audio", "--seconds", CALL_SECONDS, "--json"]
    if transport == "tls":
        command.append("--insecure")
    return subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def dropped(server):
    """Packets that could not be sent, for want of readers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return int(re.search(r"^turnbox_send_failures_total (\d+)", text, re.MULTILINE)[1])


def attack(server, tls_port, crowds, seconds):
    """Strangers and guests, from their coming to the end of their last connection."""
    base, before = memory(server), dropped(server)
    strangers = [Strangers(server.port, tls_port, home) for home in crowds]
    guests = Guests(("127.0.0.1", server.port))
    for crowd in strangers:
        crowd.attack(seconds, guests.flood)
    wait_until(lambda: guests.flood() or dropped(server) > before, DEADLINE,
               "what clients do not read is dropped and counted")
    grown = memory(server) - base
    guests.check()
    guests.close()
    for crowd in strangers:
        crowd.wait_for_end(DEADLINE)
    return strangers[0], grown


def end_of(transport, calls):
    try:
        output, complaint = calls.communicate(timeout=DEADLINE)
    finally:
        calls.kill()
    expect(calls.returncode == 0, f"the calls over {transport} failed: {complaint}")
    step = json.loads(output)["steps"][-1]
    sent, received = (sum(step[way][what] for way in ("up", "down"))
                      for what in ("sent", "received"))
    expect(sent > 0, f"nothing was sent over {transport}")
    return sent, received, step["dropped_here"]


def calls_amid_strangers(server, tls_port):
    """Fails when a call loses a packet, or a descriptor is not given back."""
    base, started = descriptors(server), cpu_times(server.pid)
    ports = {"udp": server.port, "tcp": server.port, "tls": tls_port}
    calls = {transport: start_calls(transport, port) for transport, port in ports.items()}
    for transport, each in calls.items():
        begun = each.stderr.readline()
        expect(f"{CALLS} calls for" in begun, f"not the start of the calls: {transport}: {begun}")
    strangers, grown = attack(server, tls_port, ["127.1"], ATTACK_SECONDS)
    expect(grown < MEMORY_SLACK + DEAF * WAITING, f"{grown:,} kB more under attack")
    results = {transport: end_of(transport, each) for transport, each in calls.items()}
    ran, waited = (after - past for after, past in zip(cpu_times(server.pid), started))
    wait_until(lambda: descriptors(server) <= base, DEADLINE,
               f"{base} descriptors as before, now {descriptors(server)}")
    print(f"{strangers.hellos:,} ClientHellos, {strangers.dtls_hellos:,} over DTLS; calls "
          + ", ".join(f"{transport} {received:,} of {sent:,}"
                      for transport, (sent, received, _) in results.items())
          + f"; {base} descriptors before and after, memory {memory(server):,} kB; "
          f"the worker ran {ran:.2f} s and waited {waited:.2f} s", flush=True)
    if strangers.hellos <= 100:
        raise Inconclusive("so few ClientHellos are no flood")
    expect(strangers.dtls_answers > 10, "DTLS asked nobody for a cookie")
    for transport, (sent, received, dropped_here) in results.items():
        if sent != received and (dropped_here > 0 or waited > 0.1 * ATTACK_SECONDS):
            raise Inconclusive("this machine is too busy")
        expect(sent == received, f"the calls over {transport} lost {sent - received:,} packets")


def check(server, tls_port):
    """The allocator keeps what two crowds at a time needed; one more finds it there."""
    attack(server, tls_port, ["127.1", "127.2"], WARM_UP_SECONDS)
    base = memory(server)
    calls_amid_strangers(server, tls_port)
    grown = memory(server) - base
    expect(grown < MEMORY_SLACK, f"a crowd left {grown:,} kB behind")


def main():
    with tempfile.TemporaryDirectory() as folder:
        port, tls_port = free_port(), free_port()
        # Too few relay ports for spare sockets: descriptors are then what is in use.
        # Large buffers go back to the system, instead of into a heap that keeps what it once had.
        command = ["env", "MALLOC_MMAP_THRESHOLD_=65536", *at_once(1), *on(SERVER_CPU), SERVER,
                   "-n", "-L", "127.0.0.1", "-p", port, "--tls-listening-port", tls_port, "--dtls",
                   "--state-dir", f"{folder}/state", "-a", "-u", "u:p", "-r", "x", "-m", "1",
                   "--allow-loopback-peers", "--min-port", "50000", "--max-port", "50300",
                   "--max-allocate-timeout", PATIENCE]
        server = TurnServer(command[1:], f"{folder}/server.log", port=port, binary=command[0])
        try:
            for _ in range(TRIES):
                try:
                    return check(server, tls_port)
                except Inconclusive as reason:
                    print(f"no verdict, {reason}")
            sys.exit(SKIPPED)
        except Failure as failure:
            sys.exit(f"{failure}\n{server.output()[-2000:]}")
        finally:
            server.signal(signal.SIGINT)
            server.stop()


if __name__ == "__main__":
    main()
