#!/usr/bin/env python3
"""TURN servers side by side in one run that alternates between them: packets per core-second of
each, and its ratio to the first.

    tests/bench/compare.py [--network veth|loopback] [--rounds N] [--seconds N] [--only WORD]
                           [--streams] [NAME=COMMAND]...

Without commands: Debian's coturn and this server, one worker each. {address}, {port} and {tls_port}
in a COMMAND are what to listen on, {folder}/certificate.pem and key.pem are there; the user is
`scale`, the password `a password`. Every server has core 1 while it is its turn, the generator core
0. --streams: clients over TCP and TLS, instead of UDP.

veth      two network namespaces joined by a veth pair; the thread that receives for the server's
          end has core 1 too, and its CPU time counts as the server's. Needs root; the default
          where it is possible.
loopback  delivery into the generator's sockets counts as the server's too.
"""

import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import typing

from bench_server import CLIENT_CPU, PASSWORD, SERVER_CPU, USER, pinned_to
from scale import BUILD, STEP_DEADLINE
from server_under_test import TurnServer, free_port, server_binary
from veth import Loopback, Veth, why_not

COMMON = (f"-n -L {{address}} -p {{port}} -a -u '{USER}:{PASSWORD}' -r scale.example "
          "--allow-loopback-peers -m 1 --tls-listening-port {tls_port} "
          "--cert {folder}/certificate.pem --pkey {folder}/key.pem")
SERVERS = [f"coturn=/usr/bin/turnserver {COMMON} --no-cli --no-dtls -l stdout "
           "--pidfile {folder}/coturn.pid",
           f"turnbox={server_binary()} {COMMON} --no-signal"]
MORTAL = ["setpriv", "--pdeathsig", "KILL"]  # Ends with this program, however that ends.
RATES = {  # Packets per second: a full core for most servers, and less than the generator's limit.
    "veth": {"single": 90_000, "bursts": 150_000, "idle": 10_000},
    "loopback": {"single": 60_000, "bursts": 150_000, "idle": 10_000},
}


class Shape(typing.NamedTuple):
    name: str
    calls: int
    rate: str  # which of the RATES
    stream: str  # what a call sends
    transport: str = "udp"


SINGLE = "{size: 200, burst: 1, interval: 20ms}"
BURSTS = "{size: 1100, burst: 10, interval: 20ms}"
DATAGRAM_SHAPES = [
    Shape("single 200 B, both ways", 1000, "single", SINGLE),
    Shape("single 200 B, up", 1000, "single",
          "{size: 200, burst: 1, interval: 20ms, direction: up}"),
    Shape("single 200 B, down", 1000, "single",
          "{size: 200, burst: 1, interval: 20ms, direction: down}"),
    Shape("bursts of 10 x 1100 B", 100, "bursts", BURSTS),
    Shape("nearly idle", 100, "idle", SINGLE),
]
STREAM_SHAPES = [
    Shape("TCP, single 200 B", 200, "single", SINGLE, "tcp"),
    Shape("TCP, bursts of 10 x 1100 B", 50, "bursts", BURSTS, "tcp"),
    Shape("TLS, single 200 B", 200, "single", SINGLE, "tls"),
    Shape("TLS, bursts of 10 x 1100 B", 50, "bursts", BURSTS, "tls"),
]


def measure(network, command, shape, seconds, folder):
    profile = pathlib.Path(folder) / "profile.yaml"
    profile.write_text(f"streams:\n  - {shape.stream}\n", encoding="ascii")
    port, tls_port = free_port(), free_port()
    arguments = [*MORTAL, *pinned_to(SERVER_CPU), *shlex.split(command.format(
        address=network.server_ip, port=port, tls_port=tls_port, folder=folder))]
    server = TurnServer(arguments[1:], pathlib.Path(folder) / "server.log",
                        address=network.server_ip, port=port, namespace=network.namespace,
                        binary=arguments[0])
    # The programs in front have become the server: the process keeps its number.
    counted = [server.pid, *network.server_receivers]
    try:
        done = subprocess.run(
            [*MORTAL, *pinned_to(CLIENT_CPU), BUILD / "turn_load", "--server", network.server_ip,
             "--port", str(tls_port if shape.transport == "tls" else port),
             "--transport", shape.transport, *(["--insecure"] if shape.transport == "tls" else []),
             "--user", USER, "--password", PASSWORD, "--calls", str(shape.calls),
             "--rate", str(RATES[network.name][shape.rate]), "--seconds", str(seconds),
             "--threads", "1", "--profile", profile,
             "--server-pid", ",".join(map(str, counted)), "--json"],
            capture_output=True, text=True, timeout=STEP_DEADLINE, check=False)
    finally:
        server.child.kill()
        server.stop()
    if done.returncode != 0:
        raise SystemExit(f"turn_load: {done.stderr}")
    return figures_of(json.loads(done.stdout)["steps"][-1])


def figures_of(step):
    ways = [step[way] for way in ("up", "down") if step[way]["sent"]]
    received, sent = (sum(way[what] for way in ways) for what in ("received", "sent"))
    return {"packets_per_core_second": received / step["seconds"] / step["server_cpu"],
            "server_cpu": step["server_cpu"], "generator_cpu": step["own_cpu"],
            "loss": 1 - received / sent,
            "p50_us": max(way["p50_us"] for way in ways),
            "p99_us": max(way["p99_us"] for way in ways)}


def compare(network, servers, shape, options, folder):
    """A row per server: the medians of its rounds."""
    found = {name: [] for name in servers}
    for _ in range(options.rounds):
        for name, command in servers.items():
            found[name].append(measure(network, command, shape, options.seconds, folder))
    return {name: {key: statistics.median(result[key] for result in results)
                   for key in results[0]} for name, results in found.items()}


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem",
                    "-subj", "/CN=localhost"], check=True, capture_output=True)


def choose_network(wanted):
    obstacle = why_not()
    if wanted == "loopback":
        return Loopback()
    if obstacle is None:
        return Veth()
    if wanted == "veth":
        raise SystemExit(f"--network veth: {obstacle}")
    print(f"On loopback, which hides part of every difference. {obstacle}")
    return Loopback()


def show(name, row, first):
    rate = row["packets_per_core_second"]
    print(f"  {name:12} {rate:9,.0f} packets per core-second  x{rate / first:.2f}   "
          f"CPU {row['server_cpu']:.0%}, generator {row['generator_cpu']:.0%}   "
          f"loss {row['loss']:.3%}   p50 {row['p50_us']:.0f} us, p99 {row['p99_us']:.0f} us",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--network", choices=RATES, help="veth where this machine can")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="", help="shapes with this word in their name")
    parser.add_argument("--streams", action="store_true", help="clients over TCP and TLS")
    parser.add_argument("--json", type=pathlib.Path, help="the figures, into this file")
    parser.add_argument("servers", nargs="*", metavar="NAME=COMMAND")
    options = parser.parse_args()
    network = choose_network(options.network)
    servers = dict(entry.split("=", 1) for entry in options.servers or SERVERS)
    everything = {}
    with tempfile.TemporaryDirectory() as folder:
        make_certificate(folder)
        for shape in STREAM_SHAPES if options.streams else DATAGRAM_SHAPES:
            if options.only not in shape.name:
                continue
            print(f"{shape.name}, {shape.calls:,} calls, "
                  f"{RATES[network.name][shape.rate]:,} packets/s, {network.name}:", flush=True)
            everything[shape.name] = rows = compare(network, servers, shape, options, folder)
            first = next(iter(rows.values()))["packets_per_core_second"]
            for server, row in rows.items():
                show(server, row, first)
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
